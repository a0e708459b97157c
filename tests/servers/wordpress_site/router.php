<?php
// For `php -S`: files as they are, and everything else to index.php, as Apache does it with WordPress' own rules.
$root = $_SERVER['DOCUMENT_ROOT'];
$path = rawurldecode( parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) );
if ( is_dir( $root . $path ) && '/' !== substr( $path, -1 ) ) {
	header( "Location: $path/", true, 301 );
	exit;
}
// A site of a network has the same program below its own path.
$asked = $path;
$path  = preg_replace( '#^/[^/]+/(wp-(?:admin|includes|content|login\.php|cron\.php).*)#', '/$1', $path );
if ( is_dir( $root . $path ) ) {
	$path .= 'index.php';
}
if ( is_file( $root . $path ) && '.php' !== substr( $path, -4 ) ) {
	if ( $asked === $path ) {
		return false;
	}
	header( 'Content-Type: ' . mime_content_type( $root . $path ) );
	readfile( $root . $path );
	exit;
}
if ( ! is_file( $root . $path ) ) {
	$path = '/index.php';
}
$_SERVER['SCRIPT_NAME']     = $path;
$_SERVER['PHP_SELF']        = $path;
$_SERVER['SCRIPT_FILENAME'] = $root . $path;
chdir( dirname( $root . $path ) );
require $root . $path;
