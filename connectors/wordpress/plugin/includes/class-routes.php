<?php
/**
 * What the appliance asks for.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * The routes of image-renamer/v1.
 */
final class Routes {

	const ITEMS = 50;

	/**
	 * Registers them.
	 */
	public static function register() {
		$conflict = array(
			'type'    => 'string',
			'enum'    => array( 'error', 'suffix' ),
			'default' => 'error',
		);
		self::route( '/status', 'GET', 'status', array() );
		self::route(
			'/plans',
			'POST',
			'plans',
			array(
				'items'       => array(
					'type'     => 'array',
					'required' => true,
					'minItems' => 1,
					'maxItems' => self::ITEMS,
					'items'    => array(
						'type'       => 'object',
						'properties' => array(
							'id'   => array( 'type' => 'integer' ),
							'name' => array( 'type' => 'string' ),
						),
					),
				),
				'on_conflict' => $conflict,
			)
		);
		self::route(
			'/media/(?P<id>\d+)/rename',
			'POST',
			'rename',
			array(
				'request_id'   => array(
					'type'     => 'string',
					'required' => true,
					'pattern'  => '^[A-Za-z0-9_.:-]{8,64}$',
				),
				'name'         => array(
					'type'     => 'string',
					'required' => true,
				),
				'expect_file'  => array( 'type' => 'string' ),
				'on_conflict'  => $conflict,
				'old_files'    => array(
					'type'    => 'string',
					'enum'    => array( 'auto', 'remove', 'keep' ),
					'default' => 'auto',
				),
				'on_unhandled' => array(
					'type'    => 'string',
					'enum'    => array( 'allow', 'block' ),
					'default' => 'allow',
				),
				'max_rows'     => array(
					'type'    => 'integer',
					'minimum' => 1,
				),
			)
		);
		$request = '/renames/(?P<request_id>[A-Za-z0-9_.:-]+)';
		self::route( $request, 'GET', 'journal', array() );
		self::route( "$request/undo", 'POST', 'undo', array() );
		self::route( "$request/cleanup", 'POST', 'clean_up', array() );
		self::route(
			'/events',
			'GET',
			'events',
			array(
				'after' => array(
					'type'    => 'integer',
					'minimum' => 0,
					'default' => 0,
				),
				'limit' => array(
					'type'    => 'integer',
					'minimum' => 1,
					'maximum' => 500,
					'default' => 100,
				),
			)
		);
		self::route(
			'/webhook',
			'PUT',
			'webhook',
			array(
				'url'    => array(
					'type'     => 'string',
					'required' => true,
				),
				'secret' => array(
					'type'      => 'string',
					'minLength' => 32,
				),
			)
		);
	}

	/**
	 * Whether the user may rename images.
	 *
	 * @return bool|\WP_Error
	 */
	public static function allowed() {
		if ( current_user_can( 'upload_files' ) && current_user_can( 'edit_others_posts' ) ) {
			return true;
		}
		$says = __( 'This needs a user who may upload files and edit the posts of others, such as an editor.', 'image-renamer' );
		return new \WP_Error( 'forbidden', $says, array( 'status' => rest_authorization_required_code() ) );
	}

	/**
	 * What this site can do.
	 *
	 * @return array
	 */
	public static function status() {
		return Status::told();
	}

	/**
	 * What renames would do.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return array
	 */
	public static function plans( $request ) {
		$plans = array();
		$items = array();
		foreach ( $request['items'] as $number => $item ) {
			$items[ $number ] = array( 'id' => (int) $item['id'] );
			try {
				$plan   = Plan::make( (int) $item['id'], isset( $item['name'] ) ? $item['name'] : '', $request['on_conflict'] );
				$shared = array_values( array_diff( $plan['group'], array( (int) $item['id'] ) ) );

				$items[ $number ] += array(
					'state'       => $plan['from'] === $plan['to'] ? 'noop' : 'ready',
					'from'        => $plan['from'],
					'to'          => $plan['to'],
					'files'       => (object) ( $plan['from'] === $plan['to'] ? array() : $plan['map'] ),
					'shared_with' => $shared,
					'warnings'    => $plan['warnings'],
				);
				if ( $plan['from'] !== $plan['to'] ) {
					$plans[ $number ] = $plan;
				}
			} catch ( Refused $refusal ) {
				$items[ $number ] += array(
					'state'   => 'refused',
					'code'    => $refusal->reason,
					'message' => $refusal->getMessage(),
				);
			}
		}
		foreach ( Survey::of( $plans ) as $number => $counts ) {
			$counts['refs']      = (object) $counts['refs'];
			$counts['unhandled'] = (object) $counts['unhandled'];
			$items[ $number ]   += $counts;
		}
		return array( 'items' => array_values( $items ) );
	}

