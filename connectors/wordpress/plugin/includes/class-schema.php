<?php
/**
 * The plugin's own tables.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Each site of a network has its own.
 */
final class Schema {

	const VERSION = '1';
	const OPTION  = 'image_renamer_schema';
	const TABLES  = array( 'renames', 'rows', 'redirects', 'events', 'leases', 'nonces' );

	/**
	 * The name of one of the plugin's tables on this site.
	 *
	 * @param string $name One of TABLES.
	 * @return string
	 */
	public static function table( $name ) {
		global $wpdb;
		return $wpdb->prefix . 'image_renamer_' . $name;
	}

	/**
	 * Makes the tables where they are not there yet.
	 */
	public static function ensure() {
		if ( self::VERSION === get_option( self::OPTION ) ) {
			return;
		}
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		global $wpdb;
		foreach ( self::definitions() as $name => $columns ) {
			dbDelta( 'CREATE TABLE ' . self::table( $name ) . " (\n$columns\n) ENGINE=InnoDB {$wpdb->get_charset_collate()};" );
		}
		update_option( self::OPTION, self::VERSION );
	}

	/**
	 * Name => columns, in the spelling that dbDelta() compares.
	 *
	 * @return string[]
	 */
	private static function definitions() {
		return array(
			'renames'   => 'id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
request_id varchar(64) NOT NULL,
asked char(32) NOT NULL,
attachment_id bigint(20) unsigned NOT NULL,
state varchar(20) NOT NULL,
plan longtext NOT NULL,
report longtext NOT NULL,
user_id bigint(20) unsigned NOT NULL DEFAULT 0,
created_at datetime NOT NULL,
updated_at datetime NOT NULL,
PRIMARY KEY  (id),
UNIQUE KEY request_id (request_id),
KEY attachment_id (attachment_id)',
			'rows'      => 'id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
rename_id bigint(20) unsigned NOT NULL,
place varchar(190) NOT NULL,
row_id bigint(20) unsigned NOT NULL,
before_value longblob NOT NULL,
after_md5 char(32) NOT NULL,
PRIMARY KEY  (id),
UNIQUE KEY place (rename_id,place(120),row_id)',
			'redirects' => 'id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
source_hash char(32) NOT NULL,
source text NOT NULL,
target text NOT NULL,
attachment_id bigint(20) unsigned NOT NULL,
PRIMARY KEY  (id),
UNIQUE KEY source_hash (source_hash),
KEY attachment_id (attachment_id)',
			'events'    => 'seq bigint(20) unsigned NOT NULL AUTO_INCREMENT,
type varchar(20) NOT NULL,
attachment_id bigint(20) unsigned NOT NULL,
file text NOT NULL,
was text NOT NULL,
created_at datetime NOT NULL,
PRIMARY KEY  (seq)',
			'leases'    => 'name varchar(64) NOT NULL,
holder char(36) NOT NULL,
ends_at decimal(16,3) NOT NULL,
PRIMARY KEY  (name)',
			'nonces'    => 'nonce char(64) NOT NULL,
ends_at bigint(20) unsigned NOT NULL,
PRIMARY KEY  (nonce)',
		);
	}

	/**
	 * Takes the tables away.
	 */
	public static function drop() {
		global $wpdb;
		foreach ( self::TABLES as $name ) {
			$wpdb->query( 'DROP TABLE IF EXISTS ' . self::table( $name ) ); // phpcs:ignore WordPress.DB
		}
		delete_option( self::OPTION );
	}
}
