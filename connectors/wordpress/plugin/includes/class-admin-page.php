<?php
/**
 * The page in wp-admin: Media → Image Renamer.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Pairing, the state of the site, and the last renames with a way back.
 */
final class Admin_Page {

	const SLUG   = 'image-renamer';
	const SHOWN  = 20;
	const ACTION = 'image_renamer';

	/**
	 * Registers the page and its form.
	 */
	public static function register() {
		add_action( 'admin_menu', array( self::class, 'add' ) );
		add_action( 'admin_post_' . self::ACTION, array( self::class, 'act' ) );
	}

	/**
	 * Puts it below Media.
	 */
	public static function add() {
		add_media_page( __( 'Image Renamer', 'image-renamer' ), __( 'Image Renamer', 'image-renamer' ), 'manage_options', self::SLUG, array( self::class, 'show' ) );
	}

	/**
	 * Does what a button says, and shows the page again.
	 */
	public static function act() {
		check_admin_referer( self::ACTION );
		if ( ! current_user_can( 'manage_options' ) ) {
			wp_die( esc_html__( 'Only administrators may do that.', 'image-renamer' ), '', 403 );
		}
		$what = isset( $_POST['what'] ) ? sanitize_key( $_POST['what'] ) : '';
		try {
			if ( 'pair' === $what ) {
				self::show_bundle( Pairing::bundle() );
				return;
			}
			$said = 'undo' === $what ? self::undo() : self::probe();
		} catch ( Refused $refusal ) {
			$said = $refusal->getMessage();
		}
		set_transient( 'image_renamer_said_' . get_current_user_id(), $said, MINUTE_IN_SECONDS );
		wp_safe_redirect( self::address() );
		exit;
	}

	/**
	 * Shows the page.
	 */
	public static function show() {
		$said = get_transient( 'image_renamer_said_' . get_current_user_id() );
		delete_transient( 'image_renamer_said_' . get_current_user_id() );
		echo '<div class="wrap"><h1>' . esc_html__( 'Image Renamer', 'image-renamer' ) . '</h1>';
		if ( $said ) {
			echo '<div class="notice notice-info"><p>' . esc_html( $said ) . '</p></div>';
		}
		echo '<h2>' . esc_html__( 'Connect', 'image-renamer' ) . '</h2><p>';
		esc_html_e( 'Makes a line of text for your Image Renamer, and a user of its own that may rename images but delete nothing. A new line ends the one before.', 'image-renamer' );
		echo '</p>';
		self::button( 'pair', __( 'Make a pairing line', 'image-renamer' ) );
		self::state();
		self::renames();
		echo '</div>';
	}

