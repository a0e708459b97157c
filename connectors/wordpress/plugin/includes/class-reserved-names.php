<?php
/**
 * Old names stay taken.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * A new upload under a name that a redirect answers for would be shown where the old image was meant.
 */
final class Reserved_Names {

	/**
	 * Gives an upload the next name that no redirect has.
	 *
	 * @param string        $name      That WordPress has chosen.
	 * @param string        $extension With its dot.
	 * @param string        $folder    Where it goes.
	 * @param callable|null $chosen    Another way to choose names, which is left alone.
	 * @return string
	 */
	public static function avoid( $name, $extension, $folder, $chosen = null ) {
		$uploads = new Uploads();
		$folder  = wp_normalize_path( untrailingslashit( $folder ) );
		$root    = wp_normalize_path( $uploads->folder );
		if ( $chosen || 0 !== strpos( "$folder/", "$root/" ) ) {
			return $name;
		}
		$within = ltrim( substr( $folder, strlen( $root ) ) . '/', '/' );
		$stem   = '' === $extension ? $name : substr( $name, 0, -strlen( $extension ) );
		$number = 0;
		while ( Redirects::of( array( $within . $name ) ) || ( $number && file_exists( "$folder/$name" ) ) ) {
			$name = $stem . '-' . ( ++$number ) . $extension;
		}
		return $name;
	}
}
