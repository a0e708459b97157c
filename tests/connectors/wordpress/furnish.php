<?php
// Shows an image in every place that WordPress and its plugins have for one; ATTACHMENT is its number.
$id  = ATTACHMENT;
$url = wp_get_attachment_url( $id );
$big = wp_get_attachment_image_url( $id, 'medium' );
$all = array(
	'<!-- wp:image {"id":' . $id . ',"sizeSlug":"medium"} --><figure class="wp-block-image"><img src="' . $big . '" class="wp-image-' . $id . '"/></figure><!-- /wp:image -->',
	'<!-- wp:cover {"url":' . wp_json_encode( $url ) . ',"id":' . $id . '} --><div class="wp-block-cover"><img class="wp-block-cover__image-background wp-image-' . $id . '" src="' . $url . '"/></div><!-- /wp:cover -->',
	'<!-- wp:gallery {"ids":[' . $id . ']} --><figure class="wp-block-gallery"><img src="' . $url . '" data-full="' . $url . '"/></figure><!-- /wp:gallery -->',
	'[gallery ids="' . $id . '"] and ' . $url . '.',
);
$posts = array();
foreach ( array( 'publish', 'draft', 'private', 'trash' ) as $number => $status ) {
	$posts[] = wp_insert_post( wp_slash( array( 'post_title' => $status, 'post_status' => $status, 'post_content' => $all[ $number ], 'post_excerpt' => $url ) ) );
}
$posts[] = wp_insert_post( wp_slash( array( 'post_title' => 'block', 'post_type' => 'wp_block', 'post_status' => 'publish', 'post_content' => implode( '', $all ) ) ) );
wp_update_post( array( 'ID' => $posts[0], 'post_title' => 'makes a revision' ) );
set_post_thumbnail( $posts[0], $id );
class Slider { public $src; private $own; protected $list; function __construct( $url ) { $this->src = $url; $this->own = $url; $this->list = array( 'ümlaut' => $url ); } }
update_post_meta( $posts[0], 'slider', new Slider( $url ) );
update_post_meta( $posts[0], 'nested', serialize( array( 'inner' => serialize( array( $url ) ) ) ) );
update_post_meta( $posts[0], '_elementor_data', wp_slash( str_replace( '/', '\\/', '[{"settings":{"image":{"url":"' . $url . '"}}}]' ) ) );
update_post_meta( $posts[0], '_elementor_css', array( 'css' => "url($url)" ) );
$term = wp_insert_term( 'Bicycles', 'category', array( 'description' => "See $url" ) );
update_term_meta( $term['term_id'], 'picture', $url );
update_user_meta( 1, 'picture', array( 'src' => $big ) );
$comment = wp_insert_comment( array( 'comment_post_ID' => $posts[0], 'comment_content' => "Look: $url" ) );
update_comment_meta( $comment, 'picture', $url );
update_option( 'widget_media_image', array( 2 => array( 'attachment_id' => $id, 'url' => $url ), '_multiwidget' => 1 ) );
set_theme_mod( 'header_image', $url );
set_transient( 'rendered', "<img src='$url'>", 3600 );
$GLOBALS['wpdb']->query( $GLOBALS['wpdb']->prepare( "INSERT INTO wp_options (option_name, option_value, autoload) VALUES ('opaque', %s, 'no'), ('broken', %s, 'no')", 'C:5:"Thing":' . strlen( $url ) . ':{' . $url . '}', 'a:1:{i:0;s:3:"' . $url . '";}' ) );
$GLOBALS['wpdb']->query( 'CREATE TABLE wp_slides (id int PRIMARY KEY, layers text)' );
$GLOBALS['wpdb']->query( $GLOBALS['wpdb']->prepare( 'INSERT INTO wp_slides VALUES (1, %s)', wp_json_encode( array( $url ) ) ) );
return $posts;
