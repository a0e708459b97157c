<?php
// php run.php SITE ADDRESS < CODE: runs code inside WordPress, and prints what it returns as JSON.
$_SERVER['HTTP_HOST']       = substr( $argv[2], strlen( 'http://' ) );
$_SERVER['HTTP_HOST']       = explode( '/', $_SERVER['HTTP_HOST'] )[0];
$_SERVER['REQUEST_URI']     = parse_url( $argv[2] . '/', PHP_URL_PATH );
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';
$code                       = stream_get_contents( STDIN );
require $argv[1] . '/wp-load.php';
foreach ( array( 'file', 'image', 'media', 'post', 'plugin', 'user' ) as $part ) {
	require_once ABSPATH . "wp-admin/includes/$part.php";
}
wp_set_current_user( 1 );
ob_start();
$result = eval( $code );
fwrite( STDERR, ob_get_clean() );
echo json_encode( $result, JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR );
