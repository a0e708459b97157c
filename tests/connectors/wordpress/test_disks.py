"""Uploads folders that make trouble: no links, no space, no right to write."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.connectors.wordpress.acting import ROUTES, ask, photo, rename, undo
from tests.servers import fuse
from tests.servers.wordpress import Site


@contextmanager
def disk(site: Site, *options: str) -> Iterator[None]:
    """The uploads folder lies on such a disk, with what was in it."""
    backing = site.folder / "backing"
    if not backing.exists():
        site.uploads.rename(backing)
    site.uploads.mkdir(exist_ok=True)
    with fuse.mounted(backing, site.uploads, *options):
        yield


def world(site: Site) -> tuple[dict[str, str], dict[str, list[str]]]:
    return site.files(), site.rows("wp_image_renamer")


def test_a_disk_without_links_that_is_full_changes_nothing_and_with_space_it_works(site: Site):
    media = site.upload("IMG_1.jpg", photo(3000, 2000))
    start = world(site)
    used = sum(path.stat().st_size for path in site.uploads.rglob("*.jpg"))
    # Room for the copies of some of its sizes.
    with disk(site, "--no-links", f"--space={used * 3 // 2}"):
        full = ask(site, media["id"], "red-bicycle")
        assert (full.status_code, full.json()["code"]) == (500, "fs")
        assert world(site) == start
    with disk(site, "--no-links"):
        assert site.api().get(f"{ROUTES}/status").json()["links"] is False
        told = rename(site, media["id"], "red-bicycle")
        assert sorted(site.files().values()) == sorted(start[0].values())
        undo(site, told["request_id"])
        assert world(site) == start


def test_a_folder_that_cannot_be_written_changes_nothing(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    start = world(site)
    with disk(site, "--read-only"):
        refused = ask(site, media["id"], "red-bicycle")
        assert (refused.status_code, refused.json()["code"]) in ((409, "not_writable"), (500, "fs"))
        assert world(site) == start
