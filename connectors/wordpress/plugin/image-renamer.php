<?php
/**
 * Plugin Name:       Image Renamer
 * Description:       Gives the files of the media library good names where they are: every place that shows an image is brought along, old addresses lead to the new ones, and every rename can be undone.
 * Version:           0.1.0
 * Requires at least: 6.0
 * Requires PHP:      7.4
 * Author:            Image Renamer
 * License:           Apache-2.0
 * License URI:       https://www.apache.org/licenses/LICENSE-2.0
 * Text Domain:       image-renamer
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

defined( 'ABSPATH' ) || exit;

const VERSION = '0.1.0';
const ROUTES  = 'image-renamer/v1';

spl_autoload_register(
	static function ( $name ) {
		if ( 0 === strpos( $name, __NAMESPACE__ . '\\' ) ) {
			$file = str_replace( '_', '-', strtolower( substr( $name, strlen( __NAMESPACE__ ) + 1 ) ) );
			$path = __DIR__ . "/includes/class-$file.php";
			if ( is_file( $path ) ) {
				require $path;
			}
		}
	}
);

register_activation_hook( __FILE__, array( Schema::class, 'ensure' ) );
register_deactivation_hook( __FILE__, array( Outbox::class, 'unschedule' ) );

add_action( 'init', array( Schema::class, 'ensure' ), -1 );
add_action( 'init', array( Redirects::class, 'answer' ), 0 );
add_action( 'rest_api_init', array( Routes::class, 'register' ) );
add_action( 'rest_api_init', array( Surroundings::class, 'register' ) );
add_filter( 'rest_pre_dispatch', array( Signature::class, 'authenticate' ), 5, 3 );
add_filter( 'wp_unique_filename', array( Reserved_Names::class, 'avoid' ), 10, 4 );
add_filter( 'wp_insert_post_data', array( Healing::class, 'heal' ), 20 );
add_action( 'delete_attachment', array( Deletion::class, 'prepare' ), 5 );
add_action( 'deleted_post', array( Deletion::class, 'finish' ) );
add_action( Outbox::HOOK, array( Outbox::class, 'send' ) );
Events::listen();

if ( is_admin() ) {
	Admin_Page::register();
}
if ( defined( 'WP_CLI' ) && WP_CLI ) {
	\WP_CLI::add_command( 'image-renamer', Command::class );
}
