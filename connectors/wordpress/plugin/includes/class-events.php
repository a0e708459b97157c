<?php
/**
 * What happened to images, in order.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * The appliance asks for what is new after a number.
 */
final class Events {

	const SETTLED = 5; // Seconds after which no transaction is expected to bring a lower number.

	/**
	 * Listens to WordPress.
	 */
	public static function listen() {
		add_action( 'add_attachment', array( self::class, 'created' ) );
		add_action( 'attachment_updated', array( self::class, 'updated' ) );
		add_action( 'delete_attachment', array( self::class, 'deleted' ) );
		foreach ( array( 'added_post_meta', 'updated_post_meta' ) as $hook ) {
			add_action( $hook, array( self::class, 'described' ), 10, 3 );
		}
	}

	/**
	 * An upload.
	 *
	 * @param int $id The attachment.
	 */
	public static function created( $id ) {
		self::note( 'created', $id );
	}

	/**
	 * An edited title, caption or description.
	 *
	 * @param int $id The attachment.
	 */
	public static function updated( $id ) {
		self::note( 'updated', $id );
	}

	/**
	 * A deletion.
	 *
	 * @param int $id The attachment.
	 */
	public static function deleted( $id ) {
		self::note( 'deleted', $id );
	}

	/**
	 * An edited alternative text.
	 *
	 * @param int    $row The row.
	 * @param int    $id  The attachment.
	 * @param string $key Which row.
	 */
	public static function described( $row, $id, $key ) {
		if ( '_wp_attachment_image_alt' === $key ) {
			self::note( 'updated', $id );
		}
	}

	/**
	 * Appends an event, and lets it be told.
	 *
	 * @param string $type       Of the event.
	 * @param int    $attachment The image.
	 * @param string $file       Its path.
	 * @param string $was        Its path before.
	 * @throws Refused Where it cannot be stored.
	 */
	public static function append( $type, $attachment, $file, $was = '' ) {
		global $wpdb;
		$stored = $wpdb->insert( // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			Schema::table( 'events' ),
			array(
				'type'          => $type,
				'attachment_id' => $attachment,
				'file'          => $file,
				'was'           => $was,
				'created_at'    => current_time( 'mysql', true ),
			)
		);
		if ( false === $stored ) {
			throw new Refused( 'database', 500, __( 'The event could not be stored; look into the error log of PHP, then ask again.', 'image-renamer' ) );
		}
		Outbox::schedule();
	}

	/**
	 * The events after a number.
	 *
	 * @param int $after The number.
	 * @param int $limit At most so many.
	 * @return array[]
	 */
	public static function after( $after, $limit ) {
		global $wpdb;
		$table  = Schema::table( 'events' );
		$rows   = $wpdb->get_results( $wpdb->prepare( "SELECT * FROM $table WHERE seq > %d ORDER BY seq LIMIT %d", $after, $limit ) ); // phpcs:ignore WordPress.DB
		$events = array();
		foreach ( $rows as $row ) {
			// Behind a gap there may be one whose transaction has not ended: what comes later waits a little.
			if ( $after && (int) $row->seq !== $after + 1 && strtotime( $row->created_at . ' UTC' ) > time() - self::SETTLED ) {
				break;
			}
			$after    = (int) $row->seq;
			$events[] = array(
				'seq'  => $after,
				'type' => $row->type,
				'id'   => (int) $row->attachment_id,
				'file' => $row->file,
				'was'  => $row->was,
				'at'   => mysql_to_rfc3339( $row->created_at ) . 'Z',
			);
		}
		return $events;
	}

	/**
	 * The number of the newest event, 0 where there is none.
	 *
	 * @return int
	 */
	public static function last() {
		global $wpdb;
		return (int) $wpdb->get_var( 'SELECT MAX(seq) FROM ' . Schema::table( 'events' ) ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Appends an event of an image; a failure must not stop an upload.
	 *
	 * @param string $type Of the event.
	 * @param int    $id   An attachment.
	 */
	private static function note( $type, $id ) {
		if ( ! wp_attachment_is_image( $id ) ) {
			return;
		}
		try {
			self::append( $type, $id, ( new Attachment( $id ) )->path );
		} catch ( Refused $refusal ) {
			error_log( 'Image Renamer: ' . $refusal->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions -- for the owner.
		}
	}
}
