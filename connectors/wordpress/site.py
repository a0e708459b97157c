"""A WordPress site over HTTP: how it is asked, and what its answers mean."""

import threading
from collections.abc import Mapping
from typing import Any

import httpx2
import msgspec

from connectors.base import ConnectorError
from connectors.wordpress import discovery
from connectors.wordpress.pairing import Pairing
from connectors.wordpress.signing import Signed

_TIMEOUT = httpx2.Timeout(120, connect=20)  # a large upload was seen to take 8 s, a rename on a big site 18 s
_LIMITS = httpx2.Limits(max_connections=6, max_keepalive_connections=6)
_AGENT = "image-renamer"
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})


class Refusal(ConnectorError):
    """What the site said no to: `code` is WordPress's own word for the reason, "" where it gave none."""

    def __init__(self, message: str, status: int, code: str, retry_after: float, *, permanent: bool) -> None:
        super().__init__(message, permanent=permanent)
        self.status = status
        self.code = code
        self.retry_after = retry_after


class Unanswered(ConnectorError):
    """Nobody knows whether the site did what it was asked to."""


class Answer(msgspec.Struct, frozen=True):
    """`total` and `pages` are of a listing."""

    status: int
    body: Any
    total: int = 0
    pages: int = 0
    date: str = ""


class Site:
    """Safe to use from several threads. No redirect to another host is followed, and no password sent there."""

    def __init__(self, paired: Pairing) -> None:
        self.url = paired.url
        self.username = paired.username
        self._paired = paired
        self._auth = httpx2.BasicAuth(paired.username, paired.application_password) if paired.username else None
        self._signs = False  # where the password does not reach WordPress
        self._client = httpx2.Client(
            timeout=_TIMEOUT, limits=_LIMITS, follow_redirects=False, trust_env=True, headers={"User-Agent": _AGENT}
        )
        self._lock = threading.Lock()
        self._root: httpx2.URL | None = None

    def close(self) -> None:
        self._client.close()

    def forget(self) -> None:
        """Looks for the REST API anew when it is asked next."""
        self._root = None

    def root(self) -> httpx2.URL:
        """The address of its REST API, looked for once. Raises ConnectorError."""
        with self._lock:
            if self._root is None:
                self._root = discovery.rest_root(self.fetch, httpx2.URL(self.url + "/"))
            return self._root

    def get(self, route: str, **parameters: object) -> Answer:
        return self._asked("GET", route, parameters, None)

    def post(self, route: str, body: Mapping[str, object], *, seconds: float = 120) -> Answer:
        return self._asked("POST", route, {}, body, seconds)

    def fetch(self, url: httpx2.URL, method: str = "GET") -> httpx2.Response:
        """Any address, as a visitor gets it. Raises Unanswered."""
        try:
            return self._client.request(method, url)
        except httpx2.HTTPError as error:
            raise _unanswered(url, error) from error

    def stream(self, url: httpx2.URL) -> Any:
        """The same as a context, its body still to be read."""
        return self._client.stream("GET", url, headers={"Cache-Control": "no-cache"})

    def put(self, route: str, body: Mapping[str, object]) -> Answer:
        return self._asked("PUT", route, {}, body)

    def _asked(
        self,
        method: str,
        route: str,
        parameters: Mapping[str, object],
        body: Mapping[str, object] | None,
        seconds: float = 120,
    ) -> Answer:
        url = discovery.address(self.root(), route)
        url = url.copy_merge_params({name: str(value) for name, value in parameters.items()})
        try:
            said = self._sent(method, url, body, seconds)
            if said.status_code == 401 and self._paired.key and not self._signs:
                self._signs = True
                said = self._sent(method, url, body, seconds)
        except httpx2.HTTPError as error:
            raise _unanswered(url, error) from error
        return _read(said, self.url)

    def _sent(self, method: str, url: httpx2.URL, body: Mapping[str, object] | None, seconds: float) -> httpx2.Response:
        auth: httpx2.Auth | None = self._auth
        if self._signs:
            auth = Signed(self._paired.key, self._paired.secret, self.root())
        timeout = httpx2.Timeout(seconds, connect=20)
        return self._client.request(method, url, json=body, auth=auth, timeout=timeout)


def _unanswered(url: httpx2.URL, error: httpx2.HTTPError) -> ConnectorError:
    where = f"{url.scheme}://{url.netloc.decode()}"
    said = str(error)
    if isinstance(error, httpx2.TimeoutException):
        return Unanswered(f"{where} did not answer in time: look whether the site is up; it is tried again.")
    if "CERTIFICATE" in said.upper():
        return ConnectorError(
            f"The certificate of {where} is not valid ({said}): renew it on the site's host.", permanent=True
        )
    if isinstance(error, httpx2.ConnectError):
        return ConnectorError(f"{where} cannot be reached ({said}): look at the address and whether the site is up.")
    return Unanswered(f"The connection to {where} broke off ({said}); it is tried again.")


def _read(said: httpx2.Response, site: str) -> Answer:
    body = _decoded(said, site)
    if said.status_code >= 400:
        raise _refusal(said, body, site)
    headers = said.headers
    total, pages = headers.get("X-WP-Total", "0"), headers.get("X-WP-TotalPages", "0")
    return Answer(said.status_code, body, _number(total), _number(pages), headers.get("Date", ""))


def _decoded(said: httpx2.Response, site: str) -> Any:
    if 300 <= said.status_code < 400:
        there = said.headers.get("Location", "another address")
        raise ConnectorError(f"{site} sends on to {there}: give that site's address instead.", permanent=True)
    if said.headers.get("Content-Type", "").partition(";")[0].strip() != "application/json":
        raise _no_json(said, site)
    try:
        return msgspec.json.decode(said.content)
    except msgspec.DecodeError as error:
        raise ConnectorError(
            f"The answer of {site} is damaged ({error}): a plugin or theme prints something in front of it; look at "
            "the site's error log.",
        ) from error


def _no_json(said: httpx2.Response, site: str) -> ConnectorError:
    """A web page in place of an answer comes from what stands in front of WordPress, or from its failing."""
    if said.status_code in {403, 406, 415, 501} or (said.status_code == 503 and "retry-after" not in said.headers):
        return ConnectorError(
            f"A firewall or security plugin in front of {site} answered with a web page (status {said.status_code}): "
            "let this appliance's address pass to /wp-json/ there.",
            permanent=said.status_code != 503,
        )
    if said.status_code in _LATER:
        return Unanswered(f"{site} fails at the moment (status {said.status_code}): look at its error log.")
    if said.status_code == 404:
        return ConnectorError(
            f"{site} knows no REST API at the address that it names: save its permalink settings once, or look at "
            "the web server's rules for /wp-json/.",
            permanent=True,
        )
    return ConnectorError(
        f"{site} answered with a web page (status {said.status_code}) where data was asked for: a firewall, a "
        "maintenance page or a security plugin stands in front of its REST API; let this appliance pass to /wp-json/.",
    )


def _refusal(said: httpx2.Response, body: Any, site: str) -> Refusal:
    found = body if isinstance(body, dict) else {}
    code, message = str(found.get("code", "")), str(found.get("message", "")).strip()
    status, wait = said.status_code, said.headers.get("Retry-After", "")
    sentence = f"{site} refused it: {message or 'no reason was given'} ({code or status})."
    return Refusal(sentence, status, code, float(_number(wait)), permanent=status not in _LATER | {409, 423})


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
