<?php
/**
 * What renames would change, counted.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * One pass over the database for many plans.
 */
final class Survey {

	/**
	 * How many rows of each table show the images of some plans, and what cannot be changed.
	 *
	 * @param array[] $plans As Plan makes them.
	 * @return array[] For each plan: refs, external, opaque, unhandled.
	 */
	public static function of( array $plans ) {
		$uploads   = new Uploads();
		$rewriters = array();
		$counts    = array();
		$paths     = array();
		foreach ( $plans as $key => $plan ) {
			$rewriters[ $key ] = new Rewriter( $uploads, $plan['map'] );
			$counts[ $key ]    = array(
				'refs'      => array(),
				'unhandled' => array(),
			);
			$paths             = array_merge( $paths, array_keys( $plan['map'] ) );
		}
		$references = new References( $paths );
		$handled    = Place::all();
		$kinds      = array(
			'refs'      => $handled,
			'unhandled' => Place::unhandled( $handled ),
		);
		foreach ( $paths ? $kinds : array() as $kind => $places ) {
			foreach ( $references->rows( $places, '__return_true' ) as list( $place, , $value ) ) {
				self::count( $place->table, $value, $rewriters, $counts, $kind );
			}
		}
		foreach ( $rewriters as $key => $rewriter ) {
			$counts[ $key ] += array(
				'external' => $rewriter->external,
				'opaque'   => $rewriter->opaque,
			);
		}
		return $counts;
	}

	/**
	 * Refuses a rename that would leave addresses in tables of which nothing is known.
	 *
	 * @param array $plan As Plan makes it.
	 * @throws Refused Then.
	 */
	public static function refuse_unhandled( array $plan ) {
		list( $counts ) = self::of( array( $plan ) );
		if ( $counts['unhandled'] || $counts['opaque'] ) {
			$tables = implode( ', ', array_keys( $counts['unhandled'] ) );
			/* translators: %s: names of tables */
			$says = __( 'Addresses of this image would stay as they are in: %s. Allow that, or allow these tables by the filter image_renamer_tables.', 'image-renamer' );
			throw new Refused( 'unhandled_references', 409, sprintf( $says, $tables ? $tables : __( 'values that cannot be changed', 'image-renamer' ) ), $counts );
		}
	}

	/**
	 * Counts one row for each plan that would change it.
	 *
	 * @param string     $table     Its table.
	 * @param string     $value     What stands there.
	 * @param Rewriter[] $rewriters One for each plan.
	 * @param array      $counts    Gets the numbers.
	 * @param string     $kind      Where to count.
	 */
	private static function count( $table, $value, array $rewriters, array &$counts, $kind ) {
		foreach ( $rewriters as $key => $rewriter ) {
			if ( $rewriter->value( $value ) !== $value ) {
				$counts[ $key ][ $kind ][ $table ] = 1 + ( isset( $counts[ $key ][ $kind ][ $table ] ) ? $counts[ $key ][ $kind ][ $table ] : 0 );
			}
		}
	}
}
