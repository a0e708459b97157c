<?php
/**
 * What is being renamed, was renamed, was undone: one row for each request.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * The row of one request. States: planned, linked, switched, done; rolled_back; undoing, undone.
 */
final class Journal {

	const TOGETHER = 200000; // Bytes, but for one long row: databases take a statement of a megabyte at least.

	/**
	 * The number of the row.
	 *
	 * @var int
	 */
	public $id;

	/**
	 * Its request.
	 *
	 * @var string
	 */
	public $request;

	/**
	 * What was asked for, as a hash.
	 *
	 * @var string
	 */
	public $asked;

	/**
	 * The image.
	 *
	 * @var int
	 */
	public $attachment;

	/**
	 * The state.
	 *
	 * @var string
	 */
	public $state;

	/**
	 * What was decided before anything was changed: from, to, map, group, old_files, stem.
	 *
	 * @var array
	 */
	public $plan;

	/**
	 * What was done: rows, report, kept.
	 *
	 * @var array
	 */
	public $report;

	/**
	 * When it was asked for, UTC.
	 *
	 * @var string
	 */
	public $created_at;

	/**
	 * What is to be remembered of rows and not stored yet, in SQL.
	 *
	 * @var string[]
	 */
	private $pending = array();

	/**
	 * How many bytes that is.
	 *
	 * @var int
	 */
	private $bytes = 0;

	/**
	 * The row as the database gives it.
	 *
	 * @param object $row Of the table.
	 */
	private function __construct( $row ) {
		$this->id         = (int) $row->id;
		$this->request    = $row->request_id;
		$this->asked      = $row->asked;
		$this->attachment = (int) $row->attachment_id;
		$this->state      = $row->state;
		$this->plan       = (array) json_decode( $row->plan, true );
		$this->report     = (array) json_decode( $row->report, true );
		$this->created_at = $row->created_at;
	}

	/**
	 * The row of a request; null where there is none.
	 *
	 * @param string $request Its id.
	 * @return Journal|null
	 */
	public static function find( $request ) {
		global $wpdb;
		$table = Schema::table( 'renames' );
		$row   = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM $table WHERE request_id = %s", $request ) ); // phpcs:ignore WordPress.DB
		return $row ? new self( $row ) : null;
	}

	/**
	 * The last rows, the newest first.
	 *
	 * @param int $limit At most so many.
	 * @return Journal[]
	 */
	public static function latest( $limit ) {
		global $wpdb;
		$table = Schema::table( 'renames' );
		$rows  = $wpdb->get_results( $wpdb->prepare( "SELECT * FROM $table ORDER BY id DESC LIMIT %d", $limit ) ); // phpcs:ignore WordPress.DB
		$all   = array();
		foreach ( $rows as $row ) {
			$all[] = new self( $row );
		}
		return $all;
	}

	/**
	 * The renames of an attachment that stand.
	 *
	 * @param int $attachment Its number.
	 * @return Journal[]
	 */
	public static function of( $attachment ) {
		global $wpdb;
		$table = Schema::table( 'renames' );
		$rows  = $wpdb->get_results( $wpdb->prepare( "SELECT * FROM $table WHERE attachment_id = %d AND state = 'done'", $attachment ) ); // phpcs:ignore WordPress.DB
		$all   = array();
		foreach ( $rows as $row ) {
			$all[] = new self( $row );
		}
		return $all;
	}

	/**
	 * A new row, before anything is changed.
	 *
	 * @param string $request    Its id.
	 * @param string $asked      What was asked for, as a hash.
	 * @param int    $attachment The image.
	 * @param array  $plan       What was decided.
	 * @return Journal
	 * @throws Refused Where it cannot be stored.
	 */
	public static function begin( $request, $asked, $attachment, array $plan ) {
		global $wpdb;
		$now = current_time( 'mysql', true );
		$wpdb->insert( // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			Schema::table( 'renames' ),
			array(
				'request_id'    => $request,
				'asked'         => $asked,
				'attachment_id' => $attachment,
				'state'         => 'planned',
				'plan'          => wp_json_encode( $plan ),
				'report'        => wp_json_encode( array( 'rows' => array() ) ),
				'user_id'       => get_current_user_id(),
				'created_at'    => $now,
				'updated_at'    => $now,
			)
		);
		$journal = self::find( $request );
		if ( ! $journal ) {
			throw new Refused( 'database', 500, __( 'The journal could not be written. Nothing was changed; look into the error log of PHP.', 'image-renamer' ) );
		}
		return $journal;
	}

