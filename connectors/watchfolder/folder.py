"""A folder of this machine, and what is below it, as a source of images."""

import errno
import os
import re
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from connectors import junk, kernel
from connectors.base import ConnectorError, Entry, FileGone, Limits, Watch
from connectors.watchfolder import adding, places, protocols, rewriting, watching
from connectors.watchfolder.adding import Adding
from connectors.watchfolder.mounts import Mounts
from connectors.watchfolder.moving import Move, version
from connectors.watchfolder.places import Place
from connectors.watchfolder.rewriting import Rewriting
from connectors.watchfolder.sentences import telling
from connectors.watchfolder.watching import Seen

_QUIET = 5.0  # seconds without a change after which a file may be finished
_OF_SEVERAL_STEPS = {"link", "copy"}  # what one of these has begun, it must finish itself
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Folder:
    """Follows no links, neither to files nor to folders: a picture is renamed where it lives."""

    def __init__(
        self, root: Path, *, recursive: bool, ignore: tuple[str, ...], protocol: str | None, watch: str = "auto"
    ) -> None:
        self._root = root
        self._watch = watch
        self._recursive = recursive
        self._ignore = ignore
        self._mounts = Mounts(protocol)
        self._gathered = _Gathered()

    def check(self) -> None:
        where = str(self._root)
        with places.opened(self._root, "") as folder, telling(where):
            places.names(folder)
            space = os.fstatvfs(folder)
            if space.f_flag & os.ST_RDONLY:
                raise OSError(errno.EROFS, where)
            if not os.access(".", os.W_OK | os.X_OK, dir_fd=folder, effective_ids=True):
                raise OSError(errno.EACCES, where)
            if space.f_blocks and not space.f_bfree:
                raise OSError(errno.ENOSPC, where)

    def scan(self, folder: str = "") -> Iterator[Entry]:
        """Each folder is read to its end before its files are handed out, so that renaming them meanwhile does not
        bring them back."""
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            try:
                found = self._listed(here)
            except ConnectorError as error:
                if here == folder:
                    raise
                found = [Entry(here, 0, "", str(error))], []
            yield from found[0]
            if self._recursive:
                waiting += found[1]

    def _listed(self, folder: str) -> tuple[list[Entry], list[str]]:
        """The files of one folder, and the folders in it."""
        files: list[Entry] = []
        folders: list[str] = []
        prefix = f"{folder}/" if folder else ""
        with self._opened(folder) as descriptor, os.scandir(descriptor) as found:
            for item in found:
                path = prefix + item.name
                if self._ignore and junk.is_ignored(path, self._ignore):
                    continue
                if item.is_dir(follow_symlinks=False):
                    if not junk.is_junk_folder(item.name):
                        _add_folder(path, files, folders)
                elif junk.is_wanted(item.name) and item.is_file(follow_symlinks=False):
                    _add_file(path, item, files)
        return files, folders

    def watching(self, changed: Callable[[str | None], None]) -> AbstractContextManager[Watch]:
        return watching.watching(self._root, Seen(self._recursive, self._ignore), self._watch, changed)

    def listing(self, folder: str) -> list[Entry]:
        return self._listed(folder)[0]

    def identity(self) -> str:
        with self._opened("") as descriptor:
            found = os.fstat(descriptor)
        return f"{found.st_dev}-{found.st_ino}"

    def survey(self, folder: str = "") -> Iterator[str]:
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            prefix = f"{here}/" if here else ""
            try:
                with self._opened(here) as descriptor, os.scandir(descriptor) as found:
                    items = [(item.name, item.is_dir(follow_symlinks=False)) for item in found]
            except (ConnectorError, OSError):
                continue
            for name, is_folder in items:
                yield prefix + _printable(name)
                if is_folder and self._recursive and not junk.is_junk_folder(name) and _printable(name) == name:
                    waiting.append(prefix + name)

    def names(self, folder: str) -> Iterator[str]:
        with self._opened(folder) as descriptor:
            found = places.names(descriptor)
        yield from map(_printable, found)

    def stat(self, path: str) -> Entry | None:
        folder, name = places.parted(path)
        try:
            with places.opened(self._root, folder) as descriptor, telling(path):
                found = Place(descriptor, name).look()
        except FileGone:
            return None
        if found is None or not stat.S_ISREG(found.st_mode):
            return None
        return Entry(path, found.st_size, version(found))

    def open(self, path: str) -> BinaryIO:
        folder, name = places.parted(path)
        with places.opened(self._root, folder) as descriptor, telling(path):
            try:
                return os.fdopen(Place(descriptor, name).open(os.O_RDONLY), "rb")
            except OSError as error:
                if error.errno in places.NO_PLAIN_FILE:
                    raise FileGone(f"{path} is no longer a file.") from error
                raise

    def protocol(self, folder: str) -> str:
        with self._opened(folder) as descriptor:
            return self._mounts.of(descriptor).protocol

    def limits(self, folder: str) -> Limits:
        with self._opened(folder) as descriptor:
            return self._mounts.limits(descriptor)

    def unsettled(self, entry: Entry) -> float:
        try:
            with self.open(entry.path) as file:
                found = os.fstat(file.fileno())
                # A clock of another machine may run ahead of ours; then only ours tells when the file came.
                changed_at = found.st_mtime if found.st_mtime <= time.time() else found.st_ctime
                quiet = time.time() - changed_at
                if 0 <= quiet < _QUIET:
                    return _QUIET - quiet
                return _QUIET if kernel.has_writer(file.fileno()) else 0
        except FileGone:
            return 0

    def rename(self, entry: Entry, to: str, *, key: str, step: Callable[[str], None], protocol: str = "") -> Entry:
        old_folder, old_name = places.parted(entry.path)
        new_folder, new_name = places.parted(to)
        if not _KEY.fullmatch(key) or new_name.startswith(junk.OURS):
            raise ConnectorError(f"{to} under the key {key!r} would be mistaken for a set-aside file.", permanent=True)
        with ExitStack() as folders:
            old = folders.enter_context(places.opened(self._root, old_folder))
            new = old if new_folder == old_folder else self._enter_target(folders, new_folder, to)
            with telling(entry.path):
                mount = self._mounts.of(old)
                if protocol in _OF_SEVERAL_STEPS:
                    mount = replace(mount, protocol=protocol)
                if old != new and os.fstat(old).st_dev != os.fstat(new).st_dev:
                    raise OSError(errno.EXDEV, to)
                later = self._gathered.note(old_folder, new_folder)
                move = Move(entry, to, Place(old, old_name), Place(new, new_name), key, step, mount, later)
                try:
                    done = protocols.rename(move)
                    return replace(done, path=_joined(new_folder, self._mounts.as_listed(new, new_name)))
                except protocols.ProtocolLost:
                    self._mounts.forget(old)
                    raise
                except FileNotFoundError as error:
                    if not move.has_begun() and move.old.look() is None and move.new.look() is None:
                        raise
                    raise ConnectorError(f"{entry.path} or {to} was gone for a moment: run this again.") from error

    def rewrite(self, entry: Entry, contents: bytes, *, key: str) -> Entry:
        folder, name = places.parted(entry.path)
        with places.opened(self._root, folder) as descriptor, telling(entry.path):
            mount = self._mounts.of(descriptor)
            return rewriting.rewrite(Rewriting(entry, Place(descriptor, name), contents, key, mount))

    def add(self, path: str, contents: bytes, *, beside: str, key: str) -> Entry:
        folder, name = places.parted(path)
        with places.opened(self._root, folder) as descriptor, telling(path):
            added = Adding(path, Place(descriptor, name), contents, key, self._mounts.of(descriptor))
            return adding.add(added, Place(descriptor, places.parted(beside)[1]))

    def withdraw(self, path: str, contents: bytes, *, key: str) -> None:
        folder, name = places.parted(path)
        with places.opened(self._root, folder) as descriptor, telling(path):
            adding.withdraw(Adding(path, Place(descriptor, name), contents, key, self._mounts.of(descriptor)))

    @contextmanager
    def gathering(self) -> Iterator[None]:
        with self._gathered.collected() as folders:
            try:
                yield
            finally:
                for folder in folders:
                    with self._opened(folder) as descriptor:
                        Place(descriptor, ".").sync()

    def _enter_target(self, folders: ExitStack, folder: str, to: str) -> int:
        try:
            return folders.enter_context(places.opened(self._root, folder))
        except FileGone as error:
            raise ConnectorError(f"There is no folder for {to}: make it, then run this again.") from error

    def close(self) -> None:
        """Nothing is held between calls."""

    @contextmanager
    def _opened(self, folder: str) -> Iterator[int]:
        with places.opened(self._root, folder) as descriptor, telling(folder or str(self._root)):
            yield descriptor


