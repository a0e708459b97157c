<?php
// The least cache that outlives a request: WordPress' own, loaded from a file and stored in it.
require_once ABSPATH . WPINC . '/class-wp-object-cache.php';
class Stored_Cache extends WP_Object_Cache {
	public function load() {
		$file = WP_CONTENT_DIR . '/cache.ser';
		$all  = is_file( $file ) ? unserialize( file_get_contents( $file ) ) : array();
		foreach ( $all as $group => $entries ) { foreach ( $entries as $key => $value ) { parent::set( $key, $value, $group ); } }
	}
	public function store() {
		$cache = ( new ReflectionProperty( 'WP_Object_Cache', 'cache' ) );
		$cache->setAccessible( true );
		file_put_contents( WP_CONTENT_DIR . '/cache.ser', serialize( $cache->getValue( $this ) ) );
	}
}
function wp_cache_init() { $GLOBALS['wp_object_cache'] = new Stored_Cache(); $GLOBALS['wp_object_cache']->load(); }
function wp_cache_close() { return true; }
register_shutdown_function( function () { $GLOBALS['wp_object_cache']->store(); } );
foreach ( array( 'add', 'set', 'get', 'delete', 'replace', 'incr', 'decr', 'flush', 'switch_to_blog' ) as $name ) {
	eval( "function wp_cache_$name( ...\$all ) { return \$GLOBALS['wp_object_cache']->$name( ...\$all ); }" );
}
function wp_cache_get_multiple( ...$all ) { return $GLOBALS['wp_object_cache']->get_multiple( ...$all ); }
function wp_cache_add_multiple( ...$all ) { return $GLOBALS['wp_object_cache']->add_multiple( ...$all ); }
function wp_cache_set_multiple( ...$all ) { return $GLOBALS['wp_object_cache']->set_multiple( ...$all ); }
function wp_cache_delete_multiple( ...$all ) { return $GLOBALS['wp_object_cache']->delete_multiple( ...$all ); }
function wp_cache_add_global_groups( $groups ) { $GLOBALS['wp_object_cache']->add_global_groups( $groups ); }
function wp_cache_add_non_persistent_groups() {}
function wp_cache_reset() {}
