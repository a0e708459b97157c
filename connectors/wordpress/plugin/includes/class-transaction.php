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

	const TRIES = 5;

	/**
	 * Runs a function in a transaction; again where the database ended that by itself, as it does with one of two that
	 * wait for each other.
	 *
	 * @param Journal  $journal The row that is worked on; what the function made of it is forgotten where it fails.
	 * @param callable $work    What to do. It may be called several times.
	 * @return mixed What it returns.
	 * @throws Refused Where others change the same rows all the time; what the work throws, after everything was taken back.
	 */
	public static function run( Journal $journal, callable $work ) {
		$before = clone $journal;
		for ( $try = 1; $try <= self::TRIES; $try++ ) {
			$result = null;
			$whole  = false;
			try {
				$whole = self::once( $work, $result );
			} finally {
				if ( ! $whole ) {
					$journal->become( $before );
				}
			}
			if ( $whole ) {
				return $result;
			}
			usleep( wp_rand( 1000, 20000 ) * $try );
		}
		throw new Refused( 'contended', 409, __( 'Others change the same rows of the database all the time. Nothing was changed; try again.', 'image-renamer' ) );
	}

	/**
	 * Whether all of these tables know transactions.
	 *
	 * @param Place[] $places Columns of them.
	 * @return bool
	 */
	public static function covers( array $places ) {
		global $wpdb;
		$tables = array_unique( wp_list_pluck( $places, 'table' ) );
		$marks  = implode( ',', array_fill( 0, count( $tables ), '%s' ) );
		$others = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND engine <> 'InnoDB' AND table_name IN ($marks)";
		return '0' === $wpdb->get_var( $wpdb->prepare( $others, $tables ) ); // phpcs:ignore WordPress.DB -- names of tables, as values.
	}

	/**
	 * One try.
	 *
	 * @param callable $work   What to do.
	 * @param mixed    $result Gets what it returns.
	 * @return bool False where the database ended the transaction meanwhile, and nothing was changed.
	 * @throws Refused Where the database does not answer; what the work throws, after everything was taken back.
	 */
	private static function once( callable $work, &$result ) {
		global $wpdb;
		// phpcs:disable WordPress.DB.DirectDatabaseQuery -- there is no other way.
		// What still runs after the database has ended a transaction must not be stored either.
		$wpdb->query( 'SET autocommit = 0' );
		$wpdb->query( 'START TRANSACTION' );
		$wpdb->query( 'SAVEPOINT image_renamer' );
		$failure = null;
		$stored  = false;
		try {
			$result = $work();
			$whole  = self::stands();
			$stored = $whole && false !== $wpdb->query( 'COMMIT' );
		} catch ( \Throwable $error ) {
			$failure = $error;
			$whole   = self::stands();
		}
		if ( ! $stored ) {
			$wpdb->query( 'ROLLBACK' );
		}
		$wpdb->query( 'SET autocommit = 1' );
		// phpcs:enable
		if ( $failure && $whole ) {
			throw $failure;
		}
		if ( $whole && ! $stored ) {
			throw new Refused( 'database', 500, __( 'The database did not answer. Ask again with the same request.', 'image-renamer' ) );
		}
		return $stored;
	}

	/**
	 * Whether the transaction is still the one that was begun.
	 *
	 * @return bool
	 */
	private static function stands() {
		global $wpdb;
		$quiet  = $wpdb->suppress_errors();
		$stands = false !== $wpdb->query( 'RELEASE SAVEPOINT image_renamer' ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery
		$wpdb->suppress_errors( $quiet );
		return $stands;
	}
}
