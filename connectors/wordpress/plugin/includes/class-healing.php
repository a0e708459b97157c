<?php
/**
 * An editor that was open during a rename saves old addresses.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * They are replaced before the post is stored.
 */
final class Healing {

	/**
	 * The fields of a post with old addresses replaced.
	 *
	 * @param array $post With slashes, as WordPress passes it.
	 * @return array
	 */
	public static function heal( $post ) {
		foreach ( array( 'post_content', 'post_excerpt', 'post_content_filtered' ) as $field ) {
			if ( ! empty( $post[ $field ] ) && is_string( $post[ $field ] ) ) {
				$text   = wp_unslash( $post[ $field ] );
				$healed = self::text( $text );
				if ( $healed !== $text ) {
					$post[ $field ] = wp_slash( $healed );
				}
			}
		}
		return $post;
	}

	/**
	 * A text with old addresses replaced.
	 *
	 * @param string $text Plain.
	 * @return string
	 */
	private static function text( $text ) {
		$uploads = new Uploads();
		$map     = array();
		foreach ( Redirects::of( self::paths( $text, $uploads ) ) as $from => $row ) {
			$map[ $from ] = $row->target;
		}
		return $map ? ( new Rewriter( $uploads, $map ) )->text( $text ) : $text;
	}

	/**
	 * What may be paths of uploaded files.
	 *
	 * @param string  $text    Plain.
	 * @param Uploads $uploads Where the files are.
	 * @return string[]
	 */
	private static function paths( $text, Uploads $uploads ) {
		$plain = rawurldecode( rawurldecode( html_entity_decode( str_replace( array( '\\\\\\/', '\\/' ), '/', $text ), ENT_QUOTES, 'UTF-8' ) ) );
		$plain = (string) preg_replace_callback(
			'/\\\\+u([0-9a-f]{4})/i',
			static function ( $found ) {
				return (string) json_decode( "\"\\u{$found[1]}\"" );
			},
			$plain
		);
		$paths = array();
		foreach ( $uploads->paths as $path ) {
			preg_match_all( '~' . preg_quote( $path, '~' ) . '/([^"\'<>?#()\\\\]+?\.[A-Za-z0-9]+(?:\.(?:webp|avif))?)(?![A-Za-z0-9_/-])~', $plain, $found );
			$paths = array_merge( $paths, $found[1] );
		}
		return $paths;
	}
}
