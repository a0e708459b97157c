<?php
/**
 * What a file may be called.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Names are stems: the endings that WordPress gives to copies stay as they are.
 */
final class Names {

	const LONGEST = 180;

	/**
	 * The stem that was asked for.
	 *
	 * @param mixed  $name      A stem, or a file name with the extension that the file has.
	 * @param string $extension Of the file, without a dot.
	 * @return string
	 * @throws Refused Where a file may not be called so.
	 */
	public static function stem( $name, $extension ) {
		$name = is_string( $name ) ? $name : '';
		$stem = preg_replace( '/\.' . preg_quote( $extension, '/' ) . '$/i', '', $name );
		if ( 1 !== preg_match( '/^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}_-]*[\p{L}\p{N}\p{M}])?$/Du', $stem ) ) {
			throw self::bad( $name, __( 'Use letters, digits and hyphens, without an extension.', 'image-renamer' ) );
		}
		if ( strlen( $stem ) > self::LONGEST ) {
			/* translators: %d: a number of bytes */
			throw self::bad( wp_html_excerpt( $name, 40, '…' ), sprintf( __( 'Use at most %d bytes.', 'image-renamer' ), self::LONGEST ) );
		}
		if ( preg_match( '/-(?:scaled|rotated|\d+x\d+|e\d{8,})$/Di', $stem ) ) {
			throw self::bad( $name, __( 'WordPress gives such an ending to copies of images; use another.', 'image-renamer' ) );
		}
		if ( sanitize_file_name( "$stem.$extension" ) !== "$stem.$extension" ) {
			throw self::bad( $name, __( 'WordPress would not keep this name; use another.', 'image-renamer' ) );
		}
		return $stem;
	}

	/**
	 * The refusal of a name.
	 *
	 * @param string $name   What was asked for.
	 * @param string $remedy What to do.
	 * @return Refused
	 */
	private static function bad( $name, $remedy ) {
		/* translators: 1: a file name, 2: a sentence that says what to do */
		return new Refused( 'bad_name', 400, sprintf( __( 'An image cannot be called “%1$s”. %2$s', 'image-renamer' ), $name, $remedy ) );
	}
}
