<?php
/**
 * PHP's serialized text, changed without ever being unserialized.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Walks over the bytes and gives each string to a function; lengths are counted again. Objects are never made, so
 * unknown classes keep their private properties. `C:` payloads, and what does not parse, are opaque.
 */
final class Serialized {

	/**
	 * The text, in bytes.
	 *
	 * @var string
	 */
	private $text;

	/**
	 * How far it was read.
	 *
	 * @var int
	 */
	private $at = 0;

	/**
	 * Called with a string and the keys that lead to it; returns what shall stand there.
	 *
	 * @var callable
	 */
	private $change;

	/**
	 * A walk over one text.
	 *
	 * @param string   $text   The text.
	 * @param callable $change See above.
	 */
	private function __construct( $text, callable $change ) {
		$this->text   = $text;
		$this->change = $change;
	}

	/**
	 * Whether this begins as serialized text does, also where is_serialized() does not see it.
	 *
	 * @param string $text Any text.
	 * @return bool
	 */
	public static function looks_like( $text ) {
		return 1 === preg_match( '/^(?:[asOCE]:\d+:|[idb]:[-+\d.INF]|N;|[rR]:\d+;)/', ltrim( $text ) );
	}

	/**
	 * The text with its strings changed; null where it does not parse or has payloads that are opaque.
	 *
	 * @param string   $text   Serialized text.
	 * @param callable $change Takes a string and the keys that lead to it.
	 * @return string|null
	 */
	public static function change( $text, callable $change ) {
		$body = trim( $text, " \t\n\r" );
		$walk = new self( $body, $change );
		try {
			$changed = $walk->value( array() );
		} catch ( \UnexpectedValueException $opaque ) {
			return null;
		}
		if ( strlen( $body ) !== $walk->at ) {
			return null;
		}
		$start = strpos( $text, $body );
		return substr( $text, 0, $start ) . $changed . substr( $text, $start + strlen( $body ) );
	}

	/**
	 * One value.
	 *
	 * @param array $keys The keys that lead to it.
	 * @return string
	 * @throws \UnexpectedValueException Where it is none.
	 */
	private function value( array $keys ) {
		if ( count( $keys ) > 500 ) {
			throw new \UnexpectedValueException( 'too deep' );
		}
		switch ( substr( $this->text, $this->at, 1 ) ) {
			case 's':
				return $this->written( call_user_func( $this->change, $this->counted( 's' ) . '', $keys ) ) . $this->take( '/\G;/' );
			case 'a':
				$head = $this->take( '/\Ga:\d+:\{/' );
				return $head . $this->members( (int) substr( $head, 2 ), $keys );
			case 'O':
				$class = $this->counted( 'O' );
				$head  = $this->take( '/\G:\d+:\{/' );
				return 'O:' . strlen( $class ) . ":\"$class\"" . $head . $this->members( (int) substr( $head, 1 ), $keys );
			case 'E':
				$name = $this->counted( 'E' );
				return 'E:' . strlen( $name ) . ":\"$name\"" . $this->take( '/\G;/' );
			default:
				return $this->take( '/\G(?:i:[-+]?\d+|b:[01]|d:(?:[-+]?(?:INF|[\d.]+(?:[eE][-+]?\d+)?)|NAN)|N|[rR]:\d+);/' );
		}
	}

	/**
	 * What stands between the braces, and the closing one.
	 *
	 * @param int   $count How many pairs.
	 * @param array $keys  The keys that lead there.
	 * @return string
	 */
	private function members( $count, array $keys ) {
		$all = '';
		for ( $number = 0; $number < $count; $number++ ) {
			if ( 's' === substr( $this->text, $this->at, 1 ) ) {
				$key   = $this->counted( 's' );
				$found = $this->written( $key ) . $this->take( '/\G;/' );
			} else {
				$found = $this->take( '/\Gi:-?\d+;/' );
				$key   = substr( $found, 2, -1 );
			}
			$all .= $found . $this->value( array_merge( $keys, array( $key ) ) );
		}
		return $all . $this->take( '/\G\}/' );
	}

	/**
	 * The bytes of `s:LENGTH:"…"`, and of the others that are written like it.
	 *
	 * @param string $letter Which.
	 * @return string
	 * @throws \UnexpectedValueException Where it stands there no further.
	 */
	private function counted( $letter ) {
		$head   = $this->take( "/\\G$letter:\\d+:\"/" );
		$length = (int) substr( $head, 2 );
		$bytes  = (string) substr( $this->text, $this->at, $length );
		if ( strlen( $bytes ) !== $length ) {
			throw new \UnexpectedValueException( 'too short' );
		}
		$this->at += $length;
		$this->take( '/\G"/' );
		return $bytes;
	}

	/**
	 * A string, without its semicolon.
	 *
	 * @param string $bytes The string.
	 * @return string
	 */
	private function written( $bytes ) {
		return 's:' . strlen( $bytes ) . ":\"$bytes\"";
	}

	/**
	 * What must stand here.
	 *
	 * @param string $pattern Begins with \G.
	 * @return string
	 * @throws \UnexpectedValueException Where it does not.
	 */
	private function take( $pattern ) {
		if ( 1 !== preg_match( $pattern, $this->text, $found, 0, $this->at ) ) {
			throw new \UnexpectedValueException( 'not serialized' );
		}
		$this->at += strlen( $found[0] );
		return $found[0];
	}
}
