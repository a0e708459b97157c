<?php
/**
 * Whether requests for files that are not there reach WordPress.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Only then can old addresses lead to new ones. Where the web server answers itself, old files are kept.
 */
final class Probe {

	const OPTION = 'image_renamer_probe';

	/**
	 * What is known; asked anew once a day.
	 *
	 * @return bool
	 */
	public static function works() {
		$known = get_option( self::OPTION );
		if ( is_array( $known ) && $known['at'] > time() - DAY_IN_SECONDS ) {
			return $known['works'];
		}
		return self::ask();
	}

	/**
	 * Asks the site's own web server.
	 *
	 * @return bool
	 */
	public static function ask() {
		$answer = wp_remote_get(
			self::url(),
			array(
				'redirection' => 0,
				'timeout'     => 5,
				'sslverify'   => false, // A certificate of the inside; nothing is sent that is secret.
			)
		);
		$works  = 301 === wp_remote_retrieve_response_code( $answer ) && 'redirects-work' === wp_remote_retrieve_header( $answer, 'x-image-renamer' );
		update_option(
			self::OPTION,
			array(
				'at'    => time(),
				'works' => $works,
			),
			false
		);
		return $works;
	}

	/**
	 * The address of a file that is never there.
	 *
	 * @return string
	 */
	public static function url() {
		return ( new Uploads() )->address( Redirects::PROBE );
	}
}
