<?php
/**
 * How the appliance gets to know this site.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * A user of its own, with an application password and a key for signed requests, told once in one line of text.
 */
final class Pairing {

	const OPTION = 'image_renamer_user';
	const ROLE   = 'image_renamer';
	const LOGIN  = 'image-renamer';
	const PREFIX = 'image-renamer:1:';

	/**
	 * A new bundle; what older ones gave ends.
	 *
	 * @return string
	 * @throws Refused Where the user cannot be made.
	 */
	public static function bundle() {
		$user = self::user();
		\WP_Application_Passwords::delete_all_application_passwords( $user );
		delete_option( Signature::OPTION );
		$made = \WP_Application_Passwords::create_new_application_password( $user, array( 'name' => 'Image Renamer' ) );
		if ( is_wp_error( $made ) ) {
			throw new Refused( 'pairing', 500, $made->get_error_message() );
		}
		list( $key, $secret ) = Signature::make_key( $user );
		$told                 = array(
			'url'                  => home_url( '/' ),
			'rest_url'             => rest_url(),
			'username'             => get_userdata( $user )->user_login,
			'application_password' => $made[0],
			'key'                  => $key,
			'secret'               => $secret,
		);
		return self::PREFIX . rtrim( strtr( base64_encode( (string) wp_json_encode( $told ) ), '+/', '-_' ), '=' ); // phpcs:ignore -- a line to copy.
	}

	/**
	 * Whether the user that pairing made asks.
	 *
	 * @return bool
	 */
	public static function is_current_user() {
		$user = (int) get_option( self::OPTION );
		return $user && get_current_user_id() === $user;
	}

	/**
	 * Deletes the user that pairing made.
	 */
	public static function remove_user() {
		$user = (int) get_option( self::OPTION );
		if ( $user && get_userdata( $user ) ) {
			require_once ABSPATH . 'wp-admin/includes/user.php';
			wp_delete_user( $user, get_current_user_id() ? get_current_user_id() : null );
		}
	}

	/**
	 * The user, made at the first time.
	 *
	 * @return int
	 * @throws Refused Where it cannot be made.
	 */
	private static function user() {
		remove_role( self::ROLE );
		add_role( self::ROLE, 'Image Renamer', array_fill_keys( Status::NEEDED, true ) );
		$user = (int) get_option( self::OPTION );
		if ( $user && get_userdata( $user ) ) {
			return $user;
		}
		$login  = self::LOGIN;
		$number = 2;
		while ( username_exists( $login ) ) {
			$login = self::LOGIN . "-$number";
			++$number;
		}
		$user = wp_insert_user(
			array(
				'user_login' => $login,
				'user_pass'  => wp_generate_password( 40 ),
				'user_email' => "$login@" . wp_parse_url( home_url(), PHP_URL_HOST ) . '.invalid',
				'role'       => self::ROLE,
			)
		);
		if ( is_wp_error( $user ) ) {
			throw new Refused( 'pairing', 500, $user->get_error_message() );
		}
		update_option( self::OPTION, $user, false );
		return $user;
	}
}
