"""What one account has on the disk and under way, for all its connections together."""

import errno
import os
import threading
import time
from typing import TYPE_CHECKING

from connectors.sftp.drop.jail import Jail

if TYPE_CHECKING:
    from connectors.sftp.drop.uploads import Upload

_MEASURED_FOR = 60.0  # seconds; others take files away, too
MEGABYTE = 1 << 20


class Share:
    """`quota` and `largest` are in megabytes; 0 is no limit."""

    def __init__(self, jail: Jail, quota: int, largest: int) -> None:
        self.jail = jail
        self._quota, self._largest = quota * MEGABYTE, largest * MEGABYTE
        self._used = 0
        self._measured_at = float("-inf")
        self._writers: dict[tuple[int, str], list[Upload]] = {}
        self.lock = threading.RLock()

    def grow(self, size: int, by: int) -> None:
        """A file is to become `size` bytes long, `by` more than it is. Raises OSError where that is too much."""
        if self._largest and size > self._largest:
            raise OSError(errno.EFBIG, f"A file may have {self._largest // MEGABYTE} MB here")
        if by <= 0 or not self._quota:
            return
        with self.lock:
            if self._used + by > self._quota or time.monotonic() - self._measured_at > _MEASURED_FOR:
                self._measure()
            if self._used + by > self._quota:
                raise OSError(errno.EDQUOT, f"The {self._quota // MEGABYTE} MB of this account are used up")
            self._used += by

    def room(self) -> tuple[int, int] | None:
        """Bytes in all, and free ones; None where only the disk is a limit."""
        if not self._quota:
            return None
        with self.lock:
            self._measure()
            return self._quota, max(self._quota - self._used, 0)

    def _measure(self) -> None:
        """At most once a second, however often a client asks for more."""
        if time.monotonic() - self._measured_at < 1:
            return
        self._used = sum(
            os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118  # cheap
            for folder, _, names in os.walk(self.jail.root)
            for name in names
        )
        self._measured_at = time.monotonic()

    def begin(self, key: tuple[int, str], upload: "Upload") -> None:
        """One more writes this file. A connection that wrote it before is lost: its client has come back."""
        with self.lock:
            writers = self._writers.setdefault(key, [])
            for other in writers:
                if other.connection is not upload.connection:
                    other.lose()
            writers[:] = [other for other in writers if other.connection is upload.connection]
            writers.append(upload)

    def end(self, key: tuple[int, str], upload: "Upload") -> bool:
        """Whether that was the last one that wrote it."""
        with self.lock:
            writers = self._writers.get(key, [])
            if upload not in writers:
                return False
            writers.remove(upload)
            if not writers:
                del self._writers[key]
            return not writers

    def is_written(self, key: tuple[int, str]) -> bool:
        with self.lock:
            return key in self._writers
