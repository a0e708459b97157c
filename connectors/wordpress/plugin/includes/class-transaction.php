<?php
/**
 * All of it, or nothing.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * On tables that know transactions.
 */
final class Transaction {

	/**
	 * Runs a function in a transaction.
	 *
	 * @param callable $work What to do.
	 * @return mixed What it returns.
	 * @throws \Throwable What it throws, after everything was taken back.
	 */
	public static function run( callable $work ) {
		global $wpdb;
		// phpcs:disable WordPress.DB.DirectDatabaseQuery -- there is no other way.
		$wpdb->query( 'START TRANSACTION' );
		try {
			$result = $work();
		} catch ( \Throwable $error ) {
			$wpdb->query( 'ROLLBACK' );
			throw $error;
		}
		if ( false === $wpdb->query( 'COMMIT' ) ) {
			throw new Refused( 'database', 500, __( 'The database did not answer. Ask again with the same request.', 'image-renamer' ) );
		}
		// phpcs:enable
		return $result;
	}
}
