"""From what a client uploads to a photo that may be named: nothing that stood there before is lost on the way."""

import errno
import heapq
import itertools
import logging
import os
import stat
import threading
import time
from contextlib import suppress

from connectors import junk, kernel
from connectors.sftp.drop.jail import WAITING, Jail, Place

_CHUNK = 1 << 20
_LONGEST_STEM = 180  # bytes of a photo's name that are left when it steps aside
_UNKNOWN = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}
LOOK_SECONDS = 0.5

logger = logging.getLogger(__name__)


def give_name(place: Place, one: str, other: Place, name: str) -> None:
    """Another name, never one that is taken. Raises FileExistsError, OSError."""
    try:
        kernel.rename_noreplace(place.folder, one, other.folder, name)
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise
        os.link(one, name, src_dir_fd=place.folder, dst_dir_fd=other.folder, follow_symlinks=False)
        os.unlink(one, dir_fd=place.folder)


def finish(place: Place) -> None:
    """The upload is whole, and safely on the disk. What waited there under this name already goes its way first."""
    if place.look(place.waiting) is not None:
        publish(place)
    give_name(place, place.uploading, place, place.waiting)
    place.sync()


def take_back(place: Place) -> None:
    """What is whole is to be written on."""
    found, _ = place.found()
    if found != place.uploading:
        give_name(place, found, place, place.uploading)


def publish(place: Place) -> None:
    """The upload gets its name. A photo that has this name, and other bytes, steps aside and is kept."""
    while place.look(place.waiting) is not None:
        with suppress(FileExistsError):
            give_name(place, place.waiting, place, place.name)
            break
        if not _is_plain(place):
            _step_aside(place)
        elif _same_bytes(place, place.waiting, place.name):
            os.unlink(place.waiting, dir_fd=place.folder)
        elif junk.is_wanted(place.name):
            _step_aside(place)
        else:
            os.unlink(place.name, dir_fd=place.folder)  # as the client wants it, and no photo
    place.sync()


def _is_plain(place: Place) -> bool:
    found = place.look(place.name)
    return found is not None and stat.S_ISREG(found.st_mode)


def _step_aside(place: Place) -> None:
    stem, dot, extension = place.name.rpartition(".")
    beginning = (stem or extension).encode()[:_LONGEST_STEM].decode(errors="ignore")
    for number in itertools.count(1):
        with suppress(FileExistsError):
            give_name(place, place.name, place, f"{beginning}-before-{number}{dot}{extension if stem else ''}")
            return


def _same_bytes(place: Place, one: str, other: str) -> bool:
    first = place.open(one, os.O_RDONLY)
    try:
        second = place.open(other, os.O_RDONLY)
    except OSError:
        os.close(first)
        raise
    with os.fdopen(first, "rb") as left, os.fdopen(second, "rb") as right:
        if os.fstat(first).st_size != os.fstat(second).st_size:
            return False
        return all(part == right.read(_CHUNK) for part in iter(lambda: left.read(_CHUNK), b""))


class Delays:
    """Publishes what was finished a while ago, so that clients find it under its name until then."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Jail, str]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sftp delays", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is not due yet is found at the next start."""
        self._stopping.set()
        self._thread.join()

    def later(self, jail: Jail, path: str, seconds: float) -> None:
        if seconds <= 0:
            _publish(jail, path)
            return
        with self._lock:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), jail, path))

    def find(self, jail: Jail, seconds: float) -> None:
        """What an earlier run left waiting."""
        for folder, folders, names in os.walk(jail.root):
            folders[:] = [name for name in folders if not junk.is_junk_folder(name)]
            inside = os.path.relpath(folder, jail.root)
            for name in names:
                if name.startswith(WAITING):
                    self.later(jail, os.path.normpath(f"{inside}/{name.removeprefix(WAITING)}"), seconds)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            for jail, path in self._taken():
                _publish(jail, path)

    def _taken(self) -> list[tuple[Jail, str]]:
        taken = []
        with self._lock:
            while self._due and self._due[0][0] <= time.monotonic():
                _, _, jail, path = heapq.heappop(self._due)
                taken.append((jail, path))
        return taken


def _publish(jail: Jail, path: str) -> None:
    try:
        with jail.place(path) as place:
            publish(place)
    except FileNotFoundError:
        return
    except OSError as error:
        logger.warning("%s could not be taken in, and is at the next start: %s", path, error)
