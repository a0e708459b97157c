"""The connector and the plugin together, beyond the shared suite: what is cut off, signed, edited and told."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from appliance import sources
from connectors import wordpress as kind
from connectors.base import Entry, FileGone, NameTaken, Surroundings, Texts
from connectors.wordpress.library import Library
from connectors.wordpress.media import id_of
from connectors.wordpress.plugin import request_id
from tests.connectors.wordpress_site import PLUGIN, SiteFromOutside, options
from tests.servers import wordpress
from tests.servers.wordpress import Site
from tests.watching import eventually


@pytest.fixture(scope="module")
def running(mariadb_server: Path) -> Iterator[Site]:
    with wordpress.site(mariadb_server) as site:
        site.install(PLUGIN, "image-renamer")
        yield site


@pytest.fixture
def site(running: Site) -> Iterator[Site]:
    SiteFromOutside(running)
    running.sql("DELETE FROM wp_image_renamer_redirects")  # which keep names for images of other tests
    yield running
    for plugin in (running.root / "wp-content/mu-plugins").glob("*.php"):
        plugin.unlink()


@pytest.fixture
def library(site: Site) -> Library:
    return kind.connect(options(site), poll_seconds=0.2)


def upload(site: Site, name: str = "IMG_1.jpg") -> str:
    made = io.BytesIO()
    Image.effect_noise((400, 300), 50).convert("RGB").save(made, "JPEG")
    return str(site.upload(name, made.getvalue())["media_details"]["file"])


def seen(library: Library, path: str) -> Entry:
    found = library.stat(path)
    assert found is not None
    return found


def renamed(library: Library, path: str, to: str, key: str = "1") -> Entry:
    return library.rename(seen(library, path), path.replace("IMG_1", to), key=key, step=lambda _: None)


def test_every_step_of_the_set_up_passes(site: Site):
    steps = sources.tested(
        "wordpress", {"pairing": site.php("return Image_Renamer\\Pairing::bundle();")}, Path("nothing")
    )

    assert [step for step in steps if step.problem] == []
    assert len(steps) == 7


def test_a_paired_site_is_reached_also_where_its_host_takes_the_password_away(site: Site):
    path = upload(site)
    bundle = site.php("return Image_Renamer\\Pairing::bundle();")
    site.must_use("strips", "unset( $_SERVER['PHP_AUTH_USER'], $_SERVER['PHP_AUTH_PW'] );")
    library = kind.connect(kind.Options(pairing=bundle))

    library.check()
    done = renamed(library, path, "red-bicycle")
    library.describe(done, Texts(alt="A red bicycle, ünder a tree & more"), key="1")
    assert [entry.path for entry in library.scan()] == [done.path] == [path.replace("IMG_1", "red-bicycle")]


def test_an_answer_that_never_arrives_is_asked_for_again(site: Site, library: Library):
    """The first call is cut off in the middle by the site's own web server, which is then started anew."""
    path = upload(site)
    die = "update_option( 'killed', 1 ); posix_kill( getmypid(), 9 );"
    kill = f"if ( 'linked' === $step && ! get_option( 'killed' ) ) {{ {die} }}"
    site.must_use("killed", f"add_action( 'image_renamer_step', function ( $step ) {{ {kill} }} );")
    site.must_use("short", "add_filter( 'image_renamer_lease_seconds', function () { return 2; } );")

    done = renamed(library, path, "red-bicycle")

    assert done.path == path.replace("IMG_1", "red-bicycle")
    assert not any("IMG_1" in name for name in site.files())
    site.php("return delete_option( 'killed' );")


def test_a_rename_that_another_call_is_at_is_waited_for(site: Site, library: Library):
    path = upload(site)
    site.must_use(
        "slow", "add_action( 'image_renamer_step', function ( $step ) { 'linked' === $step && sleep( 2 ); } );"
    )
    entry, to = seen(library, path), path.replace("IMG_1", "red-bicycle")
    answers: list[Entry] = []
    other = threading.Thread(
        target=lambda: answers.append(library.rename(entry, to, key="1", step=lambda _: None)), daemon=True
    )
    other.start()
    answers.append(kind.connect(options(site)).rename(entry, to, key="1", step=lambda _: None))
    other.join(60)

    assert answers == [seen(library, to)] * 2


