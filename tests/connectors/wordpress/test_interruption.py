"""The plugin's process is killed at each of its steps; the same request finishes what it began."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from uuid import uuid4

import httpx
import pytest

from tests.connectors.wordpress.acting import ROUTES, ask, photo, undo
from tests.servers import mariadb
from tests.servers.wordpress import Site
from tests.watching import eventually

RENAME_STEPS = ("planned", "linking", "linked", "switching", "switched", "purged", "removing", "removed")
UNDO_STEPS = ("undoing", "relinking", "restoring", "restored", "unlinking")
KILLER = """
add_filter( 'image_renamer_lease_seconds', function () { return 0.3; } );
add_action( 'image_renamer_step', function ( $name ) {
	$note = WP_CONTENT_DIR . '/kill-at';
	if ( is_file( $note ) && file_get_contents( $note ) === $name ) {
		unlink( $note );
		posix_kill( getmypid(), SIGKILL );
	}
} );
"""
REFUSER = """
add_action( 'image_renamer_step', function ( $name ) {
	if ( 'switching' === $name ) {
		throw new Image_Renamer\\Refused( 'contended', 409, 'Others change the same row all the time.' );
	}
} );
"""


def kill_at(site: Site, step: str) -> None:
    site.must_use("killer", KILLER)
    (site.root / "wp-content/kill-at").write_text(step)


def furnished(site: Site) -> int:
    """An image that is shown in a post, an option and a row of meta."""
    media = site.upload("IMG_1.jpg", photo())
    address = media["source_url"]
    post = site.post("A page", f'<img src="{address}"/>')
    site.php(f"""
        update_option( 'shown', array( 'logo' => '{address}' ) );
        update_post_meta( {post["id"]}, 'json', wp_slash( wp_json_encode( array( 'src' => '{address}' ) ) ) );
        return true;
    """)
    return int(media["id"])


def state(site: Site) -> tuple[object, object]:
    return site.files(), site.rows("wp_image_renamer")


def killed(answer: Callable[[], httpx.Response]) -> None:
    """The request got no answer; the server is started again."""
    with pytest.raises(httpx.RemoteProtocolError):
        answer()


def again(site: Site, answer: Callable[[], httpx.Response]) -> httpx.Response:
    """The first answer that is not "busy": a lease outlives the process that held it for a moment."""
    site.serve()
    site.clients.clear()
    while (told := answer()).status_code == 423:
        time.sleep(0.05)
    return told


def test_a_rename_that_is_killed_at_any_step_is_finished_by_its_retry(site: Site):
    attachment = furnished(site)
    start = state(site)
    request = uuid4().hex
    assert ask(site, attachment, "red-bicycle", request_id=request).status_code == 200
    finished = state(site)
    undo(site, request)
    for step in RENAME_STEPS:
        request = uuid4().hex
        kill_at(site, step)
        killed(partial(ask, site, attachment, "red-bicycle", request_id=request))
        told = again(site, partial(ask, site, attachment, "red-bicycle", request_id=request))
        assert told.json()["state"] == "done", (step, told.text)
        assert state(site) == finished, step
        assert undo(site, request).json()["merged"] == 0
        assert state(site) == start, step


def test_an_undo_that_is_killed_at_any_step_is_finished_by_its_retry(site: Site):
    attachment = furnished(site)
    start = state(site)
    for step in UNDO_STEPS:
        request = uuid4().hex
        assert ask(site, attachment, "red-bicycle", request_id=request).status_code == 200
        kill_at(site, step)
        killed(partial(undo, site, request))
        told = again(site, partial(undo, site, request))
        assert told.json()["state"] == "undone", (step, told.text)
        assert state(site) == start, step


def test_until_it_is_switched_the_old_addresses_are_right_and_then_the_new_ones(site: Site):
    attachment = furnished(site)
    old = site.media(attachment)["source_url"]
    for step in ("linked", "switched"):
        kill_at(site, step)
        request = uuid4().hex
        killed(partial(ask, site, attachment, "red-bicycle", request_id=request))
        site.serve()
        site.clients.clear()
        assert site.get(old).status_code == 200
        assert site.get(site.media(attachment)["source_url"]).status_code == 200
        again(site, partial(ask, site, attachment, "red-bicycle", request_id=request))
        assert site.api().get(f"{ROUTES}/renames/{request}").json()["state"] == "done"
        undo(site, request)


@contextmanager
def other_connection(site: Site) -> Iterator[Callable[[str], None]]:
    """Somebody else's transaction, in which statements are run one after another."""
    with mariadb.session(site.server, site.database) as session:
        statements, told = session.stdin, session.stdout
        assert statements is not None
        assert told is not None

        def say(sql: str) -> None:
            statements.write(f"{sql}; SELECT 'done';\n")
            statements.flush()
            while told.readline() != "done\n":
                assert session.poll() is None, sql

        yield say
        statements.close()


def waits_for_a_row_of_meta(site: Site) -> bool:
    running = "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND db = DATABASE()"
    return bool(site.sql(f"{running} AND info LIKE 'SELECT%meta_value%FOR UPDATE'"))


def test_a_rename_that_the_database_gave_up_for_another_is_done_at_its_next_try(site: Site):
    attachment = furnished(site)
    request = uuid4().hex
    assert ask(site, attachment, "red-bicycle", request_id=request).status_code == 200
    finished = state(site)
    undo(site, request)
    site.sql("CREATE TABLE heavy (id int PRIMARY KEY AUTO_INCREMENT, text text) ENGINE=InnoDB")
    with other_connection(site) as say, ThreadPoolExecutor(1) as pool:
        say("BEGIN")
        say("INSERT INTO heavy (text) SELECT seq FROM seq_1_to_5000")  # the lighter of two is given up
        say("SELECT 1 FROM wp_postmeta WHERE meta_key = '_wp_attached_file' FOR UPDATE")
        renaming = pool.submit(ask, site, attachment, "red-bicycle")
        eventually(partial(waits_for_a_row_of_meta, site))
        say("UPDATE wp_image_renamer_leases SET ends_at = ends_at")  # for which the rename does not let go
        say("ROLLBACK")
        assert renaming.result().json()["state"] == "done"
    site.sql("DROP TABLE heavy")
    assert state(site) == finished
    assert "Deadlock found" in site.log()
    (site.folder / "debug.log").unlink()


def test_on_tables_without_transactions_nothing_is_left_half_done(site: Site):
    attachment = furnished(site)
    for table in ("wp_posts", "wp_postmeta", "wp_options"):
        site.sql(f"ALTER TABLE {table} ENGINE=MyISAM")
    start = state(site)
    site.must_use("refuser", REFUSER)
    refused = ask(site, attachment, "red-bicycle")
    assert (refused.status_code, refused.json()["code"]) == (409, "contended")
    assert state(site) == start
    (site.root / "wp-content/mu-plugins/refuser.php").unlink()
    request = uuid4().hex
    kill_at(site, "switching")
    killed(partial(ask, site, attachment, "red-bicycle", request_id=request))
    assert again(site, partial(ask, site, attachment, "red-bicycle", request_id=request)).json()["state"] == "done"
    assert site.sql("SELECT COUNT(*) FROM wp_posts WHERE post_content LIKE '%/IMG_1.jpg%'") == [["0"]]
    assert undo(site, request).json()["state"] == "undone"
    assert state(site) == start
