<?php
/**
 * The old names again.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Rows that nobody changed since become what they were to the byte; in others only the addresses change.
 */
final class Undo {

	/**
	 * The image's lease.
	 *
	 * @var Lease
	 */
	private $lease;

	/**
	 * The journal's row.
	 *
	 * @var Journal
	 */
	private $journal;

	/**
	 * An undo.
	 *
	 * @param Lease   $lease   The image's lease.
	 * @param Journal $journal The rename's row.
	 */
	public function __construct( Lease $lease, Journal $journal ) {
		$this->lease   = $lease;
		$this->journal = $journal;
	}

	/**
	 * Undoes a rename, or goes on with that.
	 *
	 * @param Journal $journal The rename's row.
	 * @return array What the journal tells, with exact, merged and gone.
	 * @throws Refused Where it cannot be done; then nothing is changed.
	 */
	public static function run( Journal $journal ) {
		$lease = new Lease( min( $journal->plan['group'] ) );
		try {
			$journal = Journal::find( $journal->request );
			$again   = 'undone' === $journal->state;
			if ( ! $again ) {
				( new self( $lease, $journal ) )->go_on();
			}
			return $journal->told() + $journal->report['undo'] + ( $again ? array( 'replayed' => true ) : array() );
		} finally {
			$lease->release();
		}
	}

	/**
	 * From the state that is written down to the end.
	 *
	 * @throws Refused Where it cannot be done.
	 */
	private function go_on() {
		if ( ! in_array( $this->journal->state, array( 'done', 'undoing' ), true ) || ! $this->journal->is_latest() ) {
			throw new Refused( 'not_latest', 409, __( 'Only the newest rename of an image that is finished can be undone. Undo the later one first, or ask for this one again until it is done.', 'image-renamer' ) );
		}
		if ( ! isset( $this->journal->report['undo'] ) ) {
			$this->link();
			Transaction::run( $this->journal, array( $this, 'switch_back' ) );
		}
		Rename::step( 'restored', $this->journal );
		( new Caches( $this->journal ) )->drop( array_flip( $this->journal->plan['map'] ) );
		$uploads = new Uploads();
		foreach ( $this->files() as $from => $to ) {
			File_Links::remove( $uploads->file( $to ), $uploads->file( $from ) );
			Rename::step( 'unlinking', $this->journal );
		}
		$this->lease->renew();
		Transaction::run(
			$this->journal,
			function () {
				Events::append( 'undone', $this->journal->attachment, $this->journal->plan['from'], $this->journal->plan['to'] );
				$this->journal->reach( 'undone' );
			}
		);
	}

	/**
	 * Gives every file its old name beside the new one.
	 *
	 * @throws Refused Where an old name is another file's by now.
	 */
	private function link() {
		$this->journal->reach( 'undoing' );
		Rename::step( 'undoing', $this->journal );
		$uploads = new Uploads();
		$made    = array();
		try {
			foreach ( $this->files() as $from => $to ) {
				$there = file_exists( $uploads->file( $from ) );
				File_Links::add( $uploads->file( $to ), $uploads->file( $from ), true );
				$made += $there ? array() : array( $from => $to );
				Rename::step( 'relinking', $this->journal );
			}
		} catch ( Refused $refusal ) {
			foreach ( $made as $from => $to ) {
				File_Links::remove( $uploads->file( $from ), $uploads->file( $to ) );
			}
			$this->journal->reach( 'done' );
			throw $refusal;
		}
	}

	/**
	 * Changes the database back, inside a transaction.
	 */
	public function switch_back() {
		$this->lease->renew();
		$counts = $this->restore();

		$counts['merged'] += $this->rewrite();
		Redirects::move( array_flip( $this->journal->plan['map'] ), $this->journal->attachment );

		$this->journal->report['undo'] = $counts;
		$this->journal->reach( 'undoing' );
		Rename::step( 'restoring', $this->journal );
	}

	/**
	 * Takes back what was done before a switch that failed, inside a transaction.
	 */
	public function take_back() {
		$this->restore();
		if ( 'linked' === $this->journal->state && ! Transaction::covers( Place::all() ) ) {
			// These tables keep changes of which the journal, whose own were taken back, knows nothing.
			$this->rewrite();
		}
	}

	/**
	 * Gives every row that shows a new address the old one.
	 *
	 * @return int How many rows.
	 */
	private function rewrite() {
		$changes = new Changes( $this->journal, array_flip( $this->journal->plan['map'] ) );
		$changes->everywhere( Place::all(), array( $this->lease, 'renew' ) );
		$changes->attachments( $this->journal->plan['group'], $this->journal->plan['to'] );
		return array_sum( $changes->rows );
	}

	/**
	 * Restores the rows that the journal remembers.
	 *
	 * @return int[] How many exact, merged and gone.
	 */
	private function restore() {
		$inverse = new Changes( $this->journal, array_flip( $this->journal->plan['map'] ) );
		$counts  = array(
			'exact'  => 0,
			'merged' => 0,
			'gone'   => 0,
		);
		foreach ( $this->journal->remembered() as $row ) {
			$place  = Place::named( $row->place );
			$exact  = false;
			$change = static function ( $value ) use ( $row, $place, $inverse, &$exact ) {
				$exact = md5( $value ) === $row->after_md5;
				return $exact ? $row->before_value : call_user_func( $inverse->change( $place, (int) $row->row_id ), $value );
			};
			$done   = References::update( $place, (int) $row->row_id, $change, '__return_true' );
			if ( null === $done ) {
				++$counts['gone'];
			} elseif ( $done ) {
				++$counts[ $exact ? 'exact' : 'merged' ];
			}
		}
		return $counts;
	}

	/**
	 * The files that were renamed.
	 *
	 * @return string[] Old path => new path.
	 */
	private function files() {
		return array_diff_key( $this->journal->plan['map'], array_flip( $this->journal->plan['absent'] ) );
	}
}
