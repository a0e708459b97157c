<?php
// Makes one site the first of a network.
require_once ABSPATH . 'wp-admin/includes/network.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
foreach ( $GLOBALS['wpdb']->tables( 'ms_global' ) as $name => $table ) {
	$GLOBALS['wpdb']->$name = $table;
}
define( 'WP_INSTALLING_NETWORK', true );
install_network();
$result = populate_network( 1, 'HOST', 'admin@example.test', 'Network', '/', false );
$GLOBALS['wpdb']->insert(
	$GLOBALS['wpdb']->sitemeta,
	array(
		'site_id'    => 1,
		'meta_key'   => 'using_application_passwords',
		'meta_value' => 1,
	)
);
return $result;
