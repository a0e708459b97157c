"""Noticing what changes in a folder: inotify where the kernel tells of changes, nothing where it cannot."""

import errno
import itertools
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connectors import junk, kernel
from connectors.base import ConnectorError, Watch
from connectors.watchfolder import places
from connectors.watchfolder.sentences import telling

if sys.platform == "linux":
    from watchdog.observers.inotify_c import (
        CallbackId,
        InotifyConstants,
        InotifyEvent,
        InotifyFD,
        Mask,
        WatchCallback,
        WatchDescriptor,
    )

Changed = Callable[[str | None], None]

# Magic numbers of statfs(2): what others change in these, our kernel does not hear of.
_CHANGED_BY_OTHERS = {
    0x6969: "NFS",
    0x517B: "SMB",
    0xFF534D42: "SMB",
    0xFE534D42: "SMB",
    0x65735546: "FUSE",
    0x01021997: "9P",
    0x00C36400: "Ceph",
    0x5346414F: "AFS",
    0x6B414653: "AFS",
    0x73757245: "Coda",
    0x0BD00BD0: "Lustre",
    0x47504653: "GPFS",
    0x7461636F: "OCFS2",
    0x01161970: "GFS2",
    0x786F4256: "VirtualBox",
    0xBACBACBC: "VMware",
}
_LIMITS = {errno.ENOSPC: "fs.inotify.max_user_watches", errno.EMFILE: "fs.inotify.max_user_instances"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scan looks at, below the root."""

    recursive: bool
    ignore: tuple[str, ...]

    def has_folder(self, path: str) -> bool:
        name = path.rpartition("/")[2]
        return self.recursive and not junk.is_junk_folder(name) and not junk.is_ignored(path, self.ignore)

    def has_file(self, path: str) -> bool:
        return junk.is_wanted(path.rpartition("/")[2]) and not junk.is_ignored(path, self.ignore)


@contextmanager
def watching(root: Path, seen: Seen, how: str, changed: Changed) -> Iterator[Watch]:
    """The watch of base.Watches. `how` is the option: `auto`, `events` or `polling`."""
    if blind := _why_not(root, how):
        yield Watch(blind)
        return
    tree = Tree(root, seen, changed, trusted=how == "events")
    try:
        with telling(str(root)):
            tree.start()
        yield tree.watch
    finally:
        tree.stop()


def _why_not(root: Path, how: str) -> str:
    if how == "polling":
        return "It was asked to be looked through regularly."
    if sys.platform != "linux":
        return "Changes are told on Linux alone."
    return "" if how == "events" else _network(root, "", "It")


def _network(root: Path, folder: str, what: str) -> str:
    """The sentence for a folder of which the kernel does not tell every change."""
    with places.opened(root, folder) as descriptor:
        kind = _CHANGED_BY_OTHERS.get(kernel.file_system_type(descriptor))
    return f"{what} lies on a file system ({kind}) in which others may change files without a word." if kind else ""


if sys.platform == "linux":
    _WANTED = (
        InotifyConstants.IN_CREATE
        | InotifyConstants.IN_CLOSE_WRITE
        | InotifyConstants.IN_MOVE
        | InotifyConstants.IN_DELETE
        | InotifyConstants.IN_DELETE_SELF
        | InotifyConstants.IN_MOVE_SELF
        | InotifyConstants.IN_ONLYDIR
        | InotifyConstants.IN_EXCL_UNLINK
    )
    _CAME = InotifyConstants.IN_CREATE | InotifyConstants.IN_MOVED_TO

    @dataclass
    class Tree(WatchCallback):
        """The watches of a folder and those below it, on watchdog's reader of inotify: its observers do not tell their
        handlers when the queue overflowed, nor which folders the limits of the system leave out.

        What happens in the reader's thread raises nothing, for that would end it; the watch goes blind instead.
        """

        root: Path
        seen: Seen
        changed: Changed
        trusted: bool = False  # whatever the file system is
        watch: Watch = field(default_factory=Watch)
        _folders: dict[WatchDescriptor, tuple[str, CallbackId]] = field(default_factory=dict)
        _devices: set[int] = field(default_factory=set)
        _ids: Iterator[int] = field(default_factory=itertools.count)
        _reader: InotifyFD | None = None

        def start(self) -> None:
            """Raises OSError where the root is not there."""
            try:
                self._reader = InotifyFD()
                self._enter("")
            except OSError as error:
                if error.errno not in _LIMITS:
                    raise
                self._go_blind(error)
            finally:
                if self._reader is not None:
                    self._reader.start()  # one that never ran would not free what it holds

        def stop(self) -> None:
            if self._reader is not None:
                self._reader.stop()
                self._reader.join()

        def on_event(self, event: InotifyEvent) -> None:
            folder, _ = self._folders.get(event.wd, (None, None))
            if folder is None:
                return
            if not event.name:  # the folder itself was moved, removed or unmounted
                self.changed(folder or None)
                return
            path = _joined(folder, os.fsdecode(event.name))
            if not event.mask & InotifyConstants.IN_ISDIR:
                if self.seen.has_file(path):
                    self.changed(folder)
            elif self.seen.has_folder(path) and _is_unicode(path):
                self._leave(path)
                if event.mask & _CAME:
                    self._enter_told(path)
                self.changed(path)

        def on_watch_deleted(self, wd: WatchDescriptor) -> None:
            self._folders.pop(wd, None)

        def on_queue_overflow(self) -> None:
            """Folders may have come of which nothing was heard, so all are entered again."""
            self._enter_told("")
            self.changed(None)

        def _enter_told(self, folder: str) -> None:
            try:
                self._enter(folder)
            except OSError as error:
                if error.errno in _LIMITS:
                    self._go_blind(error)
                self.changed(None)  # anything else: it is gone again, or a scan will say what is wrong with it

        def _enter(self, top: str) -> None:
            """Watches a folder and all below it; what came into one before its watch stood is found by looking."""
            waiting = [top]
            while waiting:
                folder = waiting.pop()
                try:
                    self._add(folder)
                    waiting += self._folders_in(folder)
                except (FileNotFoundError, NotADirectoryError, PermissionError, ConnectorError):
                    if not folder:
                        raise
                if folder != top:
                    self.changed(folder)

        def _add(self, folder: str) -> None:
            where = self._where(folder)
            self._look_at_device(where, folder)
            one = CallbackId(next(self._ids))
            mask = _WANTED | (InotifyConstants.IN_DONT_FOLLOW if folder else 0)
            reader = self._reader
            if reader is None:
                return
            wd = reader.add_callback(os.fsencode(where), Mask(mask), self, one)
            known = self._folders.get(wd)
            self._folders[wd] = folder, one
            if known is not None:
                reader.remove_callbacks([(wd, known[1])])

        def _look_at_device(self, where: str, folder: str) -> None:
            device = Path(where).stat().st_dev
            if device not in self._devices and not self.trusted and folder:
                self.watch.blind = self.watch.blind or _network(self.root, folder, folder)
            self._devices.add(device)

        def _folders_in(self, folder: str) -> list[str]:
            if not self.seen.recursive:
                return []
            with os.scandir(self._where(folder)) as found:
                paths = [_joined(folder, item.name) for item in found if item.is_dir(follow_symlinks=False)]
            return [path for path in paths if self.seen.has_folder(path) and _is_unicode(path)]

        def _leave(self, folder: str) -> None:
            """Wherever it is now, the watches that it had here are no longer of this path."""
            gone = [
                (wd, one)
                for wd, (path, one) in self._folders.items()
                if path == folder or path.startswith(f"{folder}/")
            ]
            for wd, _ in gone:
                del self._folders[wd]
            if self._reader is not None and gone:
                self._reader.remove_callbacks(gone)

        def _go_blind(self, error: OSError) -> None:
            limit = _LIMITS[error.errno or 0]
            self.watch.blind = f"The system watches no more folders ({limit} is reached): raise that limit."
            logger.warning("%s: %s", self.root, self.watch.blind)

        def _where(self, folder: str) -> str:
            return os.path.join(self.root, folder) if folder else os.fspath(self.root)  # noqa: PTH118  # cheap


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _is_unicode(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
