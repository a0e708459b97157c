"""Whether old addresses can lead to new ones depends on the web server: the probe tells."""

from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.connectors.wordpress.acting import ROUTES, photo, rename
from tests.servers import apache, nginx
from tests.servers.wordpress import PARTS, Site

ASKS_WORDPRESS = "location / { try_files $uri @behind; }"
ANSWERS_ITSELF = "location ~* \\.(jpg|png)$ { expires max; } location / { try_files $uri @behind; }"

# What WordPress itself writes where permalinks are pretty.
RULES = """
RewriteEngine On
RewriteBase /
RewriteRule ^index\\.php$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . /index.php [L]
"""


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


def test_the_probe_tells_whether_apache_has_the_rules_of_wordpress(site: Site, tmp_path: Path):
    media = site.upload("IMG_1.jpg", photo())
    new = rename(site, media["id"], "red-bicycle")["url"]
    probe = site.api().get(f"{ROUTES}/status").json()["probe_url"]
    php = ("php-cgi", "-c", str(PARTS / "php.ini"))
    with apache.serving(site.root, urlsplit(site.url).netloc, php, tmp_path / "apache") as client:

        def told() -> list[int]:
            return [client.get(urlsplit(address).path).status_code for address in (new, media["source_url"], probe)]

        assert told() == [200, 404, 404]
        (site.root / ".htaccess").write_text(RULES)
        assert told() == [200, 301, 301]
        assert client.get(urlsplit(media["source_url"]).path).headers["location"] == new
