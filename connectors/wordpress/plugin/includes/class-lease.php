<?php
/**
 * One rename at a time for each image.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * A row that ends by itself, so that what was killed does not hold an image for ever.
 */
final class Lease {

	/**
	 * What is held.
	 *
	 * @var string
	 */
	private $name;

	/**
	 * Who holds it.
	 *
	 * @var string
	 */
	private $holder;

	/**
	 * Takes the lease of an image.
	 *
	 * @param int $attachment Its number.
	 * @throws Refused Where it is taken.
	 */
	public function __construct( $attachment ) {
		global $wpdb;
		$this->name   = 'attachment-' . (int) $attachment;
		$this->holder = wp_generate_uuid4();
		$table        = Schema::table( 'leases' );
		// phpcs:disable WordPress.DB -- a row of our own, by compare-and-set. Whoever changes the database holds its lock.
		$quiet = $wpdb->suppress_errors();
		$waits = (int) $wpdb->get_var( 'SELECT @@innodb_lock_wait_timeout' );
		$wpdb->query( 'SET SESSION innodb_lock_wait_timeout = 1' );
		$wpdb->query( $wpdb->prepare( "INSERT IGNORE INTO $table (name, holder, ends_at) VALUES (%s, '', 0)", $this->name ) );
		$taken = $wpdb->query(
			$wpdb->prepare( "UPDATE $table SET holder = %s, ends_at = %f WHERE name = %s AND ends_at < %f", $this->holder, self::end(), $this->name, microtime( true ) )
		);
		$wpdb->query( "SET SESSION innodb_lock_wait_timeout = $waits" );
		$wpdb->suppress_errors( $quiet );
		// phpcs:enable
		if ( 1 !== $taken ) {
			throw new Refused( 'busy', 423, __( 'This image is being renamed at this moment. Ask again in a few seconds.', 'image-renamer' ) );
		}
		register_shutdown_function( array( $this, 'release' ) );
	}

	/**
	 * Holds it longer.
	 *
	 * @throws Refused Where it has ended and another has it.
	 */
	public function renew() {
		global $wpdb;
		$table = Schema::table( 'leases' );
		// phpcs:disable WordPress.DB -- a row of our own; the same time again would count as no change.
		$wpdb->query( $wpdb->prepare( "UPDATE $table SET ends_at = %f WHERE name = %s AND holder = %s", self::end(), $this->name, $this->holder ) );
		$holder = $wpdb->get_var( $wpdb->prepare( "SELECT holder FROM $table WHERE name = %s FOR UPDATE", $this->name ) );
		// phpcs:enable
		if ( $this->holder !== $holder ) {
			throw new Refused( 'busy', 423, __( 'This rename took so long that another request goes on with it. Ask again in a few seconds.', 'image-renamer' ) );
		}
		if ( function_exists( 'set_time_limit' ) ) {
			@set_time_limit( 120 ); // phpcs:ignore -- not every host allows it.
		}
	}

	/**
	 * Gives it back.
	 */
	public function release() {
		global $wpdb;
		$table = Schema::table( 'leases' );
		$wpdb->query( $wpdb->prepare( "DELETE FROM $table WHERE name = %s AND holder = %s", $this->name, $this->holder ) ); // phpcs:ignore WordPress.DB
	}

	/**
	 * When a lease that is taken now ends.
	 *
	 * @return float
	 */
	private static function end() {
		/**
		 * Filters for how many seconds an image is held by one step of a rename.
		 *
		 * @param int $seconds 60 by default.
		 */
		return microtime( true ) + (float) apply_filters( 'image_renamer_lease_seconds', 60 );
	}
}
