<?php
/**
 * The rows that show an image, changed.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * What a map of files means for every row of the database.
 */
final class Changes {

	/**
	 * Finds and replaces addresses.
	 *
	 * @var Rewriter
	 */
	public $rewriter;

	/**
	 * Changes the rows of the attachments.
	 *
	 * @var Metadata
	 */
	private $metadata;

	/**
	 * Finds rows.
	 *
	 * @var References
	 */
	private $references;

	/**
	 * Where the changes are written down.
	 *
	 * @var Journal
	 */
	private $journal;

	/**
	 * How many rows were changed, by their table.
	 *
	 * @var int[]
	 */
	public $rows = array();

	/**
	 * How many more may be changed; null for all.
	 *
	 * @var int|null
	 */
	private $left;

	/**
	 * Changes for a map of files.
	 *
	 * @param Journal  $journal Where they are written down.
	 * @param string[] $map     Old path => new path.
	 * @param int|null $most    At most so many rows.
	 */
	public function __construct( Journal $journal, array $map, $most = null ) {
		$this->journal    = $journal;
		$this->rewriter   = new Rewriter( new Uploads(), $map );
		$this->metadata   = new Metadata( $map );
		$this->references = new References( array_keys( $map ) );
		$this->left       = $most;
	}

	/**
	 * Changes every row that shows one of the old addresses.
	 *
	 * @param Place[]  $places Where to look.
	 * @param callable $alive  Called now and then.
	 * @param string   $more   A further condition, in SQL.
	 * @return bool Whether that were all.
	 */
	public function everywhere( array $places, callable $alive, $more = '1 = 1' ) {
		foreach ( $this->references->rows( $places, $alive, $more ) as list( $place, $id, $value ) ) {
			$change = $this->change( $place, $id );
			if ( $change( $value ) === $value ) {
				continue;
			}
			if ( null !== $this->left && $this->left-- <= 0 ) {
				return false;
			}
			$this->row( $place, $id, $change, $value );
		}
		return true;
	}

	/**
	 * Changes the rows by which WordPress knows the files.
	 *
	 * @param int[]  $group The attachments.
	 * @param string $path  The file that they have.
	 */
	public function attachments( array $group, $path ) {
		$place = self::meta();
		foreach ( Metadata::rows( $group, $path ) as $id => $own ) {
			$this->row( $place, $id, array( $this->metadata, $own ? 'own' : 'descendant' ) );
		}
	}

	/**
	 * Changes a row, and writes that down.
	 *
	 * @param Place       $place  The column.
	 * @param int         $id     The row.
	 * @param callable    $change Takes the value and gives the new one.
	 * @param string|null $seen   What was read a moment ago, if that is known.
	 * @return bool|null Whether it was changed; null where there is none.
	 */
	public function row( Place $place, $id, callable $change, $seen = null ) {
		$after = function ( $old, $fresh ) use ( $place, $id ) {
			$this->journal->remember( $place, $id, $old, $fresh );
		};
		$done  = References::update( $place, $id, $change, $after, $seen );
		if ( $done ) {
			$this->rows[ $place->table ] = 1 + ( isset( $this->rows[ $place->table ] ) ? $this->rows[ $place->table ] : 0 );
		}
		return $done;
	}

	/**
	 * How the value of a row is changed.
	 *
	 * @param Place $place The column.
	 * @param int   $id    The row.
	 * @return callable
	 */
	public function change( Place $place, $id ) {
		global $wpdb;
		if ( $place->table === $wpdb->postmeta && 'meta_value' === $place->column ) {
			$key = $wpdb->get_var( $wpdb->prepare( "SELECT meta_key FROM {$wpdb->postmeta} WHERE meta_id = %d", $id ) ); // phpcs:ignore WordPress.DB
			if ( in_array( $key, Metadata::KEYS, true ) ) {
				return function ( $value ) {
					$own = $this->metadata->own( $value );
					return $own === $value ? $this->metadata->descendant( $value ) : $own;
				};
			}
		}
		$plain = array( $wpdb->posts, $wpdb->comments, $wpdb->links, $wpdb->users, $wpdb->term_taxonomy );
		return array( $this->rewriter, in_array( $place->table, $plain, true ) ? 'text' : 'value' );
	}

	/**
	 * The column that describes attachments.
	 *
	 * @return Place
	 */
	private static function meta() {
		global $wpdb;
		return new Place( $wpdb->postmeta, 'meta_id', 'meta_value' );
	}
}
