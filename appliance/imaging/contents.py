"""A file that others may hold open too, read without moving their place in it."""

import io
import os
from typing import SupportsIndex

_MUCH = 1 << 20  # bytes


class Contents(io.BufferedReader):
    """The bytes from the start on. `failure` is what the disk or the network answered instead of bytes, and `ended`
    is whether a read came to the end: a decoder only says that it did not get what it wanted."""

    def __init__(self, file: int, buffer_size: int = 1 << 14) -> None:
        self._source = _Source(file)
        self.size = os.fstat(file).st_size
        super().__init__(self._source, buffer_size)

    def read(self, size: int | None = -1, /) -> bytes:
        """Memory is taken for as much as is asked for, so that must not be more than there is. All that there is is
        asked for at once, and not in the small pieces of io."""
        if size is None or size < 0 or size > _MUCH:
            left = max(0, self.size - self.tell())
            size = left if size is None or size < 0 else min(size, left)
        return super().read(size)

    @property
    def failure(self) -> OSError | None:
        return self._source.failure

    @property
    def ended(self) -> bool:
        return self._source.ended


class _Source(io.RawIOBase):
    def __init__(self, file: int) -> None:
        self._file = file
        self._at = 0
        self.failure: OSError | None = None
        self.ended = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: SupportsIndex, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: os.fstat(self._file).st_size}[whence]
        if origin + int(offset) < 0:
            raise ValueError("before the start of the file")
        self._at = origin + int(offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stubs' Buffer is not in 3.11
        try:
            count = os.preadv(self._file, [buffer], self._at)
        except OSError as error:
            self.failure = error
            raise
        self.ended = self.ended or not count
        self._at += count
        return count