	/**
	 * Shows a pairing line, once.
	 *
	 * @param string $bundle The line.
	 */
	private static function show_bundle( $bundle ) {
		nocache_headers();
		$back = '<p><a href="' . esc_url( self::address() ) . '">' . esc_html__( 'Back', 'image-renamer' ) . '</a></p>';
		$says = '<p>' . esc_html__( 'Copy this line into your Image Renamer now. It is shown only once.', 'image-renamer' ) . '</p>';
		$line = '<textarea readonly rows="8" style="width:100%" aria-label="' . esc_attr__( 'Pairing line', 'image-renamer' ) . '">' . esc_textarea( $bundle ) . '</textarea>';
		wp_die( $says . $line . $back, esc_html__( 'Image Renamer', 'image-renamer' ), array( 'response' => 200 ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- escaped above.
	}

	/**
	 * The state of the site.
	 */
	private static function state() {
		$status = Status::told();
		$probe  = get_option( Probe::OPTION );
		$lines  = array(
			__( 'Uploads folder', 'image-renamer' ) => $status['writable'] ? __( 'can be written', 'image-renamer' ) : __( 'cannot be written: give WordPress that right', 'image-renamer' ),
			__( 'Second names', 'image-renamer' )   => $status['links'] ? __( 'work', 'image-renamer' ) : __( 'do not work here: files are copied', 'image-renamer' ),
			__( 'Redirects', 'image-renamer' )      => self::redirects( is_array( $probe ) ? $probe['works'] : null ),
		);
		if ( $status['offload'] ) {
			/* translators: %s: the name of a plugin */
			$lines[ __( 'Other storage', 'image-renamer' ) ] = sprintf( __( '%s: images that it moved away keep their names', 'image-renamer' ), $status['offload'] );
		}
		echo '<h2>' . esc_html__( 'This site', 'image-renamer' ) . '</h2><table class="widefat striped"><tbody>';
		foreach ( $lines as $name => $value ) {
			echo '<tr><th scope="row">' . esc_html( $name ) . '</th><td>' . esc_html( $value ) . '</td></tr>';
		}
		echo '</tbody></table>';
		self::button( 'probe', __( 'Try the redirects', 'image-renamer' ) );
	}

	/**
	 * What is known of redirects.
	 *
	 * @param bool|null $work Whether they do.
	 * @return string
	 */
	private static function redirects( $work ) {
		if ( null === $work ) {
			return __( 'not tried yet', 'image-renamer' );
		}
		return $work ? __( 'work', 'image-renamer' ) : __( 'do not work: the web server answers for missing files itself. Old files are kept beside the new ones.', 'image-renamer' );
	}

	/**
	 * The last renames.
	 */
	private static function renames() {
		echo '<h2>' . esc_html__( 'Last renames', 'image-renamer' ) . '</h2>';
		$all = Journal::latest( self::SHOWN );
		if ( ! $all ) {
			echo '<p>' . esc_html__( 'Nothing was renamed yet.', 'image-renamer' ) . '</p>';
			return;
		}
		$heads = array( __( 'When (UTC)', 'image-renamer' ), __( 'Before', 'image-renamer' ), __( 'After', 'image-renamer' ), __( 'State', 'image-renamer' ), '' );
		echo '<table class="widefat striped"><thead><tr><th scope="col">' . implode( '</th><th scope="col">', array_map( 'esc_html', $heads ) ) . '</th></tr></thead><tbody>'; // phpcs:ignore WordPress.Security.EscapeOutput -- escaped here.
		foreach ( $all as $journal ) {
			foreach ( array( $journal->created_at, $journal->plan['from'], $journal->plan['to'], $journal->state ) as $number => $cell ) {
				echo ( $number ? '<td>' : '<tr><td>' ) . esc_html( $cell ) . '</td>';
			}
			echo '<td>';
			if ( 'done' === $journal->state && $journal->is_latest() ) {
				self::button( 'undo', __( 'Undo', 'image-renamer' ), $journal->request );
			}
			echo '</td></tr>';
		}
		echo '</tbody></table>';
	}

	/**
	 * A button in a form of its own.
	 *
	 * @param string $what    What it does.
	 * @param string $label   What it says.
	 * @param string $request Which rename.
	 */
	private static function button( $what, $label, $request = '' ) {
		echo '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '">';
		wp_nonce_field( self::ACTION );
		foreach ( array( 'action' => self::ACTION, 'what' => $what, 'request' => $request ) as $name => $value ) { // phpcs:ignore WordPress.Arrays
			echo '<input type="hidden" name="' . esc_attr( $name ) . '" value="' . esc_attr( $value ) . '">';
		}
		echo '<p><button class="button">' . esc_html( $label ) . '</button></p></form>';
	}

	/**
	 * Undoes a rename; what to say then.
	 *
	 * @return string
	 * @throws Refused Where it cannot be done.
	 */
	private static function undo() {
		$request = isset( $_POST['request'] ) ? sanitize_text_field( wp_unslash( $_POST['request'] ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification -- verified in act().
		$journal = Journal::find( $request );
		if ( ! $journal ) {
			throw new Refused( 'not_found', 404, __( 'There is no such rename.', 'image-renamer' ) );
		}
		$told = Undo::run( $journal );
		/* translators: %s: a path */
		return sprintf( __( 'The image is called %s again.', 'image-renamer' ), $told['from'] );
	}

	/**
	 * Tries the redirects; what to say then.
	 *
	 * @return string
	 */
	private static function probe() {
		/* translators: %s: a sentence */
		return sprintf( __( 'Redirects %s', 'image-renamer' ), self::redirects( Probe::ask() ) );
	}

	/**
	 * The page's address.
	 *
	 * @return string
	 */
	private static function address() {
		return admin_url( 'upload.php?page=' . self::SLUG );
	}
}