	/**
	 * Renames.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return \WP_REST_Response
	 * @throws Refused Where it cannot be done.
	 */
	public static function rename( $request ) {
		$id = (int) $request['id'];
		if ( get_post( $id ) && ! current_user_can( 'edit_post', $id ) ) {
			throw new Refused( 'forbidden', 403, __( 'This user may not edit this image.', 'image-renamer' ) );
		}
		$keys = array( 'request_id', 'name', 'expect_file', 'on_conflict', 'old_files', 'on_unhandled', 'max_rows' );
		$told = Rename::run( $id, array_combine( $keys, array_map( array( $request, 'get_param' ), $keys ) ) );
		return new \WP_REST_Response( $told, 'linked' === $told['state'] ? 202 : 200 );
	}

	/**
	 * The journal of a request.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return array
	 */
	public static function journal( $request ) {
		return self::found( $request )->told();
	}

	/**
	 * Undoes.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return array
	 */
	public static function undo( $request ) {
		return Undo::run( self::found( $request ) );
	}

	/**
	 * Takes old names away that were kept.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return array
	 */
	public static function clean_up( $request ) {
		return Rename::clean_up( self::found( $request ) );
	}

	/**
	 * What happened.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return array
	 */
	public static function events( $request ) {
		return array(
			'events'         => Events::after( $request['after'], $request['limit'] ),
			'last_event_seq' => Events::last(),
		);
	}

	/**
	 * Where hints go.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return array
	 * @throws Refused Where they cannot go there.
	 */
	public static function webhook( $request ) {
		if ( ! Pairing::is_current_user() && ! current_user_can( 'manage_options' ) ) {
			throw new Refused( 'forbidden', 403, __( 'Where hints go is decided by an administrator, or by the user that pairing made.', 'image-renamer' ) );
		}
		$url = (string) $request['url'];
		if ( '' !== $url && ( ! preg_match( '~^https?://~i', $url ) || ! $request['secret'] ) ) {
			throw new Refused( 'bad_webhook', 400, __( 'Give an address that begins with https:// and a secret of at least 32 characters.', 'image-renamer' ) );
		}
		Outbox::configure( $url, (string) $request['secret'] );
		return array( 'url' => $url );
	}

	/**
	 * The journal's row of a request.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return Journal
	 * @throws Refused Where there is none.
	 */
	private static function found( $request ) {
		$journal = Journal::find( (string) $request['request_id'] );
		if ( ! $journal ) {
			throw new Refused( 'not_found', 404, __( 'There is no rename with this request_id.', 'image-renamer' ) );
		}
		return $journal;
	}

	/**
	 * Registers a route.
	 *
	 * @param string $path   Its path.
	 * @param string $method Its method.
	 * @param string $answer The function that answers.
	 * @param array  $asked  What it takes.
	 */
	private static function route( $path, $method, $answer, array $asked ) {
		register_rest_route(
			ROUTES,
			$path,
			array(
				'methods'             => $method,
				'permission_callback' => array( self::class, 'allowed' ),
				'args'                => $asked,
				'callback'            => static function ( $request ) use ( $answer ) {
					try {
						return call_user_func( array( self::class, $answer ), $request );
					} catch ( Refused $refusal ) {
						return $refusal->error();
					}
				},
			)
		);
	}
}
