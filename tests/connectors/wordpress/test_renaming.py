"""A rename in a real WordPress: the files, the pages, the rows; and back."""

import re

from tests.connectors.wordpress.acting import ROUTES, photo, rename, texts, undo
from tests.connectors.wordpress.conftest import BOTH
from tests.servers.wordpress import Site


def test_a_rename_takes_every_size_and_the_page_along(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    page = site.post(
        "A page", f'<!-- wp:image {{"id":{media["id"]}}} --><img src="{media["source_url"]}"/><!-- /wp:image -->'
    )
    before = site.get(page["link"]).text
    told = rename(site, media["id"], "red-bicycle")
    assert told["state"] == "done"
    assert sorted(site.files()) == sorted(told["files"].values())
    assert all("red-bicycle" in name for name in site.files())
    after = site.get(page["link"]).text
    assert after == before.replace("IMG_1", "red-bicycle")
    assert not [line for line in texts(site) if re.search(r"IMG_1[-.]", line)]


@BOTH
def test_an_undo_leaves_everything_as_it_was(site: Site):
    media = site.upload("IMG_1.jpg", photo())
    site.post("A page", f'<img src="{media["source_url"]}"/>')
    files, rows = site.files(), site.rows("wp_image_renamer")
    told = rename(site, media["id"], "red-bicycle")
    undone = undo(site, told["request_id"]).json()
    assert undone["state"] == "undone"
    assert site.files() == files
    assert site.rows("wp_image_renamer") == rows
    assert undo(site, told["request_id"]).json()["replayed"]


def test_the_status_says_what_the_site_can_do(site: Site):
    status = site.api().get(f"{ROUTES}/status").json()
    assert status["writable"]
    assert status["links"]
    assert status["engine"] == "InnoDB"
    assert all(status["capabilities"].values())
    assert site.get(status["probe_url"]).status_code == 301
