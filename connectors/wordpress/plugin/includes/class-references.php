<?php
/**
 * Where the database shows images.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Finds rows that may hold one of some addresses, and changes them one by one.
 */
final class References {

	const TRIES = 3;

	/**
	 * The conditions by which a row may be one, in SQL, with %s for the column.
	 *
	 * @var string
	 */
	private $condition;

	/**
	 * What looks for these paths.
	 *
	 * @param string[] $paths Relative to the uploads folder.
	 */
	public function __construct( array $paths ) {
		$needles = array_unique( array_map( array( self::class, 'needle' ), $paths ) );
		// A name that another begins with finds that one too.
		sort( $needles );
		$shortest = array();
		foreach ( $needles as $needle ) {
			if ( ! $shortest || 0 !== strpos( $needle, end( $shortest ) ) ) {
				$shortest[] = $needle;
			}
		}
		$this->condition = count( $shortest ) > 2 ? self::pattern( $shortest ) : self::likes( $shortest );
	}

	/**
	 * The rows of a place that may show them, in turn: number => value. Those of a place without a key have none.
	 *
	 * @param Place  $place The column.
	 * @param string $more  A further condition, in SQL.
	 * @return iterable
	 * @throws Refused Where the database does not answer.
	 */
	public function rows( Place $place, $more = '1 = 1' ) {
		$found = str_replace( '{column}', "CAST(`$place->column` AS BINARY)", $this->condition );
		$from  = "FROM `$place->table` WHERE $place->where AND $more AND ($found)";
		if ( ! $place->key ) {
			foreach ( self::asked( "SELECT `$place->column` AS value $from" ) as $row ) {
				yield $row->value;
			}
			return;
		}
		$ids = wp_list_pluck( self::asked( "SELECT `$place->key` AS id $from" ), 'id' );
		// A few at a time: a post may be long.
		foreach ( array_chunk( array_map( 'intval', $ids ), 100 ) as $some ) {
			$these = implode( ',', $some );
			foreach ( self::asked( "SELECT `$place->key` AS id, `$place->column` AS value FROM `$place->table` WHERE `$place->key` IN ($these)" ) as $row ) {
				yield (int) $row->id => (string) $row->value;
			}
		}
	}

	/**
	 * What the database answers.
	 *
	 * @param string $sql Made of names and escaped needles.
	 * @return object[]
	 * @throws Refused Where it does not answer.
	 */
	private static function asked( $sql ) {
		global $wpdb;
		$rows = $wpdb->get_results( $sql ); // phpcs:ignore WordPress.DB -- see above.
		if ( $wpdb->last_error ) {
			throw new Refused( 'database', 500, __( 'The database could not be searched. Nothing was changed; look into the error log of PHP.', 'image-renamer' ) );
		}
		return $rows;
	}

	/**
	 * Changes a row as it is at that moment, if it shows one of the images; tells the journal before.
	 *
	 * @param Place    $place  The column.
	 * @param int      $id     The row.
	 * @param callable $change Takes the value and gives the new one.
	 * @param callable $before Takes the value and the new one; called before the change.
	 * @return bool|null Whether it was changed; null where there is no such row.
	 * @throws Refused Where others change it all the time.
	 */
	public static function update( Place $place, $id, callable $change, callable $before ) {
		global $wpdb;
		for ( $try = 0; $try < self::TRIES; $try++ ) {
			// phpcs:disable WordPress.DB -- the row as it is now, past all caches; names are our own.
			$now = $wpdb->get_row( $wpdb->prepare( "SELECT `$place->column` AS value FROM `$place->table` WHERE `$place->key` = %d FOR UPDATE", $id ) );
			if ( ! $now ) {
				if ( $wpdb->last_error ) {
					break;
				}
				return null;
			}
			$new = call_user_func( $change, (string) $now->value );
			if ( $new === (string) $now->value ) {
				return false;
			}
			call_user_func( $before, (string) $now->value, $new );
			$column  = "CAST(CONVERT(`$place->column` USING utf8mb4) AS BINARY)";
			$sql     = "UPDATE `$place->table` SET `$place->column` = %s WHERE `$place->key` = %d AND $column = CAST(%s AS BINARY)";
			$changed = $wpdb->query( $wpdb->prepare( $sql, $new, $id, $now->value ) );
			// phpcs:enable
			if ( 1 === $changed ) {
				return true;
			}
		}
		/* translators: %s: the name of a table */
		throw new Refused( 'contended', 409, sprintf( __( 'A row of %s is being changed by others all the time. Nothing was changed; try again.', 'image-renamer' ), $place->table ) );
	}

	/**
	 * What stands in every spelling of a path, behind a slash.
	 *
	 * @param string $path A path.
	 * @return string
	 */
	private static function needle( $path ) {
		preg_match( '/^[A-Za-z0-9_-]*/', pathinfo( $path, PATHINFO_FILENAME ), $found );
		return $found[0];
	}

	/**
	 * As several LIKEs, which are fastest for few needles.
	 *
	 * @param string[] $needles What stands behind a slash.
	 * @return string
	 */
	private static function likes( array $needles ) {
		global $wpdb;
		$likes = array();
		foreach ( $needles as $needle ) {
			foreach ( array( '/', '%2F', '%2f' ) as $slash ) {
				$likes[] = $wpdb->prepare( '{column} LIKE %s', '%' . $wpdb->esc_like( $slash . $needle ) . '%' );
			}
		}
		return implode( ' OR ', $likes );
	}

	/**
	 * As one pattern, which is fastest for many.
	 *
	 * @param string[] $needles What stands behind a slash.
	 * @return string
	 */
	private static function pattern( array $needles ) {
		global $wpdb;
		// MySQL 8 has no patterns over binary text; its own columns' rules find more, which is looked at closely later.
		$column = false === stripos( $wpdb->db_server_info(), 'mariadb' ) ? 'CONVERT({column} USING utf8mb4)' : '{column}';
		return $wpdb->prepare( "$column REGEXP %s", '(/|%2[Ff])(' . implode( '|', $needles ) . ')' ); // phpcs:ignore WordPress.DB
	}
}
