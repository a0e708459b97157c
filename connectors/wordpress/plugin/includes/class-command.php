<?php
/**
 * The commands for WP-CLI.
 *
 * @package Image_Renamer
 */

namespace Image_Renamer;

/**
 * Renames images of the media library, and undoes that.
 */
final class Command {

	/**
	 * Renames an image.
	 *
	 * ## OPTIONS
	 *
	 * <id>
	 * : The number of the image.
	 *
	 * <name>
	 * : Its new name, without an extension.
	 *
	 * [--suffix]
	 * : Take the next number where the name is taken.
	 *
	 * [--keep-old-files]
	 * : Keep the old files beside the new ones.
	 *
	 * [--dry-run]
	 * : Only show what would be done.
	 *
	 * ## EXAMPLES
	 *
	 *     wp image-renamer rename 42 red-bicycle
	 *
	 * @param string[] $words   The number and the name.
	 * @param array    $options The options.
	 */
	public function rename( $words, $options ) {
		list( $id, $name ) = $words;
		if ( ! ctype_digit( $id ) ) {
			/* translators: %s: a word */
			\WP_CLI::error( sprintf( __( '“%s” is not the number of an image; the media library shows it in the address of each.', 'image-renamer' ), $id ) );
		}

		$conflict = isset( $options['suffix'] ) ? 'suffix' : 'error';
		$request  = array(
			'request_id'   => wp_generate_uuid4(),
			'name'         => $name,
			'expect_file'  => null,
			'on_conflict'  => $conflict,
			'old_files'    => isset( $options['keep-old-files'] ) ? 'keep' : 'auto',
			'on_unhandled' => 'allow',
			'max_rows'     => null,
		);
		$this->say(
			static function () use ( $id, $name, $conflict, $request, $options ) {
				if ( isset( $options['dry-run'] ) ) {
					$plan = Plan::make( (int) $id, $name, $conflict );
					return $plan['from'] . ' → ' . $plan['to'] . "\n" . wp_json_encode( Survey::of( array( $plan ) )[0] );
				}
				$told = Rename::run( (int) $id, $request );
				return $told['from'] . ' → ' . $told['to'] . ' (' . $told['state'] . ', ' . $told['request_id'] . ')';
			}
		);
	}

	/**
	 * Undoes a rename.
	 *
	 * ## OPTIONS
	 *
	 * <request>
	 * : The request id that `rename` or `status` shows.
	 *
	 * @param string[] $words The request id.
	 */
	public function undo( $words ) {
		$this->say(
			static function () use ( $words ) {
				$journal = Journal::find( $words[0] );
				if ( ! $journal ) {
					throw new Refused( 'not_found', 404, __( 'There is no rename with this request id; `wp image-renamer status` lists the last ones.', 'image-renamer' ) );
				}
				$told = Undo::run( $journal );
				return $told['to'] . ' → ' . $told['from'] . ' (' . $told['state'] . ')';
			}
		);
	}

	/**
	 * Shows what this site can do, and the last renames.
	 */
	public function status() {
		$this->say(
			static function () {
				$lines = array( (string) wp_json_encode( Status::told(), JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES ) );
				foreach ( Journal::latest( Admin_Page::SHOWN ) as $journal ) {
					$lines[] = "$journal->created_at  $journal->state  {$journal->plan['from']} → {$journal->plan['to']}  $journal->request";
				}
				return implode( "\n", $lines );
			}
		);
	}

	/**
	 * Says what a function gives, or why it was refused.
	 *
	 * @param callable $work The function.
	 */
	private function say( callable $work ) {
		try {
			\WP_CLI::line( $work() );
		} catch ( Refused $refusal ) {
			\WP_CLI::error( $refusal->getMessage() );
		}
	}
}
