"""A media library without the plugin: what is seen of it, and what is written there."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from connectors import wordpress as kind
from connectors.base import Entry, NotYet, Surroundings, Texts
from connectors.wordpress import listing
from connectors.wordpress.library import Library
from tests.connectors.wordpress_site import SiteFromOutside, options
from tests.servers import wordpress
from tests.servers.wordpress import Site


@pytest.fixture(scope="module")
def running(mariadb_server: Path) -> Iterator[Site]:
    with wordpress.site(mariadb_server, wordpress.OLDEST) as site:
        yield site


@pytest.fixture
def source(running: Site) -> SiteFromOutside:
    return SiteFromOutside(running)


@pytest.fixture
def site(source: SiteFromOutside) -> Site:
    return source.site


@pytest.fixture
def library(site: Site) -> Library:
    return kind.connect(options(site))


def photo(width: int = 60, height: int = 40) -> bytes:
    made = io.BytesIO()
    Image.effect_noise((width, height), 50).convert("RGB").save(made, "JPEG")
    return made.getvalue()


def the_only_one(library: Library) -> Entry:
    (entry,) = library.scan()
    return entry


def test_a_big_upload_has_the_name_and_the_bytes_that_it_came_with(site: Site, library: Library):
    data = photo(2700, 1800)
    media = site.upload("IMG 1.JPG", data)
    assert media["media_details"]["file"].endswith("IMG-1-scaled.jpg")

    entry = the_only_one(library)
    assert entry.path.rpartition("/")[2] == "IMG-1.jpg"
    assert library.stat(entry.path) == entry
    assert library.listing(entry.path.rpartition("/")[0]) == [entry]
    with library.open(entry.path) as file:
        assert file.read() == data
    names = set(library.names(entry.path.rpartition("/")[0]))
    assert {"IMG-1.jpg", "IMG-1-scaled.jpg", "IMG-1-300x200.jpg"} <= names


def test_an_upload_of_this_moment_is_left_alone_for_two_minutes(site: Site, library: Library):
    media = site.upload("IMG_1.jpg", photo())
    assert 90 < library.unsettled(the_only_one(library)) <= 120

    site.edit(f"/wp/v2/media/{media['id']}", date_gmt="2026-01-01T00:00:00")
    assert library.unsettled(the_only_one(library)) == 0


def test_every_image_is_listed_once_also_when_others_are_deleted_meanwhile(site: Site, library: Library):
    make = '$ids = array(); for ( $n = 0; $n < 230; $n++ ) { $file = "2026/01/IMG_$n.jpg"; $ids[] = $id ='
    make += " wp_insert_attachment( array( 'post_mime_type' => 'image/jpeg' ), $file );"
    ids = site.php(make + " wp_update_attachment_metadata( $id, array( 'file' => $file ) ); } return $ids;")

    found = listing.every_item(library._site)
    first = [next(found).id for _ in range(50)]
    site.php(
        f"foreach ( array( {', '.join(map(str, ids[:40]))} ) as $id ) {{ wp_delete_post( $id, true ); }} return 1;"
    )
    rest = [one.id for one in found]

    assert sorted(first + rest) == ids


def test_texts_are_written_where_there_are_none(site: Site, library: Library):
    untold = site.upload("IMG_1.jpg", photo())
    told = site.upload("IMG_2.jpg", photo(), alt_text="Mine", title="My title", caption="My caption")
    texts = Texts(alt="A red bicycle.", title="Red bicycle", caption="In the yard.")
    for entry in library.scan():
        library.describe(entry, texts, key="1")
        library.describe(entry, texts, key="1")

    written = {key: _texts(site, media["id"]) for key, media in (("untold", untold), ("told", told))}
    assert written["untold"] == ("A red bicycle.", "Red bicycle", "In the yard.")
    assert written["told"] == ("Mine", "My title", "My caption")


@pytest.mark.parametrize(("texts", "alt"), [("all", "A red bicycle."), ("none", "Mine")])
def test_an_owner_may_have_all_texts_written_or_none(site: Site, texts: str, alt: str):
    media = site.upload("IMG_1.jpg", photo(), alt_text="Mine")
    library = Library(kind.connect(options(site))._site, texts=texts)

    library.describe(the_only_one(library), Texts(alt="A red bicycle."), key="1")

    assert _texts(site, media["id"])[0] == alt


def test_what_was_written_changes_no_version(site: Site, library: Library):
    site.upload("IMG_1.jpg", photo())
    before = the_only_one(library)

    library.describe(before, Texts(alt="A red bicycle."), key="1")

    assert library.stat(before.path) == before


def test_the_post_around_an_image_is_known(site: Site, library: Library):
    post = site.post("Spring &amp; <em>bicycles</em>", "…")
    site.upload("IMG_1.jpg", photo(), post=post["id"])
    assert library.surroundings(the_only_one(library)) == Surroundings(title="Spring & bicycles")

    site.upload("IMG_2.jpg", photo())
    (_, alone) = kind.connect(options(site)).scan()
    assert library.surroundings(alone) == Surroundings()


def test_without_the_plugin_a_name_waits_and_nothing_is_changed(site: Site, library: Library):
    site.upload("IMG_1.jpg", photo())
    entry, before = the_only_one(library), site.files()

    with pytest.raises(NotYet, match="Plugins → Add New → Upload Plugin"):
        library.protocol("")
    with pytest.raises(NotYet):
        library.rename(entry, entry.path.replace("IMG_1", "beach"), key="1", step=lambda _: None)
    assert site.files() == before


def test_plain_permalinks_are_no_hindrance(site: Site, library: Library):
    site.upload("IMG_1.jpg", photo())
    site.php("return update_option( 'permalink_structure', '' );")
    try:
        entry = the_only_one(library)
        assert library.stat(entry.path) == entry
    finally:
        site.php("return update_option( 'permalink_structure', '/%postname%/' );")


def _texts(site: Site, attachment: int) -> tuple[str, str, str]:
    media = site.media(attachment)
    return media["alt_text"], media["title"]["raw"], media["caption"]["raw"]
