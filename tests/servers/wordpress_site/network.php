<?php
// Makes one site the first of a network.
require_once ABSPATH . 'wp-admin/includes/network.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
foreach ( $GLOBALS['wpdb']->tables( 'ms_global' ) as $name => $table ) {
	$GLOBALS['wpdb']->$name = $table;
}
define( 'WP_INSTALLING_NETWORK', true );
install_network();
return populate_network( 1, 'HOST', 'admin@example.test', 'Network', '/', false );
