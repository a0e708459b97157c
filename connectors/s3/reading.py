"""The bytes of an object, of which only what is read is asked for."""

import io
from typing import BinaryIO

import urllib3
from urllib3.response import BaseHTTPResponse

from connectors.base import FileChanged, FileGone
from connectors.s3.client import Action, Client, ConditionFailed, OutOfRange

FIRST = 1 << 20  # bytes; headers lie in them, and most previews
_SKIPPED = 1 << 17  # bytes that are rather read and forgotten than asked for anew
_MOST_BREAKS = 3


class Reader(io.RawIOBase):
    """One version of an object: where it is replaced meanwhile, reading fails. Seekable."""

    def __init__(self, client: Client, key: str, path: str) -> None:
        self._client, self._key, self.name = client, key, path
        self._position = 0
        self._etag = ""
        self._answer: BaseHTTPResponse | None = None
        self._at = self._end = 0  # where the answer stands, and where it ends
        self.size = 0
        self._ask(0, FIRST)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(base + offset, 0)
        return self._position

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # whatever a caller's buffer is, it is one
        wanted = min(len(view), self.size - self._position)
        if wanted <= 0:
            return 0
        for last in (*[False] * _MOST_BREAKS, True):
            try:
                data = self._read(wanted)
            except (urllib3.exceptions.HTTPError, OSError):
                if last:
                    raise
                self._let_go()
            else:
                view[: len(data)] = data
                self._position += len(data)
                return len(data)
        return 0

    def _read(self, wanted: int) -> bytes:
        """Some bytes from the position on, at least one. Raises HTTPError or OSError where the connection breaks."""
        if self._answer is None or not self._at <= self._position <= min(self._at + _SKIPPED, self._end - 1):
            self._let_go()
            self._ask(self._position, max(self.size - self._position, 1))
        while self._at < self._position:
            self._at += len(self._some(self._position - self._at))
        data = self._some(min(wanted, self._end - self._at))
        self._at += len(data)
        if self._at >= self._end:
            self._let_go()
        return data

    def _some(self, count: int) -> bytes:
        data = self._answer.read(count) if self._answer is not None else b""
        if not data:
            raise ConnectionError(f"the connection ended in the middle of {self.name}")
        return data

    def _ask(self, start: int, count: int) -> None:
        headers = {"Range": f"bytes={start}-{start + count - 1}"} | ({"If-Match": self._etag} if self._etag else {})
        try:
            answer = self._client.send("GET", self._key, Action.READ, headers=headers, streamed=True)
        except ConditionFailed as error:
            raise FileChanged(f"{self.name} was replaced while it was read.") from error
        if self._etag not in ("", answer.headers.get("etag", "")):
            answer.close()
            raise FileChanged(f"{self.name} was replaced while it was read.")
        self._etag = answer.headers.get("etag", "")
        self._answer, self._at = answer, start
        extent = answer.headers.get("content-range", "")
        if answer.status == 206 and "/" in extent:
            self.size = int(extent.rpartition("/")[2])
            self._end = int(extent.rpartition("/")[0].rpartition("-")[2]) + 1
        else:
            self._at, self.size = 0, int(answer.headers.get("content-length", 0))
            self._end = self.size
        if self._at >= self._end:
            self._let_go()

    def _let_go(self) -> None:
        """A connection is used again only where nothing is left to come on it."""
        if self._answer is not None:
            if self._at < self._end:
                self._answer.close()
            self._answer.release_conn()
            self._answer = None

    def close(self) -> None:
        if not self.closed:
            self._let_go()
        super().close()


def opened(client: Client, key: str, path: str) -> BinaryIO:
    """Raises FileGone."""
    try:
        return io.BufferedReader(Reader(client, key, path), 1 << 16)
    except OutOfRange:  # no range can be asked of nothing
        return io.BytesIO()
    except FileGone as error:
        raise FileGone(f"{path} is no longer there.") from error
