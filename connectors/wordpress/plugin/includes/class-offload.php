<?php
/**
 * Images whose files are in another storage.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Plugins that move files away know them by their names.
 */
final class Offload {

	/**
	 * Whether the files of an image were moved away.
	 *
	 * @param Attachment $attachment The image.
	 * @param Uploads    $uploads    Where files are.
	 * @return bool
	 */
	public static function has( Attachment $attachment, Uploads $uploads ) {
		$moved = false !== strpos( $uploads->folder, '://' ) || self::known( $attachment->id );
		$local = is_file( $uploads->file( $attachment->path ) );
		$host  = wp_parse_url( (string) wp_get_attachment_url( $attachment->id ), PHP_URL_HOST );
		$ours  = wp_parse_url( $uploads->url, PHP_URL_HOST );
		/**
		 * Filters whether the files of an image are in another storage.
		 *
		 * @param bool $offloaded What was found out.
		 * @param int  $id        The attachment.
		 */
		return (bool) apply_filters( 'image_renamer_offloaded', $moved || ( ! $local && $host !== $ours ), $attachment->id );
	}

	/**
	 * The name of a plugin that moves files away, or "".
	 *
	 * @return string
	 */
	public static function plugin() {
		$known = array(
			'WP Offload Media' => defined( 'AS3CF_SETTINGS' ) || class_exists( 'Amazon_S3_And_CloudFront', false ),
			'WP-Stateless'     => class_exists( 'wpCloud\StatelessMedia\Bootstrap', false ),
			'Media Cloud'      => defined( 'ILAB_TOOLS_DIR' ),
			'S3-Uploads'       => class_exists( 'S3_Uploads\Plugin', false ),
		);
		return (string) array_search( true, $known, true );
	}

	/**
	 * Whether a plugin says so in its own rows.
	 *
	 * @param int $id The attachment.
	 * @return bool
	 */
	private static function known( $id ) {
		global $wpdb;
		foreach ( array( 'amazonS3_info', 'ilab_s3_info', 'sm_cloud' ) as $key ) {
			if ( metadata_exists( 'post', $id, $key ) ) {
				return true;
			}
		}
		$table = $wpdb->prefix . 'as3cf_items';
		// phpcs:disable WordPress.DB -- the table of WP Offload Media.
		return $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $table ) ) ) === $table
			&& $wpdb->get_var( $wpdb->prepare( "SELECT 1 FROM $table WHERE source_type = 'media-library' AND source_id = %d LIMIT 1", $id ) );
		// phpcs:enable
	}
}