def test_what_is_left_of_a_rename_that_was_cut_off_is_finished(site: Site, library: Library):
    path = upload(site)
    entry, to = seen(library, path), path.replace("IMG_1", "beach")
    number = request_id("renamer", id_of(entry.version), path, to, "1")
    die = "if ( 'purged' === $step ) { throw new Error( 'cut off' ); }"
    site.must_use("dies", f"add_action( 'image_renamer_step', function ( $step ) {{ {die} }} );")
    asked = {"request_id": number, "name": "beach", "expect_file": path, "old_files": "remove"}
    cut_off = site.api().post(f"/image-renamer/v1/media/{id_of(entry.version)}/rename", json=asked)
    assert cut_off.status_code == 500
    (site.root / "wp-content/mu-plugins/dies.php").unlink()
    assert {"beach", "IMG_1"} <= {Path(name).stem for name in site.files()}

    done = library.rename(entry, to, key="1", step=lambda _: None)

    assert done.path == to
    assert not any("IMG_1" in name for name in site.files())


def test_an_undo_puts_files_and_rows_back_and_keeps_what_was_edited_since(site: Site, library: Library):
    path = upload(site)
    address = f"{site.url}/wp-content/uploads/{path}"
    first, second = (site.post(title, f'<img src="{address}">') for title in ("First", "Second"))
    before = site.files()
    done = renamed(library, path, "beach")
    site.edit(f"/wp/v2/posts/{second['id']}", content=f'<p>Later</p><img src="{address.replace("IMG_1", "beach")}">')

    back = library.undo(done, path, undoes="1", key="2")
    assert library.undo(done, path, undoes="1", key="2") == back == seen(library, path)

    assert site.files() == before
    assert address in site.get(first["link"]).text
    assert "Later" in site.get(second["link"]).text
    assert address in site.get(second["link"]).text


def test_what_was_put_back_on_the_site_is_renamed_anew_under_the_same_key(site: Site, library: Library):
    """As after the appliance's database was lost, and counts from the beginning again."""
    path = upload(site)
    entry = seen(library, path)
    done = renamed(library, path, "beach")
    site.api().post(
        f"/image-renamer/v1/renames/{request_id('renamer', id_of(entry.version), path, done.path, '1')}/undo"
    )
    assert seen(library, path) == entry

    again = renamed(library, path, "beach")
    assert again == done == seen(library, done.path)

    assert library.undo(again, path, undoes="1", key="2") == entry


def test_without_the_plugins_memory_an_undo_is_a_rename(site: Site, library: Library):
    path = upload(site)
    entry = seen(library, path)
    done = renamed(library, path, "beach")

    assert library.undo(done, path, undoes="another", key="2") == entry


def test_a_name_that_a_file_has_which_the_library_does_not_show_is_remembered_as_taken(site: Site, library: Library):
    path = upload(site)
    folder = path.rpartition("/")[0]
    (site.uploads / folder / "beach.jpg").write_bytes(b"a stranger's")
    assert "beach.jpg" not in library.names(folder)

    with pytest.raises(NameTaken, match=r"beach\.jpg exists already"):
        renamed(library, path, "beach")
    assert "beach.jpg" in library.names(folder)
    assert (site.uploads / folder / "beach.jpg").read_bytes() == b"a stranger's"


def test_a_file_that_was_renamed_on_the_site_since_is_no_longer_there(site: Site, library: Library):
    path = upload(site)
    entry = seen(library, path)
    renamed(kind.connect(options(site)), path, "lighthouse")

    with pytest.raises(FileGone, match="lighthouse"):
        library.rename(entry, path.replace("IMG_1", "beach"), key="2", step=lambda _: None)


