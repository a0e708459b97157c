"""Where a site's REST API is: every site says so itself, and not every one has it under /wp-json/."""

import re
from collections.abc import Callable

import httpx2

from connectors.base import ConnectorError

_MOST_REDIRECTS = 4
_REL = "https://api.w.org/"
_IN_PAGE = re.compile(r"<link[^>]*rel=['\"]https://api\.w\.org/['\"][^>]*>", re.IGNORECASE)
_HREF = re.compile(r"href=['\"]([^'\"]+)['\"]", re.IGNORECASE)

Fetch = Callable[[httpx2.URL], httpx2.Response]


def rest_root(fetch: Fetch, home: httpx2.URL) -> httpx2.URL:
    """The address under which the home page says that the API is. Raises ConnectorError, with what to do."""
    page = _home_page(fetch, home)
    named = page.links.get(_REL, {}).get("url") or _in_page(page.text)
    root = page.url.join(named) if named else None
    if root is None and _answers(fetch, guess := page.url.copy_with(query=b"rest_route=/")):
        root = guess
    if root is None:
        raise _nowhere(page, home)
    if root.host != page.url.host:
        raise ConnectorError(
            f"{home} has its REST API on another host ({root.host}): give that address.", permanent=True
        )
    return root if root.scheme == page.url.scheme else root.copy_with(scheme=page.url.scheme)


def address(root: httpx2.URL, route: str) -> httpx2.URL:
    """Of a route such as `wp/v2/media`, also where permalinks are plain."""
    if "rest_route" in root.params:
        return root.copy_set_param("rest_route", f"/{route}")
    return root.copy_with(path=f"{root.path.rstrip('/')}/{route}")


def route_of(root: httpx2.URL, url: httpx2.URL) -> str:
    """The opposite, as WordPress spells it: with a slash in front."""
    if "rest_route" in root.params:
        return str(url.params["rest_route"])
    return "/" + url.path[len(root.path.rstrip("/")) + 1 :]


def _home_page(fetch: Fetch, home: httpx2.URL) -> httpx2.Response:
    """Follows where the site sends on within its own host, as from http to https."""
    url = home
    for _ in range(_MOST_REDIRECTS):
        page = fetch(url)
        if not page.has_redirect_location:
            return page
        onward = url.join(page.headers["Location"])
        if onward.host != home.host:
            raise ConnectorError(f"{home} sends on to {onward}: give that address instead.", permanent=True)
        url = onward
    raise ConnectorError(f"{home} sends on in a circle: look at the site's address in its settings.", permanent=True)


def _in_page(text: str) -> str:
    link = _IN_PAGE.search(text)
    found = _HREF.search(link[0]) if link else None
    return found[1].replace("&#038;", "&").replace("&amp;", "&") if found else ""


def _answers(fetch: Fetch, guess: httpx2.URL) -> bool:
    said = fetch(guess)
    return said.status_code == 200 and said.headers.get("Content-Type", "").startswith("application/json")


def _nowhere(page: httpx2.Response, home: httpx2.URL) -> ConnectorError:
    if page.status_code in {401, 403, 406, 429, 503}:
        return ConnectorError(
            f"{home} answered with status {page.status_code}: a firewall, a password or a maintenance page stands in "
            "front of the site; let this appliance pass."
        )
    if page.status_code >= 500:
        return ConnectorError(f"{home} fails at the moment (status {page.status_code}): look at its error log.")
    return ConnectorError(
        f"{home} names no REST API: either it is no WordPress site, or a security plugin has switched the API off; "
        "switch it on for users who are signed in.",
        permanent=True,
    )