	/**
	 * Stores a state, and what was done up to it.
	 *
	 * @param string $state The state.
	 * @throws Refused Where it cannot be stored.
	 */
	public function reach( $state ) {
		global $wpdb;
		$this->store();
		$stored = $wpdb->update( // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			Schema::table( 'renames' ),
			array(
				'state'      => $state,
				'report'     => wp_json_encode( $this->report ),
				'updated_at' => current_time( 'mysql', true ),
			),
			array( 'id' => $this->id )
		);
		if ( false === $stored ) {
			throw new Refused( 'database', 500, __( 'The journal could not be written; look into the error log of PHP, then ask again.', 'image-renamer' ) );
		}
		$this->state = $state;
	}

	/**
	 * Knows again what it knew, where what was done since was taken back.
	 *
	 * @param Journal $before A copy from then.
	 */
	public function become( Journal $before ) {
		$this->state   = $before->state;
		$this->report  = $before->report;
		$this->pending = array();
		$this->bytes   = 0;
	}

	/**
	 * Forgets a request whose changes were all taken back, so that it may be asked again.
	 */
	public function forget() {
		global $wpdb;
		$wpdb->delete( Schema::table( 'rows' ), array( 'rename_id' => $this->id ) ); // phpcs:ignore WordPress.DB
		$wpdb->delete( Schema::table( 'renames' ), array( 'id' => $this->id ) ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Remembers a row as it was, within the transaction that changes it. It is stored with others, at the latest when a
	 * state is reached: one by one that takes as long as the changes themselves.
	 *
	 * @param Place  $place  The column.
	 * @param int    $id     The row.
	 * @param string $before Its value.
	 * @param string $after  The new one.
	 * @throws Refused Where that cannot be stored.
	 */
	public function remember( Place $place, $id, $before, $after ) {
		global $wpdb;
		// The value in hexadecimal: it may hold bytes that are no text.
		$row = $wpdb->prepare( '(%d, %s, %d, UNHEX(%s), %s)', $this->id, $place->name(), $id, bin2hex( $before ), md5( $after ) );
		if ( $this->bytes + strlen( $row ) > self::TOGETHER ) {
			$this->store();
		}
		$this->pending[] = $row;
		$this->bytes    += strlen( $row );
	}

	/**
	 * Stores what is to be remembered.
	 *
	 * @throws Refused Where that cannot be done.
	 */
	private function store() {
		global $wpdb;
		if ( ! $this->pending ) {
			return;
		}
		$table  = Schema::table( 'rows' );
		$values = implode( ",\n", $this->pending );
		// phpcs:disable WordPress.DB -- rows of our own, each prepared when it was remembered.
		$stored = $wpdb->query(
			"INSERT INTO $table (rename_id, place, row_id, before_value, after_md5) VALUES $values
			ON DUPLICATE KEY UPDATE before_value = IF(after_md5 = MD5(VALUES(before_value)), before_value, VALUES(before_value)), after_md5 = VALUES(after_md5)"
		);
		// phpcs:enable
		if ( false === $stored ) {
			throw new Refused( 'database', 500, __( 'The journal could not be written. Nothing was changed; look into the error log of PHP.', 'image-renamer' ) );
		}
		$this->pending = array();
		$this->bytes   = 0;
	}

	/**
	 * The rows that were changed, as they were.
	 *
	 * @return object[] With place, row_id, before_value, after_md5; the last first.
	 */
	public function remembered() {
		global $wpdb;
		$this->store();
		$table = Schema::table( 'rows' );
		return $wpdb->get_results( $wpdb->prepare( "SELECT * FROM $table WHERE rename_id = %d ORDER BY id DESC", $this->id ) ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Whether no later rename of the image stands.
	 *
	 * @return bool
	 */
	public function is_latest() {
		global $wpdb;
		$table = Schema::table( 'renames' );
		$later = $wpdb->get_results( $wpdb->prepare( "SELECT * FROM $table WHERE id > %d AND state NOT IN ('undone', 'rolled_back')", $this->id ) ); // phpcs:ignore WordPress.DB
		foreach ( $later as $row ) {
			$other = new self( $row );
			if ( array_intersect( $other->plan['group'], $this->plan['group'] ) ) {
				return false;
			}
		}
		return true;
	}

	/**
	 * What a route answers.
	 *
	 * @return array
	 */
	public function told() {
		return array(
			'request_id' => $this->request,
			'id'         => $this->attachment,
			'state'      => $this->state,
			'from'       => $this->plan['from'],
			'to'         => $this->plan['to'],
			'url'        => ( new Uploads() )->address( 'undone' === $this->state ? $this->plan['from'] : $this->plan['to'] ),
			'files'      => $this->plan['map'],
			'rows'       => (object) ( isset( $this->report['rows'] ) ? $this->report['rows'] : array() ),
			'report'     => (object) array_diff_key( $this->report, array( 'rows' => 0 ) ),
			'created_at' => mysql_to_rfc3339( $this->created_at ) . 'Z',
		);
	}
}
