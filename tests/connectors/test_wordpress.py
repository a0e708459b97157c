"""The shared suite on a real WordPress with the plugin, as far as a media library can do what it asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.base import ConnectorError
from tests.connectors.conformance import Conformance, Source, entry, no_step, rename
from tests.connectors.wordpress_site import PLUGIN, SiteFromOutside
from tests.servers import wordpress
from tests.servers.wordpress import Site


@pytest.fixture(scope="module")
def site(mariadb_server: Path) -> Iterator[Site]:
    with wordpress.site(mariadb_server) as site:
        site.install(PLUGIN, "image-renamer")
        yield site


@pytest.fixture
def source(site: Site) -> SiteFromOutside:
    return SiteFromOutside(site)


class TestMediaLibrary(Conformance):
    """What is set to None cannot be: a media library holds images alone, each of which somebody uploaded, under names
    that WordPress has cleaned, in the folder of its month."""

    test_a_scan_finds_companions_too = None  # type: ignore[assignment]
    test_a_scan_leaves_out_what_is_unfinished_hidden_or_no_image = None
    test_names_are_of_files_and_folders_hidden_or_not = None  # type: ignore[assignment]
    test_a_rename_into_another_folder = None  # type: ignore[assignment]
    test_a_strange_name_is_a_name_like_any_other = None

    def test_names_are_of_every_file_that_belongs_to_an_image(self, source: SiteFromOutside):
        for path in ("a/IMG_1.jpg", "a/b/IMG_2.jpg", "IMG_3.jpg"):
            source.put(path, b"x")

        assert list(source.connector.names("a")) == ["IMG_1.jpg"]
        assert list(source.connector.names("")) == ["IMG_3.jpg", "a"]

    def test_what_is_no_image_is_left_out(self, source: SiteFromOutside):
        for path in ("a/letter.pdf", "a/film.mp4", "a/drawing.svg", "a/IMG_1.jpg"):
            source.put(path, b"x")

        assert [found.path for found in source.connector.scan()] == ["a/IMG_1.jpg"]

    def test_a_name_in_another_case_only(self, source: Source):
        source.put("IMG_1.jpg", b"one")
        rename(source, "IMG_1.jpg", "img_1.jpg")
        assert source.everything() == {"img_1.jpg": b"one"}

    def test_an_ending_stays_as_it_is(self, source: SiteFromOutside):
        source.put("IMG_1.JPG", b"one")
        known = entry(source, "IMG_1.JPG")
        done = rename(source, "IMG_1.JPG", "beach.jpg")
        assert done == entry(source, "beach.JPG")
        assert source.another().rename(known, "beach.jpg", key="1", step=no_step) == done
        assert source.another().undo(done, "IMG_1.JPG", undoes="1", key="2") == known
        assert source.everything() == {"IMG_1.JPG": b"one"}

    def test_an_image_stays_in_the_folder_of_its_upload(self, source: SiteFromOutside):
        source.put("a/IMG_1.jpg", b"one")
        source.put("b/IMG_2.jpg", b"two")

        with pytest.raises(ConnectorError, match="keeps an image in the folder") as caught:
            rename(source, "a/IMG_1.jpg", "b/beach.jpg")
        assert caught.value.permanent
        assert source.everything() == {"a/IMG_1.jpg": b"one", "b/IMG_2.jpg": b"two"}
