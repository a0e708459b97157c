<?php
/**
 * Addresses of files in texts, replaced by the new ones.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Knows the new path of each old one, and finds them in any spelling. Only whole names below the uploads folder of this
 * site are replaced, so that lookalikes and other hosts' files stay.
 */
final class Rewriter {

	/**
	 * How many addresses were replaced so far.
	 *
	 * @var int
	 */
	public $replaced = 0;

	/**
	 * How many addresses of such files on other hosts were left.
	 *
	 * @var int
	 */
	public $external = 0;

	/**
	 * How many values hold what looks like such an address but cannot be changed.
	 *
	 * @var int
	 */
	public $opaque = 0;

	/**
	 * One entry for each spelling: what must occur, the patterns, and the replacements.
	 *
	 * @var array
	 */
	private $searches = array();

	/**
	 * A rewriter for this site.
	 *
	 * @param Uploads $uploads Where the files are.
	 * @param array   $map     Old path => new path, relative to the uploads folder.
	 */
	public function __construct( Uploads $uploads, array $map ) {
		foreach ( $map ? Spelling::all() : array() as $spelling ) {
			$new = array();
			foreach ( $map as $from => $to ) {
				$new[ $spelling->path( $from ) ] = $spelling->path( $to );
			}
			$key = wp_json_encode( array( $spelling->slash, $spelling->colon, array_map( 'bin2hex', array_keys( $new ) ) ) );
			if ( ! isset( $this->searches[ $key ] ) ) {
				$this->searches[ $key ] = $this->search( $uploads, $spelling, $new );
			}
		}
	}

	/**
	 * A plain text, with the addresses replaced.
	 *
	 * @param string $text Such as the content of a post.
	 * @return string
	 */
	public function text( $text ) {
		foreach ( $this->searches as $search ) {
			if ( '' === $search['needle'] || false !== strpos( $text, $search['needle'] ) ) {
				$text = $this->replace( $text, $search );
			}
		}
		return $text;
	}

	/**
	 * A value that may be serialized, such as an option.
	 *
	 * @param string $value As it stands in the database.
	 * @return string
	 */
	public function value( $value ) {
		if ( ! Serialized::looks_like( $value ) ) {
			return $this->text( $value );
		}
		$changed = Serialized::change( $value, array( $this, 'value' ) );
		if ( null !== $changed ) {
			return $changed;
		}
		$before = array( $this->replaced, $this->external );
		if ( $this->text( $value ) !== $value ) {
			++$this->opaque;
		}
		list( $this->replaced, $this->external ) = $before;
		return $value;
	}

	/**
	 * What to look for in one spelling.
	 *
	 * @param Uploads  $uploads  Where the files are.
	 * @param Spelling $spelling The spelling.
	 * @param array    $renamed  Old path => new path, so spelled.
	 * @return array
	 */
	private function search( Uploads $uploads, Spelling $spelling, array $renamed ) {
		$names = array_map( array( self::class, 'quoted' ), array_map( 'strval', array_keys( $renamed ) ) );
		$paths = array();
		$hosts = array();
		foreach ( $uploads->paths as $path ) {
			$paths[] = self::quoted( $spelling->path( $path ) );
		}
		foreach ( $uploads->hosts as $host ) {
			$hosts[] = self::quoted( str_replace( ':', $spelling->colon, $host ) );
		}
		$slash = self::quoted( $spelling->slash );
		$file  = '(?:' . implode( '|', $paths ) . ")$slash\\K(?:" . implode( '|', $names ) . ')(?![A-Za-z0-9_-])(?!\.[A-Za-z0-9])';
		$host  = "(?:https?{$spelling->colon})?$slash$slash(?:i[0-3]\\.wp\\.com$slash)?(?:" . implode( '|', $hosts ) . ')';
		$none  = '(?<![A-Za-z0-9._:%\\\\\/-])|(?<=%2[0278C])|(?<=%3[Dd])|(?<=%252[0278C])|(?<=%253[Dd])';
		return array(
			'needle' => self::common( array_map( 'strval', array_keys( $renamed ) ) ),
			'own'    => "~(?:$host|$none)$file~",
			'any'    => "~$file~",
			'new'    => $renamed,
		);
	}

	/**
	 * A text, with what one search finds replaced.
	 *
	 * @param string $text   Any text.
	 * @param array  $search What to look for.
	 * @return string
	 */
	private function replace( $text, array $search ) {
		$all     = preg_match_all( $search['any'], $text );
		$changed = preg_replace_callback(
			$search['own'],
			static function ( $found ) use ( $search ) {
				return $search['new'][ $found[0] ];
			},
			$text,
			-1,
			$count
		);
		if ( null === $changed ) {
			++$this->opaque;
			return $text;
		}
		$this->replaced += $count;
		$this->external += $all - $count;
		return $changed;
	}

	/**
	 * A text as it stands in a pattern.
	 *
	 * @param string $text Any text.
	 * @return string
	 */
	private static function quoted( $text ) {
		return preg_quote( $text, '~' );
	}

	/**
	 * What all begin with.
	 *
	 * @param string[] $texts At least one.
	 * @return string
	 */
	private static function common( array $texts ) {
		$common = array_shift( $texts );
		foreach ( $texts as $text ) {
			while ( '' !== $common && 0 !== strpos( $text, $common ) ) {
				$common = (string) substr( $common, 0, -1 );
			}
		}
		return $common;
	}
}