class _Gathered(threading.local):
    """The folders in which this thread has changed names that are not durable yet."""

    folders: dict[str, None] | None = None

    @contextmanager
    def collected(self) -> Iterator[dict[str, None]]:
        self.folders = {}
        try:
            yield self.folders
        finally:
            self.folders = None

    def note(self, *folders: str) -> Callable[[], None] | None:
        """What to call once a name has been changed in these; None where nobody gathers."""
        return None if self.folders is None else partial(self.folders.update, dict.fromkeys(folders))


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _add_folder(path: str, files: list[Entry], folders: list[str]) -> None:
    if _printable(path) == path:
        folders.append(path)
    else:
        files.append(Entry(_printable(path), 0, "", _NOT_UNICODE))


def _add_file(path: str, item: os.DirEntry[str], files: list[Entry]) -> None:
    if _printable(path) != path:
        files.append(Entry(_printable(path), 0, "", _NOT_UNICODE))
        return
    try:
        found = item.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    files.append(Entry(path, found.st_size, version(found)))


_NOT_UNICODE = "Its name is not valid UTF-8, so it cannot be shown or changed safely: rename it by hand (`convmv` can)."


def _printable(name: str) -> str:
    """The name itself where it is valid Unicode, else with its wrong bytes spelled out."""
    if name.isascii():
        return name
    return os.fsencode(name).decode("utf-8", "backslashreplace")
