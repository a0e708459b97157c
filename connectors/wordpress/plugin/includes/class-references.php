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

	const TRIES   = 3;
	const TELLING = 4; // Letters; what is shorter stands in too many texts.

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
	 * The rows of some places that may show them, in turn: place, number, value. Those of a table without a key have no
	 * number. The columns of a table are searched together, since what takes time is to read the table.
	 *
	 * @param Place[]  $places The columns.
	 * @param callable $alive  Called now and then.
	 * @param string   $more   A further condition, in SQL.
	 * @return iterable
	 * @throws Refused Where the database does not answer.
	 */
	public function rows( array $places, callable $alive, $more = '1 = 1' ) {
		foreach ( self::together( $places ) as $columns ) {
			$alive();
			$place  = $columns[0];
			$values = array();
			$found  = array();
			foreach ( $columns as $number => $column ) {
				$values[] = "`$column->column` AS value_$number";
				$found[]  = str_replace( '{column}', "`$column->column`", $this->condition );
			}
			$values = implode( ', ', $values );
			// What is cheap to find out and rare comes first: a database asks in this order.
			$from = "FROM `$place->table` WHERE $more AND (" . implode( ' OR ', $found ) . ") AND $place->where";
			$rows = $place->key ? self::keyed( $place, $values, $from, $alive ) : self::asked( "SELECT $values $from" );
			foreach ( $rows as $row ) {
				foreach ( $columns as $number => $column ) {
					yield array( $column, isset( $row->id ) ? (int) $row->id : 0, (string) $row->{"value_$number"} );
				}
			}
		}
	}

	/**
	 * Places by the rows that they are columns of.
	 *
	 * @param Place[] $places The columns.
	 * @return array[]
	 */
	private static function together( array $places ) {
		$groups = array();
		foreach ( $places as $place ) {
			$groups[ "$place->table $place->key $place->where" ][] = $place;
		}
		return $groups;
	}

	/**
	 * Rows with a number, in turn.
	 *
	 * @param Place    $place  One of the columns.
	 * @param string   $values All of them, in SQL.
	 * @param string   $from   Which rows, in SQL.
	 * @param callable $alive  Called now and then.
	 * @return iterable
	 * @throws Refused Where the database does not answer.
	 */
	private static function keyed( Place $place, $values, $from, callable $alive ) {
		$ids = wp_list_pluck( self::asked( "SELECT `$place->key` AS id $from" ), 'id' );
		// A few at a time: a post may be long.
		foreach ( array_chunk( array_map( 'intval', $ids ), 100 ) as $some ) {
			$alive();
			$these = implode( ',', $some );
			foreach ( self::asked( "SELECT `$place->key` AS id, $values FROM `$place->table` WHERE `$place->key` IN ($these)" ) as $row ) {
				yield $row;
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
	 * Changes a row as it is at that moment, if it shows one of the images, and tells the journal.
	 *
	 * @param Place       $place  The column.
	 * @param int         $id     The row.
	 * @param callable    $change Takes the value and gives the new one.
	 * @param callable    $after  Takes the value and the new one; called when it is changed.
	 * @param string|null $seen   What was read a moment ago, if that is known: most rows are still that, and need no second look.
	 * @return bool|null Whether it was changed; null where there is no such row.
	 * @throws Refused Where others change it all the time.
	 */
	public static function update( Place $place, $id, callable $change, callable $after, $seen = null ) {
		for ( $try = 0; $try < self::TRIES; $try++ ) {
			$old = 0 === $try && null !== $seen ? $seen : self::current( $place, $id );
			if ( null === $old ) {
				return null;
			}
			$new = call_user_func( $change, $old );
			if ( $new === $old ) {
				return false;
			}
			if ( self::replace( $place, $id, $old, $new ) ) {
				call_user_func( $after, $old, $new );
				return true;
			}
		}
		throw self::contended( $place );
	}

	/**
	 * What stands in a row, which nobody else changes until the transaction ends; past all caches.
	 *
	 * @param Place $place The column.
	 * @param int   $id    The row.
	 * @return string|null Null where there is no such row.
	 * @throws Refused Where the database does not tell.
	 */
	private static function current( Place $place, $id ) {
		global $wpdb;
		$now = $wpdb->get_row( $wpdb->prepare( "SELECT `$place->column` AS value FROM `$place->table` WHERE `$place->key` = %d FOR UPDATE", $id ) ); // phpcs:ignore WordPress.DB -- names are our own.
		if ( ! $now && $wpdb->last_error ) {
			throw self::contended( $place );
		}
		return $now ? (string) $now->value : null;
	}

	/**
	 * Changes a row that holds what is expected, to the byte.
	 *
	 * @param Place  $place The column.
	 * @param int    $id    The row.
	 * @param string $old   What is expected.
	 * @param string $fresh The new value.
	 * @return bool Whether it did.
	 */
	private static function replace( Place $place, $id, $old, $fresh ) {
		global $wpdb;
		$column = "CAST(CONVERT(`$place->column` USING utf8mb4) AS BINARY)";
		$sql    = "UPDATE `$place->table` SET `$place->column` = %s WHERE `$place->key` = %d AND $column = CAST(%s AS BINARY)";
		return 1 === $wpdb->query( $wpdb->prepare( $sql, $fresh, $id, $old ) ); // phpcs:ignore WordPress.DB -- names are our own.
	}

	/**
	 * What is thrown where a row is never what it was a moment ago.
	 *
	 * @param Place $place The column.
	 * @return Refused
	 */
	private static function contended( Place $place ) {
		/* translators: %s: the name of a table */
		return new Refused( 'contended', 409, sprintf( __( 'A row of %s is being changed by others all the time. Nothing was changed; try again.', 'image-renamer' ), $place->table ) );
	}

	/**
	 * What stands in every spelling of a path: with a slash, how its name begins; without one, another part of it.
	 *
	 * @param string $path A path.
	 * @return string
	 */
	private static function needle( $path ) {
		list( $stem, $rest ) = explode( '.', wp_basename( $path ) . '.', 2 );
		// What every size has is enough to find all of them.
		$stem = preg_replace( '/(?<=.)(?:-\d+x\d+|-scaled|-rotated|-e\d+|@2x)+$/D', '', $stem );
		preg_match( '/^[A-Za-z0-9_-]*/', $stem, $begins );
		preg_match_all( '/[A-Za-z0-9_-]+/', $stem, $parts );
		$longest = array_reduce( $parts[0], array( self::class, 'longer' ), '' );
		if ( '' !== $begins[0] && ( strlen( $begins[0] ) >= self::TELLING || strlen( $longest ) < self::TELLING ) ) {
			return "/$begins[0]";
		}
		// An image whose name has no letters of ASCII has an extension still.
		return '' === $longest ? (string) preg_replace( '/[^A-Za-z0-9].*/s', '', $rest ) : $longest;
	}

	/**
	 * The longer one of two.
	 *
	 * @param string $one   A text.
	 * @param string $other Another one.
	 * @return string
	 */
	private static function longer( $one, $other ) {
		return strlen( $other ) > strlen( $one ) ? $other : $one;
	}

	/**
	 * As several LIKEs, which are fastest for few needles; asked only of rows that hold the needle at all, which is
	 * found out faster still.
	 *
	 * @param string[] $needles As needle() gives them.
	 * @return string
	 */
	private static function likes( array $needles ) {
		global $wpdb;
		$each = array();
		foreach ( $needles as $needle ) {
			$text  = ltrim( $needle, '/' );
			$likes = array();
			foreach ( $text === $needle ? array() : array( '/', '%2F', '%2f' ) as $slash ) {
				$likes[] = $wpdb->prepare( 'CAST({column} AS BINARY) LIKE %s', '%' . $wpdb->esc_like( $slash . $text ) . '%' );
			}
			$holds  = $wpdb->prepare( 'LOCATE(CAST(%s AS BINARY), {column}) > 0', $text );
			$each[] = $likes ? "$holds AND (" . implode( ' OR ', $likes ) . ')' : $holds;
		}
		return $each ? implode( ' OR ', $each ) : '1 = 0';
	}

	/**
	 * As one pattern, which is fastest for many.
	 *
	 * @param string[] $needles As needle() gives them.
	 * @return string
	 */
	private static function pattern( array $needles ) {
		global $wpdb;
		// MySQL 8 has no patterns over binary text; its own columns' rules find more, which is looked at closely later.
		$column = false === stripos( $wpdb->db_server_info(), 'mariadb' ) ? 'CONVERT({column} USING utf8mb4)' : 'CAST({column} AS BINARY)';
		return $wpdb->prepare( "$column REGEXP %s", str_replace( '/', '(/|%2[Ff])', implode( '|', $needles ) ) ); // phpcs:ignore WordPress.DB
	}
}
