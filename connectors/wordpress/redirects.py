"""Whether old addresses of images lead on to the new ones, which is for the site's web server to allow."""

import threading
import time

import httpx2

from connectors.base import ConnectorError
from connectors.wordpress.site import Site

_GOOD_FOR_SECONDS = 3600.0


class Redirects:
    """The plugin's redirects are tried out from here, as a visitor would."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._lock = threading.Lock()
        self._works: bool | None = None
        self._tried_at = 0.0

    def old_files(self, probe_url: str) -> str:
        """`remove` where old addresses lead on, else `keep`: then the old files stay and answer themselves."""
        with self._lock:
            if self._works is None or time.monotonic() - self._tried_at > _GOOD_FOR_SECONDS:
                self._works = works(self._site, probe_url)
                self._tried_at = time.monotonic()
            return "remove" if self._works else "keep"


def works(site: Site, probe_url: str) -> bool:
    """An address below the uploads, where no file is, that the plugin answers with a redirect."""
    if not probe_url:
        return False
    try:
        said = site.fetch(httpx2.URL(site.url + "/").join(probe_url))
    except ConnectorError:
        return False
    return said.status_code in {301, 302, 307, 308}