def test_the_proof_counts_what_was_fetched(site: Site, library: Library):
    path = upload(site)
    address = f"{site.url}/wp-content/uploads/{path}"
    post = site.post("A page", f'<img src="{address}">')
    done = renamed(library, path, "beach")

    proof = library.report(done, before=path, key="1")
    assert proof["files"] == proof["new_good"] == proof["old_led_on"] == len(site.files())
    assert (proof["pages_checked"], proof["left_over"], proof["old_kept"]) == (1, 0, 0)

    site.sql(f"UPDATE wp_posts SET post_content = 'beach {address}' WHERE ID = {post['id']}")  # noqa: S608
    assert library.report(done, before=path, key="1")["left_over"] == 1


def test_where_old_addresses_lead_nowhere_the_old_files_are_kept(site: Site, library: Library):
    path = upload(site)
    refuse = "http_response_code( 404 ); exit;"
    site.must_use("static", f"if ( false !== strpos( $_SERVER['REQUEST_URI'], '/uploads/' ) ) {{ {refuse} }}")
    before = set(site.files())

    done = renamed(library, path, "beach")

    assert before < set(site.files())
    assert site.get(f"/wp-content/uploads/{path}").status_code == 200
    assert library.report(done, before=path, key="1")["old_kept"] == len(before)


def test_what_comes_and_what_goes_is_told_folder_by_folder(site: Site, library: Library):
    told: list[str | None] = []
    with library.watching(told.append) as watch:
        assert watch.blind == ""
        path = upload(site)
        folder = path.rpartition("/")[0]
        eventually(lambda: folder in told)
        assert [entry.path for entry in library.scan()] == [path]
        told.clear()
        site.api("admin").delete(f"/wp/v2/media/{id_of(seen(library, path).version)}", params={"force": True})
        eventually(lambda: folder in told)
    assert list(library.scan()) == []


def test_a_nudge_is_answered_at_once(site: Site):
    library = kind.connect(options(site), poll_seconds=600)
    told: list[str | None] = []
    with library.watching(told.append) as watch:
        path = upload(site)
        watch.nudge()
        eventually(lambda: path.rpartition("/")[0] in told)


@pytest.mark.parametrize(
    ("key", "phrase"),
    [("_yoast_wpseo_focuskw", "mountain bike"), ("rank_math_focus_keyword", "mountain bike,trail,forest")],
    ids=["Yoast", "Rank Math"],
)
def test_what_a_post_is_to_be_found_by_is_known_of_its_featured_image(
    site: Site, library: Library, key: str, phrase: str
):
    path = upload(site)
    post = site.post("Spring &amp; bikes", "…", featured_media=id_of(seen(library, path).version))
    site.php(f"return update_post_meta( {post['id']}, '{key}', '{phrase}' );")

    found = library.surroundings(seen(library, path))
    assert found == Surroundings(title="Spring & bikes", keyphrase="mountain bike")


@pytest.mark.parametrize("gallery", ["_thumbnail_id", "_product_image_gallery"])
def test_a_product_is_known_of_its_pictures(site: Site, library: Library, gallery: str):
    # As a real shop has it: nobody but its manager may edit products.
    rights = "'capability_type' => 'product', 'map_meta_cap' => true"
    shop = f"register_post_type( 'product', array( 'public' => true, {rights} ) );"
    site.must_use("shop", f"add_action( 'init', function () {{ {shop} }} );")
    path = upload(site)
    image = id_of(seen(library, path).version)
    value = str(image) if gallery == "_thumbnail_id" else f"700001,{image},700002"
    post = "array( 'post_type' => 'product', 'post_status' => 'publish', 'post_title' => 'Nordlicht Beanie' )"
    site.php(f"$id = wp_insert_post( {post} ); return update_post_meta( $id, '{gallery}', '{value}' );")

    found = library.surroundings(seen(library, path))
    assert found == Surroundings(title="Nordlicht Beanie", product="Nordlicht Beanie")


def test_an_image_that_nothing_shows_has_no_surroundings(site: Site, library: Library):
    assert library.surroundings(seen(library, upload(site))) == Surroundings()
