<?php
// php install.php SITE: installs WordPress in an empty database, with a user for each role that a test acts as.
// Prints their application passwords as JSON.
$_SERVER['HTTP_HOST']       = '127.0.0.1';
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
define( 'WP_INSTALLING', true );
define( 'WP_SITEURL', 'http://127.0.0.1' );
function wp_new_blog_notification() {}
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter( 'pre_wp_mail', '__return_true' );
wp_install( 'Test site', 'admin', 'admin@example.test', true, '', 'admin-pass', 'en_US' );
update_option( 'permalink_structure', '/%postname%/' );
foreach ( array( 'twentytwentythree', 'twentytwentyfive' ) as $theme ) {
	if ( is_dir( WP_CONTENT_DIR . "/themes/$theme" ) ) {
		switch_theme( $theme );
	}
}
foreach ( get_posts( array( 'post_type' => 'any', 'post_status' => 'any', 'numberposts' => -1 ) ) as $post ) {
	wp_delete_post( $post->ID, true );
}
$capabilities = array( 'read', 'upload_files', 'edit_posts', 'edit_others_posts', 'edit_published_posts', 'edit_private_posts' );
add_role( 'image_renamer_test', 'Renamer', array_fill_keys( $capabilities, true ) );
wp_create_user( 'renamer', 'renamer-pass', 'renamer@example.test' );
wp_create_user( 'author', 'author-pass', 'author@example.test' );
get_user_by( 'login', 'renamer' )->set_role( 'image_renamer_test' );
get_user_by( 'login', 'author' )->set_role( 'author' );
$passwords = array();
foreach ( array( 'admin', 'renamer', 'author' ) as $login ) {
	list( $passwords[ $login ] ) = WP_Application_Passwords::create_new_application_password(
		get_user_by( 'login', $login )->ID,
		array( 'name' => 'tests' )
	);
}
echo wp_json_encode( $passwords );
