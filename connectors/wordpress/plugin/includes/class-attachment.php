<?php
/**
 * One image of the media library, as its rows describe it.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Read without the filters of other plugins: what is renamed are the files that the rows name.
 */
final class Attachment {

	/**
	 * Its number.
	 *
	 * @var int
	 */
	public $id;

	/**
	 * Its file, relative to the uploads folder.
	 *
	 * @var string
	 */
	public $path;

	/**
	 * The folder of that, with a slash at its end, or "".
	 *
	 * @var string
	 */
	public $folder;

	/**
	 * `_wp_attachment_metadata`.
	 *
	 * @var array
	 */
	private $metadata;

	/**
	 * `_wp_attachment_backup_sizes`.
	 *
	 * @var array
	 */
	private $backups;

	/**
	 * Reads its rows.
	 *
	 * @param int $id Of an attachment.
	 */
	public function __construct( $id ) {
		$this->id     = (int) $id;
		$file         = self::row( $id, '_wp_attached_file' );
		$this->path   = is_string( $file ) ? $file : '';
		$this->folder = false === strpos( $this->path, '/' ) ? '' : dirname( $this->path ) . '/';
		$metadata     = self::row( $id, '_wp_attachment_metadata' );
		$backups      = self::row( $id, '_wp_attachment_backup_sizes' );

		$this->metadata = is_array( $metadata ) ? $metadata : array();
		$this->backups  = is_array( $backups ) ? $backups : array();
	}

	/**
	 * The name that all its files begin with.
	 *
	 * @return string
	 */
	public function stem() {
		$names = array( pathinfo( $this->path, PATHINFO_FILENAME ) );
		foreach ( array( 'full-orig' ) as $size ) {
			if ( isset( $this->backups[ $size ]['file'] ) ) {
				$names[] = pathinfo( (string) $this->backups[ $size ]['file'], PATHINFO_FILENAME );
			}
		}
		if ( ! empty( $this->metadata['original_image'] ) ) {
			$names[] = pathinfo( (string) $this->metadata['original_image'], PATHINFO_FILENAME );
		}
		$stem = end( $names );
		foreach ( $names as $name ) {
			$stem = 0 === strpos( $name, $stem ) ? $stem : preg_replace( '/(?:-scaled|-rotated)?(?:-e\d+)?$/', '', $name );
		}
		if ( empty( $this->metadata['original_image'] ) && count( $names ) > 1 ) {
			$stem = preg_replace( '/(?:-scaled|-rotated)$/', '', $stem );
		}
		return $stem;
	}

	/**
	 * The paths of all files that its rows name.
	 *
	 * @return string[]
	 */
	public function files() {
		$names = array( wp_basename( $this->path ) );
		foreach ( array( 'original_image', 'thumb' ) as $key ) {
			if ( ! empty( $this->metadata[ $key ] ) && is_string( $this->metadata[ $key ] ) ) {
				$names[] = $this->metadata[ $key ];
			}
		}
		$sizes = isset( $this->metadata['sizes'] ) && is_array( $this->metadata['sizes'] ) ? $this->metadata['sizes'] : array();
		foreach ( array_merge( array( $this->metadata ), array_values( $sizes ), array_values( $this->backups ) ) as $size ) {
			$names = array_merge( $names, self::named( $size, $size === $this->metadata ) );
		}
		$paths = array();
		foreach ( array_unique( $names ) as $name ) {
			$paths[] = $this->folder . wp_basename( $name );
		}
		return array_values( array_unique( $paths ) );
	}

	/**
	 * The title, for people.
	 *
	 * @return bool Whether its rows say that it is an image with a file.
	 */
	public function is_image() {
		$post = get_post( $this->id );
		return $post && 'attachment' === $post->post_type && 0 === strpos( $post->post_mime_type, 'image/' ) && '' !== $this->path;
	}

	/**
	 * The names in the description of one size.
	 *
	 * @param mixed $size  With `file` and `sources`.
	 * @param bool  $whole Whether it is the whole image, whose `file` is a path.
	 * @return string[]
	 */
	private static function named( $size, $whole ) {
		$names = array();
		if ( ! is_array( $size ) ) {
			return $names;
		}
		if ( ! $whole && ! empty( $size['file'] ) && is_string( $size['file'] ) ) {
			$names[] = $size['file'];
		}
		foreach ( isset( $size['sources'] ) && is_array( $size['sources'] ) ? $size['sources'] : array() as $source ) {
			if ( ! empty( $source['file'] ) && is_string( $source['file'] ) ) {
				$names[] = $source['file'];
			}
		}
		return $names;
	}

	/**
	 * The value of a row, as it is stored.
	 *
	 * @param int    $id  Of an attachment.
	 * @param string $key Of the row.
	 * @return mixed
	 */
	private static function row( $id, $key ) {
		global $wpdb;
		$value = $wpdb->get_var( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- past the caches and filters.
			$wpdb->prepare( "SELECT meta_value FROM {$wpdb->postmeta} WHERE post_id = %d AND meta_key = %s LIMIT 1", $id, $key )
		);
		return null === $value ? null : maybe_unserialize( $value );
	}
}
