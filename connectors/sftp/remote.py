"""A folder on somebody's SFTP server, and what is below it, as a source of images."""

import io
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from connectors import junk
from connectors.base import ConnectorError, Entry, FileGone, Watch
from connectors.sftp import paths, probing, renaming, sentences
from connectors.sftp.lines import Lines
from connectors.sftp.memory import Listings, Settling
from connectors.sftp.reading import Ranges
from connectors.sftp.session import Look, Session

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_NAME = "Its name is not valid UTF-8, or none at all, so it cannot be shown or changed safely: rename it by hand."
_BUFFER = 64 << 10


class Remote:
    """Follows no links, neither to files nor to folders: a picture is renamed where it lives."""

    def __init__(self, lines: Lines, where: str, path: str, ignore: tuple[str, ...] = ()) -> None:
        self._lines = lines
        self._where = where
        self._ignore = ignore
        self._listings = Listings()
        self._settling = Settling()
        self._probed = False
        self._lock = threading.Lock()
        self._root = self._found(path)

    def _found(self, path: str) -> str:
        """The folder without links in it. Raises ConnectorError where there is none."""
        with _telling(path or self._where):
            resolved = self._lines.asking(lambda session: _resolved(session, path or "."))
            root = (resolved or path).rstrip("/") or "/"
            look = self._lines.asking(lambda session: session.look(root)) if resolved else None
        if look is None:
            raise ConnectorError(f"There is no folder {root} on {self._where}: make it, or give another path.")
        if not look.is_folder:
            raise ConnectorError(f"{root} on {self._where} is a file: give the folder that holds it.", permanent=True)
        return root

    def check(self) -> None:
        self.protocol("")

    def scan(self, folder: str = "") -> Iterator[Entry]:
        """Each folder is read to its end before its files are handed out, so that renaming them meanwhile does not
        bring them back."""
        waiting = [paths.checked(folder)]
        while waiting:
            here = waiting.pop()
            try:
                found, folders = self._sorted(here, self._listings.of(here, self._listed))
            except ConnectorError as error:
                if here == folder or not _is_of_one_folder(error):
                    raise
                found, folders = [Entry(here, 0, "", str(error))], []
            yield from found
            waiting += folders

    def listing(self, folder: str) -> list[Entry]:
        return self._sorted(folder, self._listings.anew(folder, self._listed))[0]

    def _listed(self, folder: str, known: Look | None) -> tuple[Look, list[tuple[bytes, Look]] | None]:
        """The folder itself, and what stands in it; None for that where the folder is as it was `known`."""
        place = self._place(paths.checked(folder))

        def ask(session: Session) -> tuple[Look | None, list[tuple[bytes, Look]] | None]:
            look = session.look(place)
            if look is None or not look.is_folder or look == known:
                return look, None
            return look, list(session.listing(place))

        with _telling(folder or self._root):
            look, found = self._lines.asking(ask)
        if look is None or not look.is_folder:
            raise FileGone(f"{folder or self._root} is no longer there.") if folder else self._absent()
        return look, found

    def _absent(self) -> ConnectorError:
        return ConnectorError(f"{self._root} is not there on {self._where}: look at its disk.")

    def _sorted(self, folder: str, found: list[tuple[bytes, Look]]) -> tuple[list[Entry], list[str]]:
        """The files of one folder, and the folders in it."""
        files: list[Entry] = []
        folders: list[str] = []
        for raw, look in found:
            name = paths.spelled(raw)
            path = paths.joined(folder, name or paths.printable(raw))
            if self._ignore and junk.is_ignored(path, self._ignore):
                continue
            if look.is_folder:
                if not junk.is_junk_folder(paths.printable(raw)):
                    _add(path, files, folders if name else None)
            elif look.is_file and junk.is_wanted(paths.printable(raw)):
                files.append(Entry(path, look.size, look.version) if name else Entry(path, 0, "", _NO_NAME))
        return files, folders

    @contextmanager
    def watching(self, changed: Callable[[str | None], None]) -> Iterator[Watch]:  # noqa: ARG002  # never called
        yield Watch("An SFTP server tells nothing of its changes.")

    def identity(self) -> str:
        with _telling(self._root):
            look = self._lines.asking(lambda session: session.look(self._root))
        if look is None or not look.is_folder:
            raise self._absent()
        return self._root

    def names(self, folder: str) -> Iterator[str]:
        for raw, _ in self._listings.anew(folder, self._listed):
            yield paths.printable(raw)

    def stat(self, path: str) -> Entry | None:
        look = self._look(path)
        return Entry(path, look.size, look.version) if look and look.is_file else None

    def _look(self, path: str) -> Look | None:
        paths.parted(path)
        with _telling(path):
            return self._lines.asking(lambda session: session.look(self._place(path)))

    def open(self, path: str) -> BinaryIO:
        look = self._look(path)
        if look is None or not look.is_file:
            raise FileGone(f"{path} is no longer there.")
        place = self._place(path)

        def read(position: int, size: int) -> tuple[Look, bytes]:
            with _telling(path):
                return self._lines.asking(lambda session: session.read(place, position, size))

        return cast("BinaryIO", io.BufferedReader(Ranges(path, look, read), _BUFFER))

    def protocol(self, folder: str) -> str:
        paths.checked(folder)
        with self._lock:
            if not self._probed:
                with _telling(folder or self._root), self._lines.session() as session:
                    probing.probe(session, self._place(folder), self._where)
                self._probed = True
        return "sftp"

    def unsettled(self, entry: Entry) -> float:
        return self._settling.wait(entry, time.time())

    def rename(
        self,
        entry: Entry,
        to: str,
        *,
        key: str,
        step: Callable[[str], None],
        protocol: str = "",  # noqa: ARG002  # there is one
    ) -> Entry:
        folders = {paths.parted(path)[0] for path in (entry.path, to)}
        if not _KEY.fullmatch(key) or paths.parted(to)[1].startswith(junk.OURS):
            raise ConnectorError(f"{to} under the key {key!r} would be mistaken for a set-aside file.", permanent=True)
        with _telling(entry.path):
            for folder in folders - {""}:
                self._refuse_link(folder)
            move = renaming.Move(entry, to, key, step, self._lines, self._place)
            return renaming.rename(move)

    def _refuse_link(self, folder: str) -> None:
        """A folder that became a link may lead out of the source."""
        place = self._place(folder)
        if self._lines.asking(lambda session: _resolved(session, place)) not in {place, None}:
            raise ConnectorError(f"{folder} is or goes through a link, through which names are not changed.")

    def close(self) -> None:
        self._lines.close()

    def _place(self, path: str) -> str:
        """Where a path of the source stands on the server."""
        return f"{self._root.rstrip('/')}/{path}" if path else self._root


def _resolved(session: Session, place: str) -> str | None:
    try:
        return str(session.normalize(place))
    except FileNotFoundError:
        return None


def _is_of_one_folder(error: ConnectorError) -> bool:
    """What the server says of one folder; a connection that is lost is no problem of that folder."""
    return isinstance(error.__cause__, OSError) or isinstance(error, FileGone)


def _add(path: str, files: list[Entry], folders: list[str] | None) -> None:
    if folders is None:
        files.append(Entry(path, 0, "", _NO_NAME))
    else:
        folders.append(path)


@contextmanager
def _telling(path: str) -> Iterator[None]:
    """Turns what the server refused into the sentence for `path`."""
    try:
        yield
    except OSError as error:
        raise sentences.error_for(error, path) from error
