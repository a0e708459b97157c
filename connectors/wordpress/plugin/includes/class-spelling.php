<?php
/**
 * The ways in which the path of a file is written in a database.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * One of them: how a slash is written, how a colon, and how what is no letter of ASCII.
 */
final class Spelling {

	/**
	 * A slash.
	 *
	 * @var string
	 */
	public $slash;

	/**
	 * The colon behind a scheme and before a port.
	 *
	 * @var string
	 */
	public $colon;

	/**
	 * Writes one part of a path.
	 *
	 * @var callable
	 */
	private $part;

	/**
	 * A spelling.
	 *
	 * @param string   $slash A slash.
	 * @param callable $part  Writes one part of a path.
	 * @param string   $colon A colon.
	 */
	private function __construct( $slash, callable $part, $colon = ':' ) {
		$this->slash = $slash;
		$this->part  = $part;
		$this->colon = $colon;
	}

	/**
	 * Every spelling that occurs: plain, in a URL, in HTML, in JSON, in JSON in JSON, as part of a query.
	 *
	 * @return Spelling[]
	 */
	public static function all() {
		$plain  = 'strval';
		$upper  = 'rawurlencode';
		$lower  = static function ( $part ) {
			return self::lower( rawurlencode( $part ) );
		};
		$json   = array( self::class, 'json' );
		$nested = static function ( $part ) {
			return self::json( self::json( $part ) );
		};
		$all    = array(
			new self( '/', array( self::class, 'entities' ) ),
			new self( '/', array( self::class, 'numbers' ) ),
			new self( '/', $json ),
			new self( '\\/', $json ),
			new self( '\\\\\\/', $nested ),
			new self( '%2F', $upper, '%3A' ),
			new self( '%2f', $lower, '%3a' ),
			new self(
				'%252F',
				static function ( $part ) {
					return rawurlencode( rawurlencode( $part ) );
				},
				'%253A'
			),
			new self(
				'%252f',
				static function ( $part ) use ( $lower ) {
					return self::lower( rawurlencode( $lower( $part ) ) );
				},
				'%253a'
			),
		);
		foreach ( array( '/', '\\/', '\\\\\\/' ) as $slash ) {
			array_unshift( $all, new self( $slash, $plain ), new self( $slash, $upper ), new self( $slash, $lower ) );
		}
		return $all;
	}

	/**
	 * A path as it is written here.
	 *
	 * @param string $path With plain slashes.
	 * @return string
	 */
	public function path( $path ) {
		return implode( $this->slash, array_map( $this->part, explode( '/', $path ) ) );
	}

	/**
	 * Percent signs with small letters.
	 *
	 * @param string $text With capital ones.
	 * @return string
	 */
	private static function lower( $text ) {
		return preg_replace_callback(
			'/%(?:25)?[0-9A-F]{2}/',
			static function ( $found ) {
				return strtolower( $found[0] );
			},
			$text
		);
	}

	/**
	 * Named entities, where there is a name.
	 *
	 * @param string $part Part of a path.
	 * @return string
	 */
	private static function entities( $part ) {
		return htmlentities( $part, ENT_QUOTES | ENT_HTML401, 'UTF-8' );
	}

	/**
	 * Entities by number.
	 *
	 * @param string $part Part of a path.
	 * @return string
	 */
	private static function numbers( $part ) {
		if ( ! function_exists( 'mb_encode_numericentity' ) ) {
			return $part;
		}
		return mb_encode_numericentity( $part, array( 0x80, 0x10FFFF, 0, 0x1FFFFF ), 'UTF-8' );
	}

	/**
	 * As in a string of JSON.
	 *
	 * @param string $part Part of a path, valid UTF-8.
	 * @return string
	 */
	private static function json( $part ) {
		return substr( (string) wp_json_encode( $part ), 1, -1 );
	}
}
