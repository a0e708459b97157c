"""The WordPress sites that the tests run on."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.servers import wordpress


def photo() -> bytes:
    made = BytesIO()
    Image.new("RGB", (900, 600), "teal").save(made, "JPEG")
    return made.getvalue()


@pytest.mark.parametrize("release", wordpress.RELEASES)
def test_a_site_takes_uploads_and_shows_them_on_a_page(mariadb_server: Path, release: str):
    with wordpress.site(mariadb_server, release) as site:
        media = site.upload("IMG 1.jpg", photo(), alt_text="Teal")
        post = site.post("A page", f'<img src="{media["source_url"]}"/>')
        assert site.get(media["source_url"]).content == photo()
        assert "IMG-1.jpg" in site.get(post["link"]).text
        assert site.log() == ""


def test_every_site_is_empty_and_knows_its_users(mariadb_server: Path):
    for _ in range(2):
        with wordpress.site(mariadb_server) as site:
            assert site.files() == {}
            assert site.api("admin").get("/wp/v2/posts").json() == []
            assert site.api().get("/wp/v2/users/me", params={"context": "edit"}).json()["slug"] == "renamer"
            assert site.php("return get_bloginfo('name');") == "Test site"


def test_a_site_may_be_the_first_of_a_network(mariadb_server: Path):
    with wordpress.site(mariadb_server, network=True) as site:
        second = site.php("return wpmu_create_blog(DOMAIN_CURRENT_SITE, '/second/', 'Second', 1);")
        assert second == 2
        assert site.get("/second/wp-json/").json()["name"] == "Second"
