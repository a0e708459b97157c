"""Names in opened folders, so that nothing swapped in meanwhile leads anywhere else."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.base import ConnectorError
from connectors.watchfolder.sentences import error_for

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NO_FSYNC_OF_FOLDERS = {errno.EINVAL, errno.ENOSYS, errno.EBADF, errno.EOPNOTSUPP}
NO_PLAIN_FILE = frozenset([errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.ENOTDIR])
LONGEST_PATH = 4000  # bytes; the kernel takes 4,095 from the root of the file system


@dataclass(frozen=True, slots=True)
class Place:
    """A name in an opened folder."""

    folder: int
    name: str

    def look(self) -> os.stat_result | None:
        """What stands there, be it a link; None where nothing does."""
        try:
            return os.lstat(self.name, dir_fd=self.folder)
        except FileNotFoundError:
            return None

    def is_plain(self) -> bool:
        found = self.look()
        return found is None or stat.S_ISREG(found.st_mode)

    def open(self, flags: int, mode: int = 0o600) -> int:
        """A descriptor of a plain file there. Raises OSError, ELOOP for anything else."""
        flags |= os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe that was swapped in would block for ever
        descriptor = os.open(self.name, flags, mode, dir_fd=self.folder)
        if flags & os.O_EXCL:
            return descriptor
        try:
            self._refuse_special(descriptor)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def _refuse_special(self, descriptor: int) -> None:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), self.name)

    @contextmanager
    def reading(self) -> Iterator[int]:
        with closing(self.open(os.O_RDONLY)) as descriptor:
            yield descriptor

    def sync(self) -> None:
        """Makes the names of the folder durable, as far as its file system can."""
        try:
            os.fsync(self.folder)
        except OSError as error:
            if error.errno not in _NO_FSYNC_OF_FOLDERS:
                raise


@contextmanager
def closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def parted(path: str) -> tuple[str, str]:
    """Folder and name of a relative path. Raises ConnectorError for a path that could lead out of the source."""
    folder, _, name = path.rpartition("/")
    checked(folder)
    if name in ("", ".", "..") or "\0" in name or not _encodes(path):
        raise _refused(path)
    return folder, name


def checked(folder: str) -> str:
    """The folder as it was given. Raises ConnectorError for a path that could lead out of the source."""
    if folder and any(part in ("", ".", "..") or "\0" in part for part in folder.split("/")):
        raise _refused(folder)
    if not _encodes(folder):
        raise _refused(folder)
    return folder


def _encodes(path: str) -> bool:
    try:
        return len(path.encode()) <= LONGEST_PATH
    except UnicodeEncodeError:
        return False


def _refused(path: str) -> ConnectorError:
    shown = path[:200].encode(errors="backslashreplace").decode()
    return ConnectorError(f"{shown!r} is no path inside this folder: choose another name.", permanent=True)


@contextmanager
def opened(root: Path, folder: str) -> Iterator[int]:
    """A descriptor of a folder below `root`, reached without following any link below it. Raises FileGone where the
    folder is not there, but not for the root: a disk that is unplugged takes no picture with it."""
    checked(folder)
    try:
        descriptor = os.open(root, _FOLDER)
    except FileNotFoundError as error:
        raise ConnectorError(f"{root} is not there: plug in or mount the disk that holds it.") from error
    except OSError as error:
        raise error_for(error, str(root)) from error
    try:
        for part in folder.split("/") if folder else ():
            outer, descriptor = descriptor, _inner(descriptor, part, folder)
            os.close(outer)
        yield descriptor
    finally:
        os.close(descriptor)


def names(folder: int) -> list[str]:
    """Every name in an opened folder."""
    return os.listdir(folder)


def _inner(outer: int, name: str, folder: str) -> int:
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=outer)
    except OSError as error:
        raise error_for(error, folder) from error
