<?php
/**
 * One rename, from its request to its end, however often it is cut off.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Planned, linked, switched, done: until it is switched the old names are right, afterwards the new ones, and both
 * exist in between.
 */
final class Rename {

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
	 * Where the files are.
	 *
	 * @var Uploads
	 */
	private $uploads;

	/**
	 * A rename that is written down.
	 *
	 * @param Lease   $lease   The image's lease.
	 * @param Journal $journal The row.
	 */
	private function __construct( Lease $lease, Journal $journal ) {
		$this->lease   = $lease;
		$this->journal = $journal;
		$this->uploads = new Uploads();
	}

	/**
	 * Renames an image, or goes on with a request that is known.
	 *
	 * @param int   $id      An attachment.
	 * @param array $request With request_id, name, expect_file, on_conflict, old_files, on_unhandled, max_rows.
	 * @return array What the journal tells; `state` is `noop` where there was nothing to do.
	 * @throws Refused Where it cannot be done; then nothing is changed.
	 */
	public static function run( $id, array $request ) {
		$asked = md5( (string) wp_json_encode( array( $id, $request['name'], $request['expect_file'] ) ) );
		$known = Journal::find( $request['request_id'] );
		self::refuse_reused( $known, $asked );
		if ( $known && in_array( $known->state, array( 'done', 'undoing', 'undone' ), true ) ) {
			return $known->told() + array( 'replayed' => true );
		}
		$lease = new Lease( $known ? min( $known->plan['group'] ) : self::first_of( $id ) );
		try {
			return self::held( $lease, $id, $asked, $request );
		} finally {
			$lease->release();
		}
	}

	/**
	 * The same, with the lease.
	 *
	 * @param Lease  $lease   The image's.
	 * @param int    $id      An attachment.
	 * @param string $asked   The request as a hash.
	 * @param array  $request The request.
	 * @return array What the journal tells.
	 * @throws Refused Where it cannot be done; then nothing is changed.
	 */
	private static function held( Lease $lease, $id, $asked, array $request ) {
		$known = Journal::find( $request['request_id'] );
		self::refuse_reused( $known, $asked );
		if ( $known && 'rolled_back' === $known->state ) {
			$known->forget();
			$known = null;
		}
		if ( $known ) {
			$replay = in_array( $known->state, array( 'done', 'undoing', 'undone' ), true ) ? array( 'replayed' => true ) : array();
			return ( new self( $lease, $known ) )->go_on( true, $request['max_rows'] ) + $replay;
		}
		$plan = self::plan( $id, $request );
		if ( $plan['from'] === $plan['to'] ) {
			return self::nothing( $id, $request, $plan );
		}
		$journal = Journal::begin( $request['request_id'], $asked, $id, $plan );
		self::step( 'planned', $journal );
		return ( new self( $lease, $journal ) )->go_on( false, $request['max_rows'] );
	}

	/**
	 * Takes the old names away that were kept.
	 *
	 * @param Journal $journal A rename that is done.
	 * @return array What the journal tells.
	 * @throws Refused Where it is not done, or undone.
	 */
	public static function clean_up( Journal $journal ) {
		if ( 'done' !== $journal->state ) {
			throw new Refused( 'not_latest', 409, __( 'This rename is not finished, or was undone. Its old names are needed.', 'image-renamer' ) );
		}
		$lease = new Lease( min( $journal->plan['group'] ) );
		try {
			$rename = new self( $lease, $journal );
			if ( $journal->is_latest() ) {
				$rename->remove_old_names();
			}
			$journal->reach( 'done' );
			return $journal->told();
		} finally {
			$lease->release();
		}
	}

	/**
	 * From the state that is written down to the end.
	 *
	 * @param bool     $again Whether it was begun by an earlier request.
	 * @param int|null $most  How many rows may be changed at once.
	 * @return array What the journal tells.
	 * @throws Refused Where it cannot be done; then nothing is changed.
	 */
	private function go_on( $again, $most ) {
		$made = array();
		try {
			if ( 'planned' === $this->journal->state ) {
				$this->link( $again, $made );
			}
			if ( 'linked' === $this->journal->state && ! $this->switch_over( $most ) ) {
				return $this->journal->told();
			}
		} catch ( Refused $refusal ) {
			if ( 'busy' !== $refusal->reason ) {
				$this->take_back( $again || 'linked' === $this->journal->state ? $this->linked() : $made );
			}
			throw $refusal;
		}
		if ( 'switched' === $this->journal->state ) {
			$this->finish();
		}
		return $this->journal->told();
	}

