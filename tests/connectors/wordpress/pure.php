<?php
// php pure.php CORE PLUGIN < JSON: what the walker and the rewriter make of texts, without a site.
define( 'ABSPATH', $argv[1] . '/' );
define( 'WPINC', 'wp-includes' );
require ABSPATH . WPINC . '/plugin.php';
require ABSPATH . WPINC . '/functions.php';
foreach ( array( 'serialized', 'spelling', 'uploads', 'rewriter', 'metadata' ) as $part ) {
	require $argv[2] . "/includes/class-$part.php";
}
if ( ! function_exists( 'wp_basename' ) ) {
	function wp_basename( $path ) {
		return urldecode( basename( str_replace( array( '%2F', '%5C' ), '/', urlencode( $path ) ) ) );
	}
}

use Image_Renamer\Metadata;
use Image_Renamer\Rewriter;
use Image_Renamer\Serialized;
use Image_Renamer\Uploads;

class Known {
	public $shown;
	protected $kept;
	private $hidden;
	public $self;
	public function __construct( $text ) {
		$this->shown  = $text;
		$this->kept   = array( $text, array( 'deep' => $text ) );
		$this->hidden = $text;
		$this->self   = $this;
	}
}

function any_value( $depth ) {
	$words = array( 'old', 'öld old', "old\0old", '', 'oldold', "s:3:\"old\";", serialize( array( 'old' => 'old' ) ) );
	switch ( mt_rand( 0, $depth > 0 ? 8 : 5 ) ) {
		case 0:
			return mt_rand( -9, 9 );
		case 1:
			return mt_rand( 0, 1 ) === 1;
		case 2:
			return null;
		case 3:
			return mt_rand() / 7;
		case 4:
		case 5:
			return $words[ mt_rand( 0, count( $words ) - 1 ) ];
		case 6:
			return new Known( 'old' );
		default:
			$all = array();
			for ( $number = mt_rand( 0, 4 ); $number > 0; $number-- ) {
				$all[ mt_rand( 0, 1 ) ? $number : "key old $number" ] = any_value( $depth - 1 );
			}
			return $all;
	}
}

function by_hand( $value ) {
	if ( is_string( $value ) ) {
		return str_replace( 'old', 'brand-new', $value );
	}
	return is_array( $value ) ? array_map( 'by_hand', $value ) : $value;
}

function same_words( $text ) {
	return $text;
}

function new_words( $text ) {
	return str_replace( 'old', 'brand-new', $text );
}

$asked = json_decode( stream_get_contents( STDIN ), true );
$told  = array();
if ( isset( $asked['random'] ) ) {
	mt_srand( 1 );
	for ( $number = 0; $number < $asked['random']; $number++ ) {
		$value   = any_value( 4 );
		$changed = Serialized::change( serialize( $value ), 'new_words' );
		$again   = null === $changed ? null : @unserialize( $changed );
		$plain   = strpos( serialize( $value ), 'O:5' ) === false;
		$told[]  = null !== $changed
			&& ( false !== $again || serialize( false ) === $changed )
			&& ( ! $plain || serialize( by_hand( $value ) ) === $changed )
			&& Serialized::change( serialize( $value ), 'same_words' ) === serialize( $value );
	}
}
foreach ( isset( $asked['serialized'] ) ? $asked['serialized'] : array() as $text ) {
	$changed = Serialized::change( base64_decode( $text ), 'new_words' );
	$told[]  = null === $changed ? null : base64_encode( $changed );
}
if ( isset( $asked['texts'] ) ) {
	$uploads         = ( new ReflectionClass( Uploads::class ) )->newInstanceWithoutConstructor();
	$uploads->hosts  = $asked['hosts'];
	$uploads->paths  = $asked['paths'];
	$rewriter        = new Rewriter( $uploads, $asked['map'] );
	foreach ( $asked['texts'] as $text ) {
		$told[] = $rewriter->value( $text );
	}
	$told = array( $told, $rewriter->replaced, $rewriter->external, $rewriter->opaque );
}
if ( isset( $asked['metadata'] ) ) {
	$metadata = new Metadata( $asked['map'] );
	foreach ( $asked['metadata'] as $value ) {
		$own    = $metadata->own( is_array( $value ) ? serialize( $value ) : $value );
		$told[] = is_array( $value ) ? unserialize( $own ) : $own;
	}
}
echo json_encode( $told, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR );
