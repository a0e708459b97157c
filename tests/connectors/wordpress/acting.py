"""What tests do with the plugin."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
from PIL import Image

from tests.servers.wordpress import Site

ROUTES = "/image-renamer/v1"
SHOWN = "SELECT ID, post_content, post_excerpt, post_content_filtered FROM wp_posts"


def photo(width: int = 900, height: int = 600, colour: str = "teal", kind: str = "JPEG") -> bytes:
    made = BytesIO()
    Image.new("RGB", (width, height), colour).save(made, kind)
    return made.getvalue()


def ask(site: Site, attachment: int, name: str, **more: object) -> httpx.Response:
    """The answer to a rename, whatever it is."""
    request = {"request_id": uuid4().hex, "name": name, "old_files": "remove", **more}
    return site.api().post(f"{ROUTES}/media/{attachment}/rename", json=request)


def rename(site: Site, attachment: int, name: str, **more: object) -> dict[str, Any]:
    """What the plugin tells of a rename that is done."""
    answer = ask(site, attachment, name, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def undo(site: Site, request: str) -> httpx.Response:
    return site.api().post(f"{ROUTES}/renames/{request}/undo")


def texts(site: Site) -> list[str]:
    """All rows of WordPress' own tables; of posts, what pages show."""
    tables = site.rows("wp_image_renamer")
    tables["wp_posts"] = ["\t".join(row) for row in site.sql(SHOWN)]
    return [line for lines in tables.values() for line in lines]
