<?php
/**
 * The second names of files, and the end of the first ones.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Nothing here overwrites: PHP's rename() would.
 */
final class File_Links {

	/**
	 * Gives a file a second name, or a copy where the disk has no links.
	 *
	 * @param string $from  The file.
	 * @param string $to    Its second name.
	 * @param bool   $again Whether that was begun before, so that the second name may be there.
	 * @throws Refused Where the second name is another file's, or cannot be made.
	 */
	public static function add( $from, $to, $again ) {
		clearstatcache();
		if ( $again && self::same( $from, $to ) ) {
			return;
		}
		if ( ! is_readable( $from ) ) {
			/* translators: %s: a path */
			throw new Refused( 'missing_file', 409, sprintf( __( 'The file %s is not there or cannot be read. Nothing was changed.', 'image-renamer' ), $from ) );
		}
		if ( self::can_link() && @link( $from, $to ) ) { // phpcs:ignore -- what is wrong is found out below.
			return;
		}
		self::copy( $from, $to, $again );
	}

	/**
	 * Whether both names have the same content.
	 *
	 * @param string $one   A path.
	 * @param string $other A path.
	 * @return bool
	 */
	public static function same( $one, $other ) {
		$first  = @stat( $one ); // phpcs:ignore -- false where there is none.
		$second = @stat( $other ); // phpcs:ignore -- likewise.
		if ( ! $first || ! $second || $first['size'] !== $second['size'] ) {
			return false;
		}
		return ( $first['ino'] && $first['ino'] === $second['ino'] && $first['dev'] === $second['dev'] ) || md5_file( $one ) === md5_file( $other );
	}

	/**
	 * Takes a name away where another one has the same content.
	 *
	 * @param string $name  The name.
	 * @param string $other The one that stays.
	 * @return bool Whether the name is gone.
	 */
	public static function remove( $name, $other ) {
		clearstatcache();
		if ( ! file_exists( $name ) ) {
			return true;
		}
		return self::same( $name, $other ) && unlink( $name ); // phpcs:ignore -- wp_delete_file() has filters that keep files.
	}

	/**
	 * Whether a second name can be made in a folder.
	 *
	 * @param string $folder The folder.
	 * @return bool
	 */
	public static function works_in( $folder ) {
		$probe = $folder . '/.image-renamer-' . wp_generate_password( 12, false );
		if ( ! self::can_link() || false === @file_put_contents( $probe, '' ) ) { // phpcs:ignore -- an answer, no fault.
			return false;
		}
		$linked = @link( $probe, "$probe-2" ); // phpcs:ignore -- an answer, no fault.
		@unlink( "$probe-2" ); // phpcs:ignore -- may not be there.
		unlink( $probe ); // phpcs:ignore -- our own probe.
		return $linked;
	}

	/**
	 * Whether this PHP has link() at all: some hosts take it away.
	 *
	 * @return bool
	 */
	private static function can_link() {
		return function_exists( 'link' );
	}

	/**
	 * A copy that overwrites nothing. What a copy that was killed left behind is the beginning of the file, and goes on.
	 *
	 * @param string $from  The file.
	 * @param string $to    The copy.
	 * @param bool   $again Whether that was begun before.
	 * @throws Refused Where that cannot be.
	 */
	private static function copy( $from, $to, $again ) {
		// phpcs:disable WordPress.WP.AlternativeFunctions, WordPress.PHP.NoSilencedErrors -- exclusively, in pieces.
		$made = @fopen( $to, 'x' );
		if ( ! $made && ! file_exists( $to ) ) {
			/* translators: %s: a path */
			throw new Refused( 'fs', 500, sprintf( __( 'The file %s could not be made: is the disk full, or the folder read-only? Nothing was changed.', 'image-renamer' ), $to ) );
		}
		if ( ! $made && ! ( $again && self::begins( $to, $from ) ) ) {
			/* translators: %s: a path */
			throw new Refused( 'conflict', 409, sprintf( __( 'There is a file %s already. Choose another name.', 'image-renamer' ), $to ) );
		}
		$made = $made ? $made : fopen( $to, 'r+' );
		$read = fopen( $from, 'r' );
		$done = $made && $read ? @stream_copy_to_stream( $read, $made ) : false;
		$kept = $made && fflush( $made ) && fclose( $made );
		clearstatcache();
		if ( ! $kept || filesize( $from ) !== $done || ! self::same( $from, $to ) ) {
			@unlink( $to );
			/* translators: %s: a path */
			throw new Refused( 'fs', 500, sprintf( __( 'The file %s could not be written to its end: is the disk full? Nothing was changed.', 'image-renamer' ), $to ) );
		}
		@chmod( $to, fileperms( $from ) & 0777 );
		@touch( $to, filemtime( $from ) );
		// phpcs:enable
	}

	/**
	 * Whether one file is what another begins with.
	 *
	 * @param string $part  A path.
	 * @param string $whole A path.
	 * @return bool
	 */
	private static function begins( $part, $whole ) {
		$size = is_file( $part ) ? filesize( $part ) : false;
		if ( false === $size || $size >= filesize( $whole ) ) {
			return false;
		}
		return file_get_contents( $part ) === file_get_contents( $whole, false, null, 0, $size ); // phpcs:ignore -- local files.
	}
}
