<?php
/**
 * Old addresses lead to the new ones.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Every row points at the name that the file has now, so that there is never more than one hop.
 */
final class Redirects {

	const PROBE = 'image-renamer-probe.jpg';

	/**
	 * Brings the rows along with a rename, inside its transaction.
	 *
	 * @param string[] $map        Old path => new path.
	 * @param int      $attachment The image.
	 * @throws Refused Where they cannot be stored.
	 */
	public static function move( array $map, $attachment ) {
		global $wpdb;
		$table = Schema::table( 'redirects' );
		foreach ( $map as $from => $to ) {
			// phpcs:disable WordPress.DB -- rows of our own.
			$done = array(
				$wpdb->query( $wpdb->prepare( "DELETE FROM $table WHERE source_hash = %s", md5( $to ) ) ),
				$wpdb->query( $wpdb->prepare( "UPDATE $table SET target = %s WHERE attachment_id = %d AND target = %s", $to, $attachment, $from ) ),
				$wpdb->query(
					$wpdb->prepare( "REPLACE INTO $table (source_hash, source, target, attachment_id) VALUES (%s, %s, %s, %d)", md5( $from ), $from, $to, $attachment )
				),
			);
			// phpcs:enable
			if ( in_array( false, $done, true ) ) {
				throw new Refused( 'database', 500, __( 'The redirects could not be stored. Nothing was changed; look into the error log of PHP.', 'image-renamer' ) );
			}
		}
	}

	/**
	 * Where old paths lead.
	 *
	 * @param string[] $paths Relative to the uploads folder.
	 * @return array Those that lead somewhere: path => row with target and attachment_id.
	 */
	public static function of( array $paths ) {
		global $wpdb;
		$found = array();
		foreach ( array_chunk( array_values( array_unique( $paths ) ), 200 ) as $some ) {
			$table = Schema::table( 'redirects' );
			$marks = implode( ',', array_fill( 0, count( $some ), '%s' ) );
			$rows  = $wpdb->get_results( $wpdb->prepare( "SELECT source, target, attachment_id FROM $table WHERE source_hash IN ($marks)", array_map( 'md5', $some ) ) ); // phpcs:ignore WordPress.DB
			foreach ( $rows as $row ) {
				$found[ $row->source ] = $row;
			}
		}
		return $found;
	}

	/**
	 * Forgets those of an attachment that is deleted.
	 *
	 * @param int $attachment Its number.
	 */
	public static function forget( $attachment ) {
		global $wpdb;
		$wpdb->delete( Schema::table( 'redirects' ), array( 'attachment_id' => $attachment ) ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Answers a request for a file that is not there any more, and ends.
	 */
	public static function answer() {
		$asked   = isset( $_SERVER['REQUEST_URI'] ) ? wp_unslash( $_SERVER['REQUEST_URI'] ) : ''; // phpcs:ignore WordPress.Security -- compared, never shown.
		$parts   = explode( '?', $asked, 2 );
		$uploads = new Uploads();
		$path    = $uploads->relative( rawurldecode( $parts[0] ) );
		if ( null === $path || '' === $path ) {
			return;
		}
		$found = self::of( array( $path ) );
		if ( self::PROBE === $path ) {
			header( 'X-Image-Renamer: redirects-work' );
			self::lead( home_url( '/' ), 'no-store' );
		} elseif ( $found && ! file_exists( $uploads->file( $path ) ) ) {
			$query = isset( $parts[1] ) ? '?' . $parts[1] : '';
			self::lead( $uploads->address( $found[ $path ]->target ) . $query, 'public, max-age=3600' );
		}
	}

	/**
	 * Redirects for good, and ends.
	 *
	 * @param string $address To where.
	 * @param string $kept    For how long that may be remembered.
	 */
	private static function lead( $address, $kept ) {
		header( "Cache-Control: $kept" );
		wp_redirect( $address, 301, 'Image Renamer' ); // phpcs:ignore WordPress.Security.SafeRedirect -- an address of our own uploads, which may be on another host.
		exit;
	}
}