	/**
	 * Gives every file its new name beside the old one.
	 *
	 * @param bool  $again Whether some may have theirs.
	 * @param array $made  Gets the pairs that were made.
	 */
	private function link( $again, array &$made ) {
		foreach ( $this->linked() as $from => $to ) {
			File_Links::add( $this->uploads->file( $from ), $this->uploads->file( $to ), $again );
			$made[ $from ] = $to;
			self::step( 'linking', $this->journal );
		}
		$this->lease->renew();
		$this->journal->reach( 'linked' );
		self::step( 'linked', $this->journal );
	}

	/**
	 * Changes the database.
	 *
	 * @param int|null $most How many rows at once.
	 * @return bool Whether it is changed altogether.
	 */
	private function switch_over( $most ) {
		return Transaction::run(
			$this->journal,
			function () use ( $most ) {
				$this->lease->renew();
				$changes = new Changes( $this->journal, $this->journal->plan['map'], $most );
				$all     = $changes->everywhere( Place::all(), array( $this->lease, 'renew' ) );
				if ( $all ) {
					$changes->attachments( $this->journal->plan['group'], $this->journal->plan['from'] );
					Redirects::move( $this->journal->plan['map'], $this->journal->attachment );
				}
				$this->count( $changes );
				$this->journal->reach( $all ? 'switched' : 'linked' );
				self::step( 'switching', $this->journal );
				return $all;
			}
		);
	}

	/**
	 * What is safe to repeat: caches, posts that were saved meanwhile, the old names.
	 */
	private function finish() {
		self::step( 'switched', $this->journal );
		Transaction::run(
			$this->journal,
			function () {
				global $wpdb;
				$changes = new Changes( $this->journal, $this->journal->plan['map'] );
				$posts   = array_filter(
					Place::all(),
					static function ( Place $place ) use ( $wpdb ) {
						return $place->table === $wpdb->posts;
					}
				);
				$changes->everywhere( $posts, array( $this->lease, 'renew' ), $wpdb->prepare( 'post_modified_gmt >= %s', $this->journal->created_at ) );
				$this->count( $changes );
				$this->journal->reach( 'switched' );
			}
		);
		( new Caches( $this->journal ) )->drop( $this->journal->plan['map'] );
		self::step( 'purged', $this->journal );
		if ( 'remove' === $this->journal->plan['old_files'] ) {
			$this->remove_old_names();
		} else {
			$this->journal->report['kept'] = array_keys( $this->linked() );
		}
		self::step( 'removed', $this->journal );
		$this->lease->renew();
		Transaction::run(
			$this->journal,
			function () {
				Events::append( 'renamed', $this->journal->attachment, $this->journal->plan['to'], $this->journal->plan['from'] );
				$this->journal->reach( 'done' );
			}
		);
	}

	/**
	 * Takes away the old names whose files have a new one.
	 */
	private function remove_old_names() {
		$kept = array();
		foreach ( $this->linked() as $from => $to ) {
			if ( ! File_Links::remove( $this->uploads->file( $from ), $this->uploads->file( $to ) ) ) {
				$kept[] = $from;
			}
			self::step( 'removing', $this->journal );
		}
		$this->journal->report['kept'] = $kept;
	}

	/**
	 * Undoes what was done before the switch.
	 *
	 * @param array $made The pairs whose new names go.
	 */
	private function take_back( array $made ) {
		Transaction::run( $this->journal, array( new Undo( $this->lease, $this->journal ), 'take_back' ) );
		foreach ( $made as $from => $to ) {
			File_Links::remove( $this->uploads->file( $to ), $this->uploads->file( $from ) );
		}
		$this->journal->report = array( 'rows' => array() );
		$this->journal->reach( 'rolled_back' );
	}

