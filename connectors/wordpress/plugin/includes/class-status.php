<?php
/**
 * What this site can do.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * For the appliance, which asks before anything else, and for the page in wp-admin.
 */
final class Status {

	const NEEDED = array( 'read', 'upload_files', 'edit_posts', 'edit_others_posts', 'edit_published_posts', 'edit_private_posts' );

	/**
	 * Everything.
	 *
	 * @return array
	 */
	public static function told() {
		global $wpdb;
		$uploads = new Uploads();
		return array(
			'plugin'         => VERSION,
			'wordpress'      => get_bloginfo( 'version' ),
			'php'            => PHP_VERSION,
			'database'       => $wpdb->db_server_info(),
			'engine'         => self::engine(),
			'multisite'      => is_multisite(),
			'home'           => home_url(),
			'uploads'        => $uploads->url,
			'writable'       => wp_is_writable( $uploads->folder ),
			'links'          => File_Links::works_in( $uploads->folder ),
			'offload'        => Offload::plugin(),
			'capabilities'   => array_combine( self::NEEDED, array_map( 'current_user_can', self::NEEDED ) ),
			'probe_url'      => Probe::url(),
			'last_event_seq' => Events::last(),
			'webhook'        => (string) ( ( (array) get_option( Outbox::TARGET, array() ) )['url'] ?? '' ),
		);
	}

	/**
	 * The engine of the tables with posts: only some know transactions.
	 *
	 * @return string
	 */
	private static function engine() {
		global $wpdb;
		return (string) $wpdb->get_var( // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			$wpdb->prepare( 'SELECT engine FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = %s', $wpdb->posts )
		);
	}
}
