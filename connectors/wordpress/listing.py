"""Reads the media library page by page."""

from collections.abc import Iterator
from typing import Any

from connectors.wordpress.media import FIELDS, Item, item
from connectors.wordpress.site import Refusal, Site

_PAGE = 100  # the most that WordPress gives at once
_EDITABLE = {"context": "edit", "_fields": FIELDS, "per_page": _PAGE, "orderby": "id", "order": "asc"}


def every_item(site: Site) -> Iterator[Item]:
    """Each image once, the oldest first. What is deleted meanwhile moves the rest forward, so that the reading goes
    back where there are fewer than before."""
    seen: set[int] = set()
    page, total = 1, 0
    while rows := _page(site, page, {}):
        found, now_there = rows
        for said in found:
            if said["id"] not in seen:
                seen.add(said["id"])
                if one := item(said):
                    yield one
        page = max(page - (total - now_there) // _PAGE - 1, 1) if now_there < total else page + 1
        total = now_there


def items(site: Site, ids: list[int]) -> list[Item]:
    """Those of these attachments that are images, and are there."""
    found: list[Item] = []
    for at in range(0, len(ids), _PAGE):
        some = ",".join(map(str, ids[at : at + _PAGE]))
        rows = _page(site, 1, {"include": some})
        found += [one for said in (rows[0] if rows else []) if (one := item(said))]
    return found


def found_by_name(site: Site, part: str) -> Iterator[Item]:
    """Images whose file, title or text holds this; WordPress has no narrower question."""
    page = 1
    while rows := _page(site, page, {"search": part}):
        yield from (one for said in rows[0] if (one := item(said)))
        if len(rows[0]) < _PAGE:
            return
        page += 1


def one_item(site: Site, attachment: int) -> Item | None:
    """None where there is no such image."""
    try:
        said = site.get(f"wp/v2/media/{attachment}", context="edit", _fields=FIELDS).body
    except Refusal as refusal:
        if refusal.status in {404, 410}:
            return None
        raise
    return item(said) if isinstance(said, dict) else None


def _page(site: Site, page: int, which: dict[str, str]) -> tuple[list[dict[str, Any]], int] | None:
    """A page with the number of all that there are; None past the last one, which WordPress calls an error."""
    try:
        said = site.get("wp/v2/media", **_EDITABLE, media_type="image", page=page, **which)
    except Refusal as refusal:
        if refusal.code == "rest_post_invalid_page_number":
            return None
        raise
    return (list(said.body), said.total) if said.body else None
