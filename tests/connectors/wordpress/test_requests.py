"""What is asked of the plugin, and what it refuses; redirects, uploads and edits around a rename."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.connectors.wordpress.acting import ROUTES, ask, photo, rename, undo
from tests.servers.wordpress import Site

SLOW = """
add_action( 'image_renamer_step', function ( $name ) {
	$note = WP_CONTENT_DIR . '/wait';
	if ( is_file( $note ) && file_get_contents( $note ) === $name ) {
		touch( "$note-reached" );
		for ( $tries = 0; is_file( $note ) && $tries < 2000; $tries++ ) {
			usleep( 10000 );
			clearstatcache();
		}
	}
} );
"""


class Halted:
    """A rename that waits at a step until it is let go."""

    def __init__(self, site: Site, step: str, attachment: int, name: str, **more: object):
        site.must_use("slow", SLOW)
        self.note = site.root / "wp-content/wait"
        self.note.write_text(step)
        client = Site(site.folder, site.server, site.database, site.url, site.passwords)
        self.pool = ThreadPoolExecutor(1)
        self.answer = self.pool.submit(ask, client, attachment, name, **more)
        reached = self.note.with_name("wait-reached")
        while not reached.exists() and not self.answer.done():
            threading.Event().wait(0.01)
        reached.unlink()

    def go_on(self) -> httpx.Response:
        self.note.unlink()
        return self.answer.result()


def test_a_request_is_replayed_reused_stale_or_has_nothing_to_do(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    file = media["media_details"]["file"]
    told = rename(site, media["id"], "red-bicycle", request_id="request-1", expect_file=file)
    again = ask(site, media["id"], "red-bicycle", request_id="request-1", expect_file=file)
    assert again.json() == told | {"replayed": True}
    assert ask(site, media["id"], "blue-bicycle", request_id="request-1").json()["code"] == "request_reused"
    assert ask(site, media["id"], "blue-bicycle", request_id="request-1").status_code == 422
    stale = ask(site, media["id"], "blue-bicycle", expect_file=file)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert stale.json()["data"]["file"] == told["to"]
    assert rename(site, media["id"], "red-bicycle")["state"] == "noop"
    assert rename(site, media["id"], "red-bicycle.jpg")["state"] == "noop"
    assert ask(site, 99999, "x").status_code == 404
    assert undo(site, "request-0").status_code == 404


def test_bad_names_and_people_without_the_right_are_refused(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    names = [
        "",
        "a/b",
        "../a",
        "a.png",
        "a b",
        "-a",
        "a-",
        "red-scaled",
        "red-300x200",
        "a" * 181,
        "a\0b",
        "a%2Fb",
        ".",
        "é\ud800",
    ]
    for name in names[:-1]:
        answer = ask(site, media["id"], name)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_name"), name
    for login, status in (("author", 403), ("", 401)):
        assert site.api(login).get(f"{ROUTES}/status").status_code == status
        assert site.api(login).post(f"{ROUTES}/media/{media['id']}/rename", json={}).status_code in (400, status)
        assert site.api(login).get(f"{ROUTES}/events").status_code == status
    assert [Path(name).name for name in site.files() if "IMG_1" in name]


def test_a_name_that_is_taken_is_refused_or_gets_a_number(site: Site):
    first, second, third = (site.upload(f"IMG_{number}.jpg", photo())["id"] for number in (1, 2, 3))
    old = rename(site, first, "red-bicycle")["from"]
    files = site.files()
    for name in ("red-bicycle", Path(old).stem):
        refused = ask(site, second, name)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert site.files() == files
    assert rename(site, second, "red-bicycle", on_conflict="suffix")["to"].endswith("/red-bicycle-2.jpg")
    assert rename(site, third, "red-bicycle", on_conflict="suffix")["to"].endswith("/red-bicycle-3.jpg")


def test_two_images_for_one_name_and_one_image_twice(site: Site):
    first, second = (site.upload(f"IMG_{number}.jpg", photo())["id"] for number in (1, 2))
    before = {name: content for name, content in site.files().items() if "IMG_2" in name}
    running = Halted(site, "linked", first, "red-bicycle", request_id="request-1")
    loser = ask(site, second, "red-bicycle")
    assert (loser.status_code, loser.json()["code"]) == (409, "conflict")
    assert ask(site, first, "blue-bicycle").status_code == 423
    assert ask(site, first, "red-bicycle", request_id="request-1").status_code == 423
    assert running.go_on().json()["state"] == "done"
    assert ask(site, first, "red-bicycle", request_id="request-1").json()["replayed"]
    assert {name: content for name, content in site.files().items() if "IMG_2" in name} == before


def test_edits_during_and_after_a_rename_are_kept(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    old = media["source_url"]
    post = site.post("A page", f'<img src="{old}"/>')
    running = Halted(site, "linked", media["id"], "red-bicycle", request_id="request-1")
    site.edit(f"/wp/v2/posts/{post['id']}", content=f'<img src="{old}"/> edited')
    late = site.post("Another", f'<img src="{old}"/>')
    assert running.go_on().status_code == 200
    new = site.media(media["id"])["source_url"]

    def content(which: int) -> str:
        answer = site.api("admin").get(f"/wp/v2/posts/{which}", params={"context": "edit"})
        return str(answer.json()["content"]["raw"])

    assert content(post["id"]) == f'<img src="{new}"/> edited'
    assert content(late["id"]) == f'<img src="{new}"/>'
    stale_tab = f'<img src="{old}"/> saved by a tab that was open, C:\\\\path and "{old.replace("/", chr(92) + "/")}"'
    site.edit(f"/wp/v2/posts/{post['id']}", content=stale_tab)
    assert content(post["id"]) == stale_tab.replace("IMG_1", "red-bicycle")
    undone = undo(site, "request-1").json()
    assert undone["merged"] >= 1
    assert content(post["id"]) == stale_tab
    assert content(late["id"]) == f'<img src="{old}"/>'


def test_every_old_address_is_one_hop_from_the_file_with_its_query(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    sizes = [size["source_url"] for size in media["media_details"]["sizes"].values()]
    first = rename(site, media["id"], "first-name")["request_id"]
    second = rename(site, media["id"], "second-name")["request_id"]
    for address in sizes:
        answer = site.get(address + "?v=1&w=2")
        assert answer.status_code == 301
        assert answer.headers["cache-control"] == "public, max-age=3600"
        assert answer.headers["location"] == address.replace("IMG_1", "second-name") + "?v=1&w=2"
        assert site.get(answer.headers["location"]).status_code == 200
    assert site.get(sizes[0].replace("IMG_1", "never")).status_code == 404
    assert undo(site, first).json()["code"] == "not_latest"
    assert undo(site, first).status_code == 409
    assert undo(site, second).status_code == 200
    assert undo(site, first).status_code == 200
    assert site.get(sizes[0]).status_code == 200
    assert site.get(sizes[0].replace("IMG_1", "second-name")).headers["location"] == sizes[0]


def test_an_upload_never_gets_an_old_name(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    rename(site, media["id"], "red-bicycle")
    assert site.upload("IMG_1.jpg", photo(colour="red"))["source_url"].endswith("/IMG_1-1.jpg")
    assert site.get(media["source_url"]).status_code == 301


def test_old_files_are_kept_where_that_is_asked_or_redirects_do_not_work(site: Site):
    kept, auto = (site.upload(f"IMG_{number}.jpg", photo()) for number in (1, 2))
    told = rename(site, kept["id"], "red-bicycle", old_files="keep")
    assert len(told["report"]["kept"]) == len(told["files"])
    assert site.get(kept["source_url"]).content == photo()
    cleaned = site.api().post(f"{ROUTES}/renames/{told['request_id']}/cleanup").json()
    assert cleaned["report"]["kept"] == []
    assert site.get(kept["source_url"]).status_code == 301
    assert rename(site, auto["id"], "blue-bicycle", old_files="auto")["report"]["kept"] == []
    site.php("update_option( 'image_renamer_probe', array( 'at' => time(), 'works' => false ) ); return 1;")
    assert rename(site, auto["id"], "green-bicycle", old_files="auto")["report"]["kept"] != []


def test_many_rows_are_changed_in_several_requests(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    posts = [site.post(f"Page {number}", f'<img src="{media["source_url"]}"/>') for number in range(5)]
    files, rows = site.files(), site.rows("wp_image_renamer")
    request = uuid4().hex
    answers = [ask(site, media["id"], "red-bicycle", request_id=request, max_rows=2) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 200]
    route = "/wp/v2/posts/{}?context=edit"
    shown = [site.api("admin").get(route.format(post["id"])).json()["content"]["raw"] for post in posts]
    assert all("/red-bicycle.jpg" in content for content in shown)
    assert undo(site, request).json()["exact"] >= 5
    assert (site.files(), site.rows("wp_image_renamer")) == (files, rows)


def test_what_other_tables_hold_may_block_a_rename_or_be_allowed(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    site.sql("CREATE TABLE wp_slides (id int PRIMARY KEY, layers text)")
    site.sql("INSERT INTO wp_slides SELECT ID, guid FROM wp_posts WHERE post_type = 'attachment'")
    blocked = ask(site, media["id"], "red-bicycle", on_unhandled="block")
    assert (blocked.status_code, blocked.json()["code"]) == (409, "unhandled_references")
    allowed = "array( array( 'wp_slides', 'id', 'layers' ) )"
    site.must_use("allow", f"add_filter( 'image_renamer_tables', function () {{ return {allowed}; }} );")
    assert rename(site, media["id"], "red-bicycle", on_unhandled="block")["rows"]["wp_slides"] == 1
    assert site.sql("SELECT layers FROM wp_slides")[0][0].endswith("/red-bicycle.jpg")


def test_an_image_in_another_storage_is_refused(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    site.php(f"return add_post_meta( {media['id']}, 'amazonS3_info', array( 'bucket' => 'photos' ) );")
    assert ask(site, media["id"], "red-bicycle").json()["code"] == "offloaded"


@pytest.mark.parametrize("fault", ["missing", "foreign"])
def test_a_file_that_cannot_be_renamed_changes_nothing(site: Site, fault: str):
    media = site.upload("IMG_1.jpg", photo())
    file = next(site.uploads.rglob("IMG_1.jpg"))
    if fault == "missing":
        file.unlink()
    else:
        (file.parent / "red-bicycle-300x200.jpg").write_bytes(b"another's")
    before = site.files(), site.rows("wp_image_renamer")
    answer = ask(site, media["id"], "red-bicycle")
    assert (answer.status_code, answer.json()["code"]) == (
        409,
        {"missing": "missing_file", "foreign": "conflict"}[fault],
    )
    assert (site.files(), site.rows("wp_image_renamer")) == before


def test_without_links_files_are_copied(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    files = site.files()
    site.serve("-d", "disable_functions=link")
    assert site.api().get(f"{ROUTES}/status").json()["links"] is False
    told = rename(site, media["id"], "red-bicycle")
    assert sorted(site.files().values()) == sorted(files.values())
    assert undo(site, told["request_id"]).json()["state"] == "undone"
    assert site.files() == files
