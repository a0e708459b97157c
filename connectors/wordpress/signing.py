"""Signed requests, for sites whose host takes the Authorization header away."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Generator
from urllib.parse import quote

import httpx2

from connectors.wordpress import discovery


class Signed(httpx2.Auth):
    """HMAC-SHA256 over the method, the REST route, the sorted query, the time, a nonce and the body, with what pairing
    gave. `root` is the address of the REST API."""

    requires_request_body = True

    def __init__(self, key: str, secret: str, root: httpx2.URL) -> None:
        self._key, self._secret, self._root = key, secret, root

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        said = "\n".join(
            (
                request.method,
                discovery.route_of(self._root, request.url),
                _query(request.url),
                stamp,
                nonce,
                hashlib.sha256(request.content).hexdigest(),
            )
        )
        request.headers["X-Image-Renamer-Key"] = self._key
        request.headers["X-Image-Renamer-Timestamp"] = stamp
        request.headers["X-Image-Renamer-Nonce"] = nonce
        request.headers["X-Image-Renamer-Signature"] = hmac.new(
            self._secret.encode(), said.encode(), hashlib.sha256
        ).hexdigest()
        yield request


def _query(url: httpx2.URL) -> str:
    """As PHP's http_build_query writes it by RFC 3986."""
    pairs = sorted((name, value) for name, value in url.params.multi_items() if name != "rest_route")
    return "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
