"""What a rename did on the site, and the proof: new addresses answer, old ones lead on, nothing names them any more."""

from collections.abc import Iterable, Mapping
from typing import Any

import httpx2

from connectors.base import ConnectorError
from connectors.wordpress.paths import stem_of
from connectors.wordpress.site import Site

_MOST_FILES = 40
_MOST_PAGES = 5
_GOOD = 200
_LEADS_ON = frozenset({301, 308})


def report(site: Site, record: Mapping[str, Any]) -> dict[str, Any]:
    """Out of the plugin's record of a rename; what it claims of addresses is fetched and counted here."""
    told = record.get("report") or {}
    moved = _moved(record)
    checked = moved[:_MOST_FILES]
    new = [_status(site, after) for _, after in checked]
    old = [_status(site, before) for before, _ in checked]
    pages = _pages(site, str(record.get("to", "")))
    return {
        "files": len(moved),
        "rows": _counts(record.get("rows")),
        "unhandled": _counts(told.get("unhandled")),
        "opaque": _number(told.get("opaque")),
        "new_good": new.count(_GOOD),
        "new_checked": len(new),
        "old_led_on": sum(status in _LEADS_ON for status in old),
        "old_kept": old.count(_GOOD),
        "old_checked": len(old),
        "left_over": sum(_named(site, page, [before for before, _ in moved]) for page in pages),
        "pages_checked": len(pages),
    }


def _moved(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The addresses of its files, before and after."""
    depth = str(record.get("to", "")).count("/") + 1
    uploads = str(record.get("url", "")).rsplit("/", depth)[0]
    files: Mapping[str, str] = record.get("files") or {}
    return [(f"{uploads}/{before}", f"{uploads}/{after}") for before, after in files.items() if before != after]


def _pages(site: Site, file: str) -> list[str]:
    """Posts and pages that show it, as far as they name it."""
    found: list[str] = []
    for kind in ("posts", "pages"):
        try:
            rows = site.get(f"wp/v2/{kind}", search=stem_of(file), per_page=_MOST_PAGES, _fields="link").body
        except ConnectorError:
            continue
        found += [str(row["link"]) for row in rows]
    return found[:_MOST_PAGES]


def _counts(told: object) -> dict[str, int]:
    return {str(name): _number(count) for name, count in told.items()} if isinstance(told, Mapping) else {}


def _number(told: object) -> int:
    return int(told) if isinstance(told, int | float) else 0


def _status(site: Site, address: str) -> int:
    """0 where nothing answers."""
    try:
        return site.fetch(httpx2.URL(address), "HEAD").status_code
    except ConnectorError:
        return 0


def _named(site: Site, page: str, addresses: Iterable[str]) -> int:
    """How often a page still names an old file."""
    try:
        text = site.fetch(httpx2.URL(page)).text
    except ConnectorError:
        return 0
    return sum(text.count(address.partition("://")[2]) for address in addresses)
