"""A file on a server, read in ranges as they are asked for."""

import io
from collections.abc import Callable

from connectors.base import FileChanged
from connectors.sftp.session import Look

_FIRST = 128 << 10  # bytes; what a file says of itself stands at its beginning
_MOST = 4 << 20

Read = Callable[[int, int], tuple[Look, bytes]]


class Ranges(io.RawIOBase):
    """Holds no connection between two reads. `read(position, size)` fetches; whoever reads on gets more each time.

    Raises FileChanged where the file became another one meanwhile.
    """

    def __init__(self, path: str, look: Look, read: Read) -> None:
        self._path, self._look, self._read = path, look, read
        self._position = 0
        self._ahead = _FIRST
        self._got, self._got_at = b"", 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._look.size}[whence]
        self._position = max(base + offset, 0)
        return self._position

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        size = len(buffer)
        if self._position >= self._look.size or not size:
            return 0
        at = self._position - self._got_at
        if not 0 <= at < len(self._got):
            self._fetch(size)
            at = 0
        part = self._got[at : at + size]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def _fetch(self, size: int) -> None:
        goes_on = self._position == self._got_at + len(self._got)
        self._ahead = min(self._ahead * 2, _MOST) if goes_on and self._got else _FIRST
        look, self._got = self._read(self._position, max(size, self._ahead))
        self._got_at = self._position
        if look.version != self._look.version or not self._got:
            raise FileChanged(f"{self._path} became another file while it was read: look at it again.")
