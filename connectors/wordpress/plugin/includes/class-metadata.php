<?php
/**
 * The rows in which WordPress itself names the files of an attachment.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * They hold names and paths, no addresses; only whole ones are replaced: in 2026/11/11.jpg the folder stays.
 */
final class Metadata {

	const KEYS = array( '_wp_attached_file', '_wp_attachment_metadata', '_wp_attachment_backup_sizes' );

	/**
	 * Old path or name => new one.
	 *
	 * @var string[]
	 */
	private $new;

	/**
	 * Only paths.
	 *
	 * @var string[]
	 */
	private $paths;

	/**
	 * What changes such rows.
	 *
	 * @param string[] $map Old path => new path.
	 */
	public function __construct( array $map ) {
		$this->paths = $map;
		$this->new   = $map;
		foreach ( $map as $from => $to ) {
			$this->new[ wp_basename( $from ) ] = wp_basename( $to );
		}
	}

	/**
	 * The row of an attachment that is renamed.
	 *
	 * @param string $value As it is stored.
	 * @return string
	 */
	public function own( $value ) {
		if ( isset( $this->new[ $value ] ) ) {
			return $this->new[ $value ];
		}
		$changed = Serialized::change(
			$value,
			function ( $text, array $keys ) {
				return 'image_meta' !== ( isset( $keys[0] ) ? $keys[0] : '' ) && isset( $this->new[ $text ] ) ? $this->new[ $text ] : $text;
			}
		);
		return null === $changed ? $value : $changed;
	}

	/**
	 * The row of an attachment that was made of one that is renamed.
	 *
	 * @param string $value As it is stored.
	 * @return string
	 */
	public function descendant( $value ) {
		$changed = Serialized::change(
			$value,
			function ( $text, array $keys ) {
				return array( 'parent_image', 'file' ) === $keys && isset( $this->paths[ $text ] ) ? $this->paths[ $text ] : $text;
			}
		);
		return null === $changed ? $value : $changed;
	}

	/**
	 * The rows of the attachments, and of those that were made of them: number => whether it is one of the former.
	 *
	 * @param int[]  $group The attachments.
	 * @param string $path  The file that they have.
	 * @return bool[]
	 */
	public static function rows( array $group, $path ) {
		global $wpdb;
		$ids  = implode( ',', array_map( 'intval', $group ) );
		$keys = "'" . implode( "','", self::KEYS ) . "'";
		// phpcs:disable WordPress.DB -- numbers and names of our own.
		$own    = $wpdb->get_col( "SELECT meta_id FROM {$wpdb->postmeta} WHERE post_id IN ($ids) AND meta_key IN ($keys)" );
		$others = $wpdb->get_col(
			$wpdb->prepare(
				"SELECT meta_id FROM {$wpdb->postmeta} WHERE post_id NOT IN ($ids) AND meta_key = '_wp_attachment_metadata' AND meta_value LIKE %s AND meta_value LIKE %s",
				'%"parent_image"%',
				'%"' . $wpdb->esc_like( $path ) . '"%'
			)
		);
		// phpcs:enable
		return array_fill_keys( array_map( 'intval', $own ), true ) + array_fill_keys( array_map( 'intval', $others ), false );
	}
}
