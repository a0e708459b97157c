<?php
/**
 * Where the site's files are, on the disk and in addresses.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * The uploads folder of the current site.
 */
final class Uploads {

	/**
	 * The folder, without a slash at its end.
	 *
	 * @var string
	 */
	public $folder;

	/**
	 * Its address, likewise.
	 *
	 * @var string
	 */
	public $url;

	/**
	 * The paths of that address that occur: a site of a network has two.
	 *
	 * @var string[]
	 */
	public $paths;

	/**
	 * The site's own hosts, with their ports.
	 *
	 * @var string[]
	 */
	public $hosts;

	/**
	 * Reads the settings of the current site.
	 */
	public function __construct() {
		$uploads      = wp_upload_dir( null, false );
		$this->folder = untrailingslashit( $uploads['basedir'] );
		$this->url    = untrailingslashit( $uploads['baseurl'] );
		$path         = rawurldecode( (string) wp_parse_url( $this->url, PHP_URL_PATH ) );
		$content      = strpos( $path, '/wp-content/' );
		$this->paths  = array( $path );
		if ( is_multisite() && $content ) {
			$this->paths[] = substr( $path, $content );
		}
		$addresses   = array( $this->url, home_url(), site_url(), network_home_url() );
		$this->hosts = array_values( array_unique( array_merge( ...array_map( array( self::class, 'hosts_of' ), $addresses ) ) ) );
		usort(
			$this->hosts,
			static function ( $one, $other ) {
				return strlen( $other ) - strlen( $one );
			}
		);
	}

	/**
	 * The file on the disk.
	 *
	 * @param string $path Relative to the uploads folder.
	 * @return string
	 */
	public function file( $path ) {
		return $this->folder . '/' . $path;
	}

	/**
	 * The address of a file.
	 *
	 * @param string $path Relative to the uploads folder.
	 * @return string
	 */
	public function address( $path ) {
		return $this->url . '/' . implode( '/', array_map( 'rawurlencode', explode( '/', $path ) ) );
	}

	/**
	 * A path of a request, relative to the uploads folder; null where it leads elsewhere.
	 *
	 * @param string $path Decoded, from the root of the host.
	 * @return string|null
	 */
	public function relative( $path ) {
		foreach ( $this->paths as $ours ) {
			if ( 0 === strpos( $path, "$ours/" ) ) {
				return substr( $path, strlen( $ours ) + 1 );
			}
		}
		return null;
	}

	/**
	 * How the host of an address may be written.
	 *
	 * @param string $address An address of this site.
	 * @return string[]
	 */
	private static function hosts_of( $address ) {
		$parts = wp_parse_url( $address );
		$host  = strtolower( isset( $parts['host'] ) ? $parts['host'] : '' );
		if ( '' === $host ) {
			return array();
		}
		if ( isset( $parts['port'] ) ) {
			return array( $host . ':' . $parts['port'] );
		}
		return array( $host, "$host:80", "$host:443" );
	}
}
