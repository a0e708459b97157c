<?php
/**
 * A column whose rows may show images.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Knows the table, its key, the column, and which rows to leave alone.
 */
final class Place {

	const OPTIONS    = "option_name <> 'cron' AND LEFT(option_name, 14) <> 'image_renamer_' AND NOT (LEFT(option_name, 10) = '_transient' OR LEFT(option_name, 15) = '_site_transient')";
	const TRANSIENTS = "(LEFT(option_name, 10) = '_transient' OR LEFT(option_name, 15) = '_site_transient')";

	/**
	 * The table.
	 *
	 * @var string
	 */
	public $table;

	/**
	 * Its key, a number.
	 *
	 * @var string
	 */
	public $key;

	/**
	 * The column.
	 *
	 * @var string
	 */
	public $column;

	/**
	 * Which rows to look at, in SQL.
	 *
	 * @var string
	 */
	public $where;

	/**
	 * A column.
	 *
	 * @param string $table  The table.
	 * @param string $key    Its key.
	 * @param string $column The column.
	 * @param string $where  Which rows.
	 */
	public function __construct( $table, $key, $column, $where = '1 = 1' ) {
		$this->table  = $table;
		$this->key    = $key;
		$this->column = $column;
		$this->where  = $where;
	}

	/**
	 * How the journal names it.
	 *
	 * @return string
	 */
	public function name() {
		return "$this->table.$this->key.$this->column";
	}

	/**
	 * The place that the journal names so.
	 *
	 * @param string $name As name() gives it.
	 * @return Place
	 */
	public static function named( $name ) {
		list( $table, $key, $column ) = explode( '.', $name );
		return new self( $table, $key, $column );
	}

	/**
	 * Every column of WordPress that may hold an address, and those that the site has allowed.
	 *
	 * @return Place[]
	 */
	public static function all() {
		global $wpdb;
		$kept   = "'_wp_attached_file','_wp_attachment_metadata','_wp_attachment_backup_sizes','_elementor_css'";
		$places = array(
			new self( $wpdb->posts, 'ID', 'post_content', "post_type <> 'oembed_cache'" ),
			new self( $wpdb->posts, 'ID', 'post_excerpt', "post_type <> 'oembed_cache'" ),
			new self( $wpdb->posts, 'ID', 'post_content_filtered', "post_type <> 'oembed_cache'" ),
			new self( $wpdb->postmeta, 'meta_id', 'meta_value', "meta_key NOT IN ($kept)" ),
			new self( $wpdb->termmeta, 'meta_id', 'meta_value' ),
			new self( $wpdb->usermeta, 'umeta_id', 'meta_value', "meta_key NOT IN ('session_tokens','_application_passwords')" ),
			new self( $wpdb->commentmeta, 'meta_id', 'meta_value' ),
			new self( $wpdb->comments, 'comment_ID', 'comment_content' ),
			new self( $wpdb->comments, 'comment_ID', 'comment_author_url' ),
			new self( $wpdb->term_taxonomy, 'term_taxonomy_id', 'description' ),
			new self( $wpdb->links, 'link_id', 'link_url' ),
			new self( $wpdb->links, 'link_id', 'link_image' ),
			new self( $wpdb->links, 'link_id', 'link_notes' ),
			new self( $wpdb->users, 'ID', 'user_url' ),
			new self( $wpdb->options, 'option_id', 'option_value', self::OPTIONS ),
		);
		if ( is_multisite() && is_main_site() ) {
			$places[] = new self( $wpdb->sitemeta, 'meta_id', 'meta_value' );
		}
		/**
		 * Filters the columns of other plugins' tables that may be rewritten: array( table, numeric key, column ).
		 *
		 * @param array[] $allowed None by default.
		 */
		foreach ( apply_filters( 'image_renamer_tables', array() ) as $allowed ) {
			if ( array_filter( (array) $allowed, array( self::class, 'is_name' ) ) === $allowed && 3 === count( $allowed ) ) {
				$places[] = new self( ...array_values( $allowed ) );
			}
		}
		return $places;
	}

	/**
	 * The columns of other tables of this site that hold text, which are counted and left alone.
	 *
	 * @param Place[] $handled What is rewritten.
	 * @return Place[]
	 */
	public static function unhandled( array $handled ) {
		global $wpdb;
		$known = array_values( $wpdb->tables( 'all' ) );
		foreach ( $handled as $place ) {
			$known[] = $place->table;
		}
		foreach ( Schema::TABLES as $name ) {
			$known[] = Schema::table( $name );
		}
		$columns = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- there is no other way.
			$wpdb->prepare(
				"SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name LIKE %s
				AND data_type IN ('char','varchar','tinytext','text','mediumtext','longtext','json','blob','mediumblob','longblob')",
				$wpdb->esc_like( $wpdb->prefix ) . '%'
			)
		);
		$places  = array();
		$others  = is_multisite() ? '/^' . preg_quote( $wpdb->base_prefix, '/' ) . '\d+_/' : '/^$/';
		foreach ( $columns as $column ) {
			$foreign = $wpdb->prefix === $wpdb->base_prefix && preg_match( $others, $column->t );
			if ( ! $foreign && ! in_array( $column->t, $known, true ) && self::is_name( $column->t ) && self::is_name( $column->c ) ) {
				$places[] = new self( $column->t, '', $column->c );
			}
		}
		return $places;
	}

	/**
	 * Whether this can stand in SQL as a name.
	 *
	 * @param mixed $name A name.
	 * @return bool
	 */
	public static function is_name( $name ) {
		return is_string( $name ) && 1 === preg_match( '/^[A-Za-z0-9_$-]+$/D', $name );
	}
}
