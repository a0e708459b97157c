<?php
/**
 * Signed requests, for hosts that take the Authorization header away.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * HMAC-SHA256 over what is asked for, with a secret that pairing made. Good for every route of the site's REST API.
 */
final class Signature {

	const OPTION  = 'image_renamer_keys';
	const SECONDS = 300;

	/**
	 * A new key for a user.
	 *
	 * @param int $user The user.
	 * @return string[] Its id and its secret.
	 */
	public static function make_key( $user ) {
		$keys   = (array) get_option( self::OPTION, array() );
		$id     = strtolower( wp_generate_password( 16, false ) );
		$secret = bin2hex( random_bytes( 32 ) );

		$keys[ $id ] = array(
			'user'   => $user,
			'secret' => $secret,
		);
		update_option( self::OPTION, $keys, false );
		return array( $id, $secret );
	}

	/**
	 * Lets a signed request act as the user of its key.
	 *
	 * @param mixed            $result  What others answer already.
	 * @param \WP_REST_Server  $server  The server.
	 * @param \WP_REST_Request $request The request.
	 * @return mixed
	 */
	public static function authenticate( $result, $server, $request ) {
		$id = (string) $request->get_header( 'X-Image-Renamer-Key' );
		if ( null !== $result || '' === $id ) {
			return $result;
		}
		$keys = (array) get_option( self::OPTION, array() );
		$key  = isset( $keys[ $id ] ) ? $keys[ $id ] : null;
		$why  = $key ? self::refusal( $request, $key['secret'] ) : __( 'The key is not known here. Pair the site again.', 'image-renamer' );
		if ( '' !== $why ) {
			return new \WP_Error( 'bad_signature', $why, array( 'status' => 401 ) );
		}
		wp_set_current_user( $key['user'] );
		return $result;
	}

	/**
	 * Why a request is not taken, or "".
	 *
	 * @param \WP_REST_Request $request The request.
	 * @param string           $secret  The key's.
	 * @return string
	 */
	private static function refusal( $request, $secret ) {
		$time  = (string) $request->get_header( 'X-Image-Renamer-Timestamp' );
		$nonce = (string) $request->get_header( 'X-Image-Renamer-Nonce' );
		$given = (string) $request->get_header( 'X-Image-Renamer-Signature' );
		if ( ! ctype_digit( $time ) || abs( time() - (int) $time ) > self::SECONDS ) {
			return __( 'The clocks of the two sides are more than five minutes apart. Set them right.', 'image-renamer' );
		}
		if ( ! hash_equals( self::expected( $request, $secret, $time, $nonce ), $given ) ) {
			return __( 'The signature is not right. Pair the site again.', 'image-renamer' );
		}
		return self::is_new( $nonce ) ? '' : __( 'This request was made before. Make a new one.', 'image-renamer' );
	}

	/**
	 * The signature that a request must have.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @param string           $secret  The key's.
	 * @param string           $time    In seconds.
	 * @param string           $nonce   Its own.
	 * @return string
	 */
	private static function expected( $request, $secret, $time, $nonce ) {
		$query = $request->get_query_params();
		unset( $query['rest_route'] );
		ksort( $query, SORT_STRING );
		$parts = array(
			$request->get_method(),
			$request->get_route(),
			http_build_query( $query, '', '&', PHP_QUERY_RFC3986 ),
			$time,
			$nonce,
			hash( 'sha256', (string) $request->get_body() ),
		);
		return hash_hmac( 'sha256', implode( "\n", $parts ), $secret );
	}

	/**
	 * Whether a nonce was not used before; then it is from now on.
	 *
	 * @param string $nonce Of a request.
	 * @return bool
	 */
	private static function is_new( $nonce ) {
		global $wpdb;
		if ( 1 !== preg_match( '/^[A-Za-z0-9_-]{16,64}$/D', $nonce ) ) {
			return false;
		}
		$table = Schema::table( 'nonces' );
		// phpcs:disable WordPress.DB -- a row of our own.
		$wpdb->query( $wpdb->prepare( "DELETE FROM $table WHERE ends_at < %d", time() ) );
		return 1 === $wpdb->query( $wpdb->prepare( "INSERT IGNORE INTO $table (nonce, ends_at) VALUES (%s, %d)", $nonce, time() + 2 * self::SECONDS ) );
		// phpcs:enable
	}
}
