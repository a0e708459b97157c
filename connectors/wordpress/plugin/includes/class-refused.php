<?php
/**
 * What is refused, with a code, a status and a sentence that says what to do.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Becomes the error of a route.
 */
final class Refused extends \RuntimeException {

	/**
	 * One of the codes that README.md lists.
	 *
	 * @var string
	 */
	public $reason;

	/**
	 * What else a program wants to know.
	 *
	 * @var array
	 */
	public $data;

	/**
	 * What was refused.
	 *
	 * @param string $reason  The code.
	 * @param int    $status  The status of HTTP.
	 * @param string $message A sentence for people.
	 * @param array  $data    More for programs.
	 */
	public function __construct( $reason, $status, $message, array $data = array() ) {
		parent::__construct( $message, $status );
		$this->reason = $reason;
		$this->data   = $data;
	}

	/**
	 * As WordPress passes errors on.
	 *
	 * @return \WP_Error
	 */
	public function error() {
		return new \WP_Error( $this->reason, $this->getMessage(), array( 'status' => $this->getCode() ) + $this->data );
	}
}
