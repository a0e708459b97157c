"""The folder of one account, which no path and no link leads out of."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.junk import OURS

UPLOADING = ".up-"  # begins the name, on the disk, of what a client is still writing or may go on with
WAITING = ".in-"  # begins the name of what it has finished, until it has been left alone for a while
_HIDDEN = (UPLOADING, WAITING, OURS)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW
_LONGEST = 255 - len(UPLOADING)
_DEEPEST = 64


class Place:
    """A name in an opened folder of the jail, as a client spells it: its file may stand under one of three."""

    def __init__(self, folder: int, name: str) -> None:
        self.folder, self.name = folder, name

    @property
    def uploading(self) -> str:
        return UPLOADING + self.name

    @property
    def waiting(self) -> str:
        return WAITING + self.name

    def look(self, name: str) -> os.stat_result | None:
        """A file or folder of that very name on the disk; None for nothing, and for links and the like."""
        try:
            found = os.lstat(name, dir_fd=self.folder)
        except FileNotFoundError:
            return None
        return found if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode) else None

    def found(self) -> tuple[str, os.stat_result]:
        """The newest thing that goes by this name, as it is called on the disk. Raises FileNotFoundError."""
        for name in (self.uploading, self.waiting, self.name):
            if (look := self.look(name)) is not None:
                return name, look
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.name)

    def open(self, name: str, flags: int) -> int:
        """A descriptor of a plain file. Raises OSError, also for links, pipes and folders."""
        flags |= os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(name, flags, 0o640, dir_fd=self.folder)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)

    def sync(self) -> None:
        os.fsync(self.folder)


class Jail:
    """`root` is a folder that stands already."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def place(self, path: str) -> Iterator[Place]:
        """Raises PermissionError for the folder itself, which is no one's to change."""
        parts = parts_of(path)
        if not parts:
            raise PermissionError(errno.EACCES, "This is the folder of the account itself", path)
        with self.folder("/".join(parts[:-1])) as folder:
            yield Place(folder, parts[-1])

    @contextmanager
    def folder(self, path: str) -> Iterator[int]:
        """A descriptor, reached without following any link."""
        descriptor = os.open(self.root, _FOLDER)
        try:
            for part in parts_of(path):
                outer, descriptor = descriptor, os.open(part, _FOLDER, dir_fd=descriptor)
                os.close(outer)
            yield descriptor
        finally:
            os.close(descriptor)


def parts_of(path: str) -> tuple[str, ...]:
    """A client's path, absolute or not, as the names below its folder; above that there is nothing. Raises OSError for
    what no file of a client may be called."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(_allowed(part))
    if len(parts) > _DEEPEST:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    return tuple(parts)


def _allowed(name: str) -> str:
    if name.startswith(_HIDDEN):
        raise PermissionError(errno.EACCES, "Names that begin like this are kept for the server", name)
    if "\0" in name:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
    if len(name.encode()) > _LONGEST:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), name)
    return name


def canonical(path: str) -> str:
    """The path from the client's root. A name that may not be is left for the request that uses it."""
    try:
        return "/" + "/".join(parts_of(path))
    except OSError:
        return "/"
