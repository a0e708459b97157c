<?php
/**
 * Hints for the appliance that there are new events.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Sent by cron and never by an upload, which a receiver that hangs would delay. What was not sent is sent later: the
 * outbox is all events after the number that was sent last.
 */
final class Outbox {

	const HOOK   = 'image_renamer_send';
	const TARGET = 'image_renamer_webhook';
	const SENT   = 'image_renamer_webhook_sent';
	const MOST   = 100;
	const WAITS  = array( 60, 300, 1800, 7200 );

	/**
	 * Where hints go, from now on.
	 *
	 * @param string $url    Of the appliance; "" for none.
	 * @param string $secret By which it knows them.
	 */
	public static function configure( $url, $secret ) {
		delete_option( self::TARGET );
		delete_option( self::SENT );
		if ( '' !== $url ) {
			add_option(
				self::TARGET,
				array(
					'url'    => $url,
					'secret' => $secret,
				),
				'',
				false
			);
			add_option(
				self::SENT,
				array(
					'seq'   => Events::last(),
					'tries' => 0,
				),
				'',
				false
			);
		}
	}

	/**
	 * Lets cron send what is new.
	 *
	 * @param int $seconds From now.
	 */
	public static function schedule( $seconds = 0 ) {
		if ( get_option( self::TARGET ) && ! wp_next_scheduled( self::HOOK ) ) {
			wp_schedule_single_event( time() + $seconds, self::HOOK );
		}
	}

	/**
	 * Sends nothing any more.
	 */
	public static function unschedule() {
		wp_clear_scheduled_hook( self::HOOK );
	}

	/**
	 * Sends what is new.
	 */
	public static function send() {
		$target = get_option( self::TARGET );
		$sent   = get_option( self::SENT );
		if ( ! $target || ! $sent ) {
			return;
		}
		$events = Events::after( $sent['seq'], self::MOST );
		if ( ! $events ) {
			return;
		}
		if ( self::post( $target, $events ) ) {
			$last = end( $events );
			$sent = array(
				'seq'   => $last['seq'],
				'tries' => 0,
			);
			$wait = 0;
		} else {
			$wait = self::WAITS[ min( $sent['tries'], count( self::WAITS ) - 1 ) ];
			++$sent['tries'];
		}
		update_option( self::SENT, $sent, false );
		if ( $sent['seq'] < Events::last() ) {
			self::schedule( $wait );
		}
	}

	/**
	 * Posts events; whether the receiver has them.
	 *
	 * @param array   $target With url and secret.
	 * @param array[] $events What to tell.
	 * @return bool
	 */
	private static function post( array $target, array $events ) {
		$body     = (string) wp_json_encode(
			array(
				'site'   => home_url(),
				'events' => $events,
			)
		);
		$time     = (string) time();
		$delivery = wp_generate_uuid4();
		$answer   = wp_remote_post(
			$target['url'],
			array(
				'timeout'     => 10,
				'redirection' => 0,
				'body'        => $body,
				'headers'     => array(
					'Content-Type'              => 'application/json',
					'X-Image-Renamer-Timestamp' => $time,
					'X-Image-Renamer-Delivery'  => $delivery,
					'X-Image-Renamer-Signature' => self::signature( $target['secret'], $time, $delivery, $body ),
				),
			)
		);
		$status   = (int) wp_remote_retrieve_response_code( $answer );
		// 409 means that it has this delivery already.
		return ( $status >= 200 && $status < 300 ) || 409 === $status;
	}

	/**
	 * What proves where a hint comes from.
	 *
	 * @param string $secret   Of the target.
	 * @param string $time     In seconds.
	 * @param string $delivery Its id.
	 * @param string $body     Its bytes.
	 * @return string
	 */
	private static function signature( $secret, $time, $delivery, $body ) {
		return hash_hmac( 'sha256', "$time\n$delivery\n" . hash( 'sha256', $body ), $secret );
	}
}
