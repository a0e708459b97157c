<?php
/**
 * Which files a rename moves, and what each is called afterwards.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * A new file is the new stem with what followed the old stem.
 */
final class File_Map {

	/**
	 * The attachments that are renamed together, since they share files.
	 *
	 * @var Attachment[]
	 */
	public $group;

	/**
	 * Old path => new path, relative to the uploads folder. The attached file comes first.
	 *
	 * @var string[]
	 */
	public $map = array();

	/**
	 * Sentences about what stays as it is.
	 *
	 * @var string[]
	 */
	public $warnings = array();

	/**
	 * What a rename of an attachment moves.
	 *
	 * @param Attachment $attachment The image.
	 * @param string     $stem       The new stem.
	 * @param Uploads    $uploads    Where the files are.
	 * @throws Refused Where others need the files under their old names.
	 */
	public function __construct( Attachment $attachment, $stem, Uploads $uploads ) {
		$old         = $attachment->stem();
		$others      = self::others( $attachment, $old );
		$this->group = array_merge( array( $attachment ), self::sharing( $attachment, $others ) );
		$claimed     = array();
		foreach ( $others as $other ) {
			$claimed += in_array( $other, $this->group, true ) ? array() : array_fill_keys( $other->files(), $other->id );
		}
		$named = array_unique( array_merge( ...array_map( array( self::class, 'files_of' ), $this->group ) ) );
		self::refuse_shared( $named, $claimed );
		$along = self::along( $uploads->folder . '/' . $attachment->folder, $old, array_map( 'wp_basename', $named ) );
		foreach ( array_merge( $named, preg_filter( '/^/', $attachment->folder, $along ) ) as $path ) {
			if ( isset( $claimed[ $path ] ) ) {
				continue;
			}
			$name = wp_basename( $path );
			if ( 0 !== strpos( $name, $old ) ) {
				/* translators: %s: a file name */
				$this->warnings[] = sprintf( __( '%s keeps its name, which does not begin like the image’s.', 'image-renamer' ), $name );
			} else {
				$this->map[ $path ] = $attachment->folder . $stem . substr( $name, strlen( $old ) );
			}
		}
	}

	/**
	 * The files that rows of one attachment name.
	 *
	 * @param Attachment $attachment Which.
	 * @return string[]
	 */
	private static function files_of( Attachment $attachment ) {
		return $attachment->files();
	}

	/**
	 * The other attachments whose file begins like that in the same folder.
	 *
	 * @param Attachment $attachment The image.
	 * @param string     $stem       Its stem.
	 * @return Attachment[]
	 */
	private static function others( Attachment $attachment, $stem ) {
		global $wpdb;
		$ids = $wpdb->get_col( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- past the caches and filters.
			$wpdb->prepare(
				"SELECT post_id FROM {$wpdb->postmeta} WHERE meta_key = '_wp_attached_file' AND meta_value LIKE %s AND post_id <> %d",
				$wpdb->esc_like( $attachment->folder . $stem ) . '%',
				$attachment->id
			)
		);
		$all = array();
		foreach ( $ids as $id ) {
			$all[] = new Attachment( $id );
		}
		return array_values(
			array_filter(
				$all,
				static function ( Attachment $other ) use ( $attachment ) {
					return $other->folder === $attachment->folder;
				}
			)
		);
	}

	/**
	 * Those with the same file, as plugins for many languages make them.
	 *
	 * @param Attachment   $attachment The image.
	 * @param Attachment[] $others     Those near it.
	 * @return Attachment[]
	 */
	private static function sharing( Attachment $attachment, array $others ) {
		return array_values(
			array_filter(
				$others,
				static function ( Attachment $other ) use ( $attachment ) {
					return $other->path === $attachment->path;
				}
			)
		);
	}

	/**
	 * Refuses where an attachment with another file of its own needs one of ours.
	 *
	 * @param string[] $named   The paths that our rows name.
	 * @param array    $claimed Path => the attachment that names it too.
	 * @throws Refused Then.
	 */
	private static function refuse_shared( array $named, array $claimed ) {
		foreach ( $named as $path ) {
			if ( isset( $claimed[ $path ] ) ) {
				/* translators: 1: a path, 2: a number */
				$says = __( 'The file %1$s belongs to attachment %2$d too, whose other files have other names. Regenerate the thumbnails of one of them first.', 'image-renamer' );
				throw new Refused( 'shared_file', 409, sprintf( $says, $path, $claimed[ $path ] ), array( 'attachment' => $claimed[ $path ] ) );
			}
		}
	}

	/**
	 * Files in the folder that no row names but that belong to the image: other formats, doubled resolutions, backups,
	 * and sizes of themes that are gone, which old posts still show.
	 *
	 * @param string   $folder The folder, with a slash at its end.
	 * @param string   $stem   The stem of the image.
	 * @param string[] $names  The names that rows name.
	 * @return string[]
	 */
	private static function along( $folder, $stem, array $names ) {
		$found = array();
		$bases = array();
		foreach ( $names as $name ) {
			$bases[ pathinfo( $name, PATHINFO_FILENAME ) ] = true;
		}
		$known = array_fill_keys( $names, true );
		foreach ( @scandir( $folder ) ?: array() as $name ) { // phpcs:ignore -- an unreadable folder is told later.
			if ( isset( $known[ $name ] ) || 0 !== strpos( $name, $stem ) || ! is_file( $folder . $name ) ) {
				continue;
			}
			$body = preg_replace( '/(?:\.(?:webp|avif|bak))+$/i', '', $name );
			$base = preg_replace( '/@2x$/', '', preg_match( '/\.(?:jpe?g|png|gif)$/i', $body ) ? pathinfo( $body, PATHINFO_FILENAME ) : $body );
			if ( isset( $known[ $body ] ) || isset( $bases[ $base ] ) || preg_match( '/^' . preg_quote( $stem, '/' ) . '-\d+x\d+$/D', $base ) ) {
				$found[] = $name;
			}
		}
		return $found;
	}
}
