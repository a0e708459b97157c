"""Servers are asked over HTTP within bounds: no answer is too long to be held, and none takes for ever."""

import time
from collections.abc import Iterator

import httpx2

MOST_BYTES = 256 << 10  # of an answer; one about a picture has 2 KiB
MOST_AT_ONCE = 256  # calls through one client
SENT = {"host", "accept", "accept-encoding", "connection", "content-type", "content-length"}
SENT |= {"x-stainless-raw-response"}  # by which OpenAI's client knows its own question again
LONGEST_CONNECTING_SECONDS = 10.0


class TooLong(Exception):
    """An answer that goes on beyond what is read of any."""


def client(seconds: float, key: str = "") -> httpx2.Client:
    """Safe to use from several threads. `seconds` is how long an answer may take in all. No redirect is followed, since
    the key and a picture are for nobody else."""
    return httpx2.Client(
        timeout=httpx2.Timeout(seconds, connect=min(seconds, LONGEST_CONNECTING_SECONDS)),
        limits=httpx2.Limits(max_connections=MOST_AT_ONCE, max_keepalive_connections=MOST_AT_ONCE),
        headers={"Accept-Encoding": "identity", "User-Agent": "image-renamer"},
        follow_redirects=False,
        event_hooks={"request": [lambda request: _bare(request, key)], "response": [_bound]},
    )


def _bare(request: httpx2.Request, key: str) -> None:
    """Libraries add what this machine is and what its environment names: keys and accounts that are for others."""
    for name in request.headers.keys() - SENT:
        del request.headers[name]
    request.headers["User-Agent"] = "image-renamer"
    if key:
        request.headers["Authorization"] = f"Bearer {key}"


def _bound(response: httpx2.Response) -> None:
    """Before anything of the answer is read. What is packed could grow beyond any bound, and nobody asked for it."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise TooLong
    stream = response.stream
    if isinstance(stream, httpx2.SyncByteStream):
        response.stream = _Bounded(stream, time.monotonic() + (_seconds(response.request) or 60))


def _seconds(request: httpx2.Request) -> float | None:
    seconds: float | None = request.extensions.get("timeout", {}).get("read")
    return seconds


class _Bounded(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, end: float) -> None:
        self.stream, self.end = stream, end

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for part in self.stream:
            read += len(part)
            if read > MOST_BYTES:
                raise TooLong
            if time.monotonic() > self.end:
                raise httpx2.ReadTimeout("The answer drips.")
            yield part

    def close(self) -> None:
        self.stream.close()
