<?php
/**
 * An image that was renamed is deleted.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * WordPress deletes the files that its rows name; this one takes care of those that were renamed with them, and of old
 * names that were kept.
 */
final class Deletion {

	/**
	 * The files of the attachments that are being deleted.
	 *
	 * @var array
	 */
	private static $files = array();

	/**
	 * Before: which files there are.
	 *
	 * @param int $id The attachment.
	 */
	public static function prepare( $id ) {
		$renames = Journal::of( $id );
		if ( ! $renames ) {
			return;
		}
		$attachment = new Attachment( $id );
		$uploads    = new Uploads();
		try {
			$files = new File_Map( $attachment, $attachment->stem(), $uploads );
		} catch ( Refused $shared ) {
			return;
		}
		if ( count( $files->group ) > 1 ) {
			return;
		}
		self::$files[ $id ] = array_keys( $files->map );
		foreach ( $renames as $journal ) {
			foreach ( $journal->plan['map'] as $from => $to ) {
				if ( File_Links::same( $uploads->file( $from ), $uploads->file( $to ) ) ) {
					self::$files[ $id ][] = $from;
				}
			}
		}
	}

	/**
	 * Afterwards: what is left of them goes.
	 *
	 * @param int $id The attachment.
	 */
	public static function finish( $id ) {
		if ( ! isset( self::$files[ $id ] ) ) {
			return;
		}
		$uploads = new Uploads();
		foreach ( self::$files[ $id ] as $path ) {
			wp_delete_file( $uploads->file( $path ) );
		}
		unset( self::$files[ $id ] );
		Redirects::forget( $id );
	}
}
