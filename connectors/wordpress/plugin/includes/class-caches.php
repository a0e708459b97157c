<?php
/**
 * What others remember of the rows and pages that were changed.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Safe to repeat.
 */
final class Caches {

	/**
	 * The rename.
	 *
	 * @var Journal
	 */
	private $journal;

	/**
	 * For one rename.
	 *
	 * @param Journal $journal The rename's row.
	 */
	public function __construct( Journal $journal ) {
		$this->journal = $journal;
	}

	/**
	 * Drops all that is affected, after the database was changed.
	 *
	 * @param string[] $map Path => path that took its place.
	 */
	public function drop( array $map ) {
		$posts = $this->rows();
		foreach ( $this->journal->plan['group'] as $id ) {
			clean_attachment_cache( $id );
			wp_cache_delete( $id, 'post_meta' );
		}
		foreach ( array_chunk( $posts, 100 ) as $some ) {
			// What is cleaned is read first, which takes long one by one.
			_prime_post_caches( $some, false, false );
			array_map( 'clean_post_cache', $some );
			foreach ( $some as $id ) {
				wp_cache_delete( $id, 'post_meta' );
			}
		}
		self::transients( $map );
		self::generated( $posts );
		self::pages( $posts );
		/**
		 * Fires when a rename or an undo has changed posts, for caches of pages.
		 *
		 * @param int[] $posts   Their numbers.
		 * @param array $journal As the route /renames/{request_id} tells it.
		 */
		do_action( 'image_renamer_purge', $posts, $this->journal->told() );
	}

	/**
	 * Drops what the object cache has of the changed rows.
	 *
	 * @return int[] The posts among them.
	 */
	private function rows() {
		global $wpdb;
		$posts = array();
		$drop  = array(
			$wpdb->posts         => static function ( $id ) use ( &$posts ) {
				$posts[] = $id;
			},
			$wpdb->postmeta      => static function ( $id ) use ( &$posts ) {
				$posts[] = self::owner( 'postmeta', 'post_id', 'meta_id', $id );
			},
			$wpdb->termmeta      => static function ( $id ) {
				wp_cache_delete( self::owner( 'termmeta', 'term_id', 'meta_id', $id ), 'term_meta' );
			},
			$wpdb->usermeta      => static function ( $id ) {
				clean_user_cache( self::owner( 'usermeta', 'user_id', 'umeta_id', $id ) );
			},
			$wpdb->commentmeta   => static function ( $id ) {
				wp_cache_delete( self::owner( 'commentmeta', 'comment_id', 'meta_id', $id ), 'comment_meta' );
			},
			$wpdb->comments      => 'clean_comment_cache',
			$wpdb->users         => 'clean_user_cache',
			$wpdb->links         => 'clean_bookmark_cache',
			$wpdb->term_taxonomy => static function ( $id ) {
				clean_term_cache( self::owner( 'term_taxonomy', 'term_id', 'term_taxonomy_id', $id ) );
			},
			$wpdb->options       => static function ( $id ) {
				wp_cache_delete( self::owner( 'options', 'option_name', 'option_id', $id ), 'options' );
				wp_cache_delete( 'alloptions', 'options' );
			},
		);
		foreach ( $this->journal->remembered() as $row ) {
			$table = Place::named( $row->place )->table;
			if ( isset( $drop[ $table ] ) ) {
				call_user_func( $drop[ $table ], (int) $row->row_id );
			}
		}
		return array_values( array_unique( array_filter( array_map( 'intval', $posts ) ) ) );
	}

	/**
	 * What a row belongs to.
	 *
	 * @param string $table  As $wpdb names it.
	 * @param string $column That says it.
	 * @param string $key    The table's key.
	 * @param int    $id     The row.
	 * @return string
	 */
	private static function owner( $table, $column, $key, $id ) {
		global $wpdb;
		return (string) $wpdb->get_var( $wpdb->prepare( "SELECT `$column` FROM `{$wpdb->$table}` WHERE `$key` = %d", $id ) ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Deletes transients that hold one of the addresses; they are made again.
	 *
	 * @param string[] $map Path => path that took its place.
	 */
	private static function transients( array $map ) {
		global $wpdb;
		$rewriter   = new Rewriter( new Uploads(), $map );
		$references = new References( array_keys( $map ) );
		$place      = new Place( $wpdb->options, 'option_id', 'option_value', Place::TRANSIENTS );
		foreach ( $references->rows( array( $place ), '__return_true' ) as list( , $id, $value ) ) {
			if ( $rewriter->text( $value ) !== $value ) {
				$name = self::owner( 'options', 'option_name', 'option_id', $id );
				delete_option( $name );
				delete_option( preg_replace( '/^(_site)?_transient_/', '$1_transient_timeout_', $name ) );
			}
		}
	}

	/**
	 * Deletes styles that page builders have made of changed posts; they are made again when the page is shown.
	 *
	 * @param int[] $posts The posts.
	 */
	private static function generated( array $posts ) {
		global $wpdb;
		$uploads = new Uploads();
		foreach ( array_chunk( $posts, 500 ) as $some ) {
			$these = implode( ',', $some );
			$made  = $wpdb->get_col( "SELECT DISTINCT post_id FROM {$wpdb->postmeta} WHERE meta_key = '_elementor_css' AND post_id IN ($these)" ); // phpcs:ignore WordPress.DB -- numbers.
			foreach ( $made as $id ) {
				delete_post_meta( $id, '_elementor_css' );
				wp_delete_file( $uploads->file( "elementor/css/post-$id.css" ) );
			}
		}
	}

	/**
	 * Tells the caches of pages that are known.
	 *
	 * @param int[] $posts The posts that were changed.
	 */
	private static function pages( array $posts ) {
		if ( ! $posts ) {
			return;
		}
		$each = array( 'w3tc_flush_post', 'rocket_clean_post', 'wpfc_clear_post_cache_by_id' );
		foreach ( $posts as $id ) {
			foreach ( array_filter( $each, 'function_exists' ) as $purge ) {
				call_user_func( $purge, $id );
			}
			do_action( 'litespeed_purge_post', $id ); // phpcs:ignore WordPress.NamingConventions -- LiteSpeed Cache's.
			do_action( 'cache_enabler_clear_page_cache_by_post', $id ); // phpcs:ignore WordPress.NamingConventions -- Cache Enabler's.
			do_action( 'fastpixel/purge/post', $id ); // phpcs:ignore WordPress.NamingConventions -- FastPixel's.
			if ( is_callable( array( 'WpeCommon', 'purge_varnish_cache' ) ) ) {
				call_user_func( array( 'WpeCommon', 'purge_varnish_cache' ), $id );
			}
			if ( function_exists( 'sg_cachepress_purge_cache' ) ) {
				sg_cachepress_purge_cache( (string) get_permalink( $id ) );
			}
		}
		do_action( 'breeze_clear_all_cache' ); // phpcs:ignore WordPress.NamingConventions -- Breeze's.
	}
}
