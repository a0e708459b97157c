<?php
/**
 * What a rename would do; nothing is changed.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Decides about one image and one name, as an array for the journal.
 */
final class Plan {

	/**
	 * The plan: from, to, stem, map, absent, group, warnings. `from` and `to` are the same where there is nothing to do.
	 *
	 * @param int    $id          An attachment.
	 * @param mixed  $name        What was asked for.
	 * @param string $on_conflict Either `error`, or `suffix` for the next name that is free.
	 * @return array
	 * @throws Refused Where it cannot be done.
	 */
	public static function make( $id, $name, $on_conflict ) {
		$attachment = new Attachment( $id );
		if ( ! $attachment->is_image() ) {
			/* translators: %d: a number */
			throw new Refused( 'not_found', 404, sprintf( __( 'There is no image with the number %d.', 'image-renamer' ), $id ) );
		}
		$uploads = new Uploads();
		$asked   = Names::stem( $name, pathinfo( $attachment->path, PATHINFO_EXTENSION ) );
		self::refuse_unusable( $attachment, $uploads );
		$stem = $asked;
		for ( $number = 2; ; $number++ ) {
			$files = new File_Map( $attachment, $stem, $uploads );
			$taken = $stem === $attachment->stem() ? '' : self::taken( $files, $attachment, $stem, $uploads );
			if ( '' === $taken ) {
				break;
			}
			if ( 'suffix' !== $on_conflict || $number > 999 ) {
				/* translators: %s: a path */
				throw new Refused( 'conflict', 409, sprintf( __( 'The name %s is taken. Choose another one.', 'image-renamer' ), $taken ), array( 'taken' => $taken ) );
			}
			$stem = "$asked-$number";
		}
		return self::told( $attachment, $stem, $files, $uploads );
	}

	/**
	 * The plan as an array.
	 *
	 * @param Attachment $attachment The image.
	 * @param string     $stem       Its new stem.
	 * @param File_Map   $files      Its files.
	 * @param Uploads    $uploads    Where they are.
	 * @return array
	 * @throws Refused Where one of the files cannot be read.
	 */
	private static function told( Attachment $attachment, $stem, File_Map $files, Uploads $uploads ) {
		$absent   = array();
		$warnings = $files->warnings;
		foreach ( array_keys( $files->map ) as $path ) {
			$file = $uploads->file( $path );
			if ( ! file_exists( $file ) ) {
				$absent[] = $path;
				/* translators: %s: a path */
				$warnings[] = sprintf( __( '%s is not on the disk.', 'image-renamer' ), $path );
			} elseif ( ! is_readable( $file ) ) {
				/* translators: %s: a path */
				throw new Refused( 'missing_file', 409, sprintf( __( 'The file %s cannot be read. Give WordPress the right to read it.', 'image-renamer' ), $path ) );
			}
		}
		return array(
			'from'     => $attachment->path,
			'to'       => $files->map[ $attachment->path ],
			'stem'     => $stem,
			'map'      => $files->map,
			'absent'   => $absent,
			'group'    => wp_list_pluck( $files->group, 'id' ),
			'warnings' => $warnings,
		);
	}

	/**
	 * Refuses an image whose files cannot be renamed.
	 *
	 * @param Attachment $attachment The image.
	 * @param Uploads    $uploads    Where the files are.
	 * @throws Refused Then.
	 */
	private static function refuse_unusable( Attachment $attachment, Uploads $uploads ) {
		$file = $uploads->file( $attachment->path );
		if ( Offload::has( $attachment, $uploads ) ) {
			throw new Refused( 'offloaded', 409, __( 'The file of this image was moved to another storage by a plugin, which knows it by its name. It cannot be renamed here.', 'image-renamer' ) );
		}
		if ( ! is_file( $file ) || false !== strpos( $attachment->path, '..' ) ) {
			/* translators: %s: a path */
			throw new Refused( 'missing_file', 409, sprintf( __( 'The file %s is not there. Upload the image again.', 'image-renamer' ), $attachment->path ) );
		}
		if ( ! wp_is_writable( dirname( $file ) ) ) {
			/* translators: %s: a path */
			throw new Refused( 'not_writable', 409, sprintf( __( 'WordPress may not write in the folder %s. Give it that right.', 'image-renamer' ), dirname( $file ) ) );
		}
	}

	/**
	 * The first of the new names that is not free, or "".
	 *
	 * @param File_Map   $files      The files.
	 * @param Attachment $attachment The image.
	 * @param string     $stem       The new stem.
	 * @param Uploads    $uploads    Where they are.
	 * @return string
	 */
	private static function taken( File_Map $files, Attachment $attachment, $stem, Uploads $uploads ) {
		$new = array_values( $files->map );
		foreach ( Redirects::of( $new ) as $path => $row ) {
			if ( ! in_array( (int) $row->attachment_id, wp_list_pluck( $files->group, 'id' ), true ) ) {
				return $path;
			}
		}
		// What has this stem belongs to another image, also where its extension is another one.
		$alike = '/^' . preg_quote( $stem, '/' ) . '(?:-scaled|-rotated|-e\d+|-\d+x\d+|@2x)*\./i';
		foreach ( @scandir( dirname( $uploads->file( $attachment->path ) ) ) ?: array() as $name ) { // phpcs:ignore -- may be unreadable.
			$path = $attachment->folder . $name;
			if ( in_array( $path, $new, true ) || ( preg_match( $alike, $name ) && ! isset( $files->map[ $path ] ) ) ) {
				return $path;
			}
		}
		return '';
	}
}
