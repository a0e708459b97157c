<?php
/**
 * Where an image is used.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * The post, page or product around an image: what it is about may stand in the image's name.
 */
final class Surroundings {

	const KEYPHRASES = array( '_yoast_wpseo_focuskw', 'rank_math_focus_keyword' );

	/**
	 * Registers the route.
	 */
	public static function register() {
		register_rest_route(
			ROUTES,
			'/media/(?P<id>\d+)/context',
			array(
				'methods'             => 'GET',
				'permission_callback' => array( Routes::class, 'allowed' ),
				'callback'            => array( self::class, 'told' ),
			)
		);
	}

	/**
	 * What is known of the post around an image.
	 *
	 * @param \WP_REST_Request $request The request, with the attachment's id.
	 * @return array
	 */
	public static function told( $request ) {
		$post = self::around( (int) $request['id'] );
		if ( ! $post ) {
			return array(
				'title'     => '',
				'keyphrase' => '',
				'product'   => '',
			);
		}
		$title = self::plain( $post->post_title );
		return array(
			'title'     => $title,
			'keyphrase' => self::keyphrase( $post->ID ),
			'product'   => in_array( $post->post_type, array( 'product', 'product_variation' ), true ) ? $title : '',
		);
	}

	/**
	 * The post that an image was uploaded to, else the newest that has it for its featured image or in its gallery.
	 *
	 * @param int $id An attachment.
	 * @return \WP_Post|null
	 */
	private static function around( $id ) {
		global $wpdb;
		$parent = (int) get_post_field( 'post_parent', $id );
		if ( ! $parent ) {
			// phpcs:disable WordPress.DB -- WordPress has no function that looks for this.
			$parent = (int) $wpdb->get_var(
				$wpdb->prepare(
					"SELECT MAX(post_id) FROM $wpdb->postmeta
					WHERE ( meta_key = '_thumbnail_id' AND meta_value = %s ) OR ( meta_key = '_product_image_gallery' AND FIND_IN_SET( %s, meta_value ) )",
					$id,
					$id
				)
			);
			// phpcs:enable
		}
		$post = $parent ? get_post( $parent ) : null;
		return $post && 'trash' !== $post->post_status && self::may_be_told( $post ) ? $post : null;
	}

	/**
	 * Whether the user may know it. Shops let no editor change their products, but everybody sees them.
	 *
	 * @param \WP_Post $post Any post.
	 * @return bool
	 */
	private static function may_be_told( $post ) {
		$shown = 'product_variation' === $post->post_type ? $post->post_parent : $post->ID;
		return current_user_can( 'edit_post', $post->ID ) || is_post_publicly_viewable( $shown );
	}

	/**
	 * What a post is meant to be found by, as the plugins for search engines store it; the first of several.
	 *
	 * @param int $id A post.
	 * @return string
	 */
	private static function keyphrase( $id ) {
		foreach ( self::KEYPHRASES as $key ) {
			$phrases = explode( ',', (string) get_post_meta( $id, $key, true ) );
			if ( '' !== trim( $phrases[0] ) ) {
				return self::plain( $phrases[0] );
			}
		}
		return '';
	}

	/**
	 * Text without markup.
	 *
	 * @param string $text With markup.
	 * @return string
	 */
	private static function plain( $text ) {
		return trim( html_entity_decode( wp_strip_all_tags( $text ), ENT_QUOTES, 'UTF-8' ) );
	}
}
