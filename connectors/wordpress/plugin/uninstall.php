<?php
/**
 * Takes away everything that the plugin has made: tables, options, its user and role. The names of files stay as they
 * are; old addresses do not lead to them any more.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

foreach ( array( 'schema', 'uploads', 'redirects', 'outbox', 'probe', 'signature', 'pairing' ) as $image_renamer_part ) {
	require_once __DIR__ . "/includes/class-$image_renamer_part.php";
}

/**
 * Cleans up one site.
 */
function clean_up() {
	Outbox::unschedule();
	Pairing::remove_user();
	Schema::drop();
	foreach ( array( Outbox::TARGET, Outbox::SENT, Probe::OPTION, Signature::OPTION, Pairing::OPTION ) as $option ) {
		delete_option( $option );
	}
	remove_role( Pairing::ROLE );
}

if ( is_multisite() ) {
	foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $image_renamer_site ) { // phpcs:ignore WordPress.Arrays
		switch_to_blog( $image_renamer_site );
		clean_up();
		restore_current_blog();
	}
} else {
	clean_up();
}