	/**
	 * The files that are on the disk.
	 *
	 * @return string[] Old path => new path.
	 */
	private function linked() {
		return array_diff_key( $this->journal->plan['map'], array_flip( $this->journal->plan['absent'] ) );
	}

	/**
	 * Adds to what the journal tells of rows.
	 *
	 * @param Changes $changes What was changed.
	 */
	private function count( Changes $changes ) {
		foreach ( $changes->rows as $table => $count ) {
			$rows = &$this->journal->report['rows'];

			$rows[ $table ] = $count + ( isset( $rows[ $table ] ) ? $rows[ $table ] : 0 );
			unset( $rows );
		}
		foreach ( array( 'opaque', 'external' ) as $what ) {
			$before = isset( $this->journal->report[ $what ] ) ? $this->journal->report[ $what ] : 0;

			$this->journal->report[ $what ] = max( $before, $changes->rewriter->$what );
		}
	}

	/**
	 * The plan for a request that is new.
	 *
	 * @param int   $id      An attachment.
	 * @param array $request What was asked for.
	 * @return array
	 * @throws Refused Where it cannot be done.
	 */
	private static function plan( $id, array $request ) {
		$attachment = new Attachment( $id );
		if ( null !== $request['expect_file'] && '' !== $attachment->path && $attachment->path !== $request['expect_file'] ) {
			/* translators: %s: a path */
			throw new Refused( 'stale', 412, sprintf( __( 'The file of this image is %s by now. Look at it afresh.', 'image-renamer' ), $attachment->path ), array( 'file' => $attachment->path ) );
		}
		$plan = Plan::make( $id, $request['name'], $request['on_conflict'] );
		if ( 'block' === $request['on_unhandled'] && $plan['from'] !== $plan['to'] ) {
			Survey::refuse_unhandled( $plan );
		}
		$keep = 'keep' === $request['old_files'] || ( 'auto' === $request['old_files'] && ! Probe::works() );

		$plan['old_files'] = $keep ? 'keep' : 'remove';
		return $plan;
	}

	/**
	 * What is told where the image has that name.
	 *
	 * @param int   $id      An attachment.
	 * @param array $request What was asked for.
	 * @param array $plan    The plan.
	 * @return array
	 */
	private static function nothing( $id, array $request, array $plan ) {
		return array(
			'request_id' => $request['request_id'],
			'id'         => $id,
			'state'      => 'noop',
			'from'       => $plan['from'],
			'to'         => $plan['to'],
			'url'        => ( new Uploads() )->address( $plan['to'] ),
			'files'      => (object) array(),
			'rows'       => (object) array(),
			'report'     => (object) array(),
		);
	}

	/**
	 * Refuses a request id that stood for something else.
	 *
	 * @param Journal|null $known What it stood for.
	 * @param string       $asked What is asked for, as a hash.
	 * @throws Refused Then.
	 */
	private static function refuse_reused( $known, $asked ) {
		if ( $known && $known->asked !== $asked ) {
			throw new Refused( 'request_reused', 422, __( 'This request_id stood for another rename. Choose a new one.', 'image-renamer' ) );
		}
	}

	/**
	 * The attachment whose lease a group of those with the same file shares.
	 *
	 * @param int $id One of them.
	 * @return int
	 */
	private static function first_of( $id ) {
		global $wpdb;
		$path  = ( new Attachment( $id ) )->path;
		$first = $wpdb->get_var( $wpdb->prepare( "SELECT MIN(post_id) FROM {$wpdb->postmeta} WHERE meta_key = '_wp_attached_file' AND meta_value = %s", $path ) ); // phpcs:ignore WordPress.DB
		return $first ? min( (int) $first, $id ) : $id;
	}

	/**
	 * Tells other plugins how far a rename is.
	 *
	 * @param string  $name    The step.
	 * @param Journal $journal Its row.
	 */
	public static function step( $name, Journal $journal ) {
		/**
		 * Fires after each step of a rename or an undo.
		 *
		 * @param string $name    Such as `linked`.
		 * @param array  $journal As the route /renames/{request_id} tells it.
		 */
		do_action( 'image_renamer_step', $name, $journal->told() );
	}
}
