"""Whether old addresses can lead to new ones depends on the web server: the probe tells."""

from pathlib import Path

import httpx

from tests.connectors.wordpress.acting import ROUTES, photo, rename
from tests.servers import nginx
from tests.servers.wordpress import Site

ASKS_WORDPRESS = "location / { try_files $uri @behind; }"
ANSWERS_ITSELF = "location ~* \\.(jpg|png)$ { expires max; } location / { try_files $uri @behind; }"


def test_the_probe_tells_whether_nginx_lets_wordpress_answer_for_missing_files(site: Site, tmp_path: Path):
    media = site.upload("IMG_1.jpg", photo())
    rename(site, media["id"], "red-bicycle")
    probe = site.api().get(f"{ROUTES}/status").json()["probe_url"]

    def told(client: httpx.Client) -> list[int]:
        new = site.media(media["id"])["source_url"]
        return [client.get(address).status_code for address in (new, media["source_url"], probe)]

    with nginx.before(site.url, site.root, ASKS_WORDPRESS, tmp_path / "asks") as client:
        assert told(client) == [200, 301, 301]
        assert client.get(probe).headers["x-image-renamer"] == "redirects-work"
    with nginx.before(site.url, site.root, ANSWERS_ITSELF, tmp_path / "itself") as client:
        assert told(client) == [200, 404, 404]
