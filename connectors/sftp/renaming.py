"""Another name for a file on a server, by the rename of SFTP's third version alone, which does not overwrite.

A server says "failure" without a reason, and a lost connection says nothing, so what was done is told by looking at
both names afterwards.
"""

import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from connectors.base import ConnectorError, Entry, FileChanged, FileGone, NameTaken
from connectors.junk import OURS
from connectors.sftp import paths, sentences
from connectors.sftp.lines import Lines, Lost
from connectors.sftp.session import Look, Session

_TRIES = 4


@dataclass(frozen=True, slots=True)
class Move:
    """One rename. `place(path)` is where a path of the source stands on the server."""

    entry: Entry
    to: str
    key: str
    step: Callable[[str], None]
    lines: Lines
    place: Callable[[str], str]

    @property
    def aside(self) -> str:
        """Where the file waits between two spellings that the server takes for one name."""
        folder = paths.parted(self.entry.path)[0]
        names = zlib.crc32(f"{self.entry.path}/{self.to}".encode())
        return paths.joined(folder, f"{OURS}{self.key}-{names:08x}.old")

    def is_entry(self, found: Look | None) -> bool:
        return found is not None and found.is_file and found.version == self.entry.version

    def look(self, path: str) -> Look | None:
        return self.lines.asking(lambda session: session.look(self.place(path)))


def rename(move: Move) -> Entry:
    """Carries out the move, or what is left of it. Raises as Connector.rename does, and OSError."""
    if move.is_entry(move.look(move.aside)):
        return _out_of_aside(move)
    for _ in range(_TRIES):
        old, new = move.look(move.entry.path), move.look(move.to)
        if not move.is_entry(old):
            return _end(move, old, new)
        if move.entry.path == move.to:
            return move.entry
        if new is not None and _is_one_name(move):
            return _into_aside(move)
        if new is not None:
            raise _taken(move)
        if _is_done(move, move.entry.path, move.to):
            return _arrived(move)
    raise ConnectorError(f"The connection was lost each time that {move.entry.path} was to be renamed.")


def _is_done(move: Move, one: str, other: str) -> bool:
    """False where the connection was lost, and the two names are to be looked at again. Raises for what was refused."""
    try:
        with move.lines.session() as session:
            session.give_name(move.place(one), move.place(other))
    except Lost:
        return False
    except OSError as error:
        return _explain(move, one, other, error)
    return True


def _explain(move: Move, one: str, other: str, error: OSError) -> bool:
    """Why the server refused, which its answer does not tell. True where it was carried out nevertheless."""
    old, new = move.look(one), move.look(other)
    if old is None and move.is_entry(new):
        return True
    if old is None:
        raise FileGone(f"{move.entry.path} is no longer there.") from error
    if new is not None:
        raise _taken(move) from error
    folder = paths.parted(other)[0]
    if folder and move.look(folder) is None:
        raise ConnectorError(f"There is no folder for {other}: make it, then run this again.") from error
    raise sentences.error_for(error if error.errno != 2 else OSError(str(error)), move.entry.path) from error


def _end(move: Move, old: Look | None, new: Look | None) -> Entry:
    """The old name is not the file that was to be renamed: because that is done, or for another reason."""
    if move.is_entry(new):
        return _arrived(move)
    if old is None:
        raise FileGone(f"{move.entry.path} is no longer there.")
    raise FileChanged(f"{move.entry.path} is not the file that was looked at: look at it again.")


def _arrived(move: Move) -> Entry:
    """Looks whether it was the right file that moved; another one goes back."""
    new = move.look(move.to)
    if new is None:
        raise ConnectorError(f"The server says that it renamed {move.entry.path}, and {move.to} is not there.")
    if move.is_entry(new):
        return replace(move.entry, path=move.to)
    if move.look(move.entry.path) is None:
        _is_done(move, move.to, move.entry.path)
    raise FileChanged(f"Another program changed {move.entry.path} meanwhile: look at it again.")


def _is_one_name(move: Move) -> bool:
    """The two differ in spelling alone, and the folder lists the old one: the server ignores case."""
    if _folded(move.entry.path) != _folded(move.to):
        return False
    folder, name = paths.parted(move.to)
    return name.encode() not in move.lines.asking(lambda session: _names(session, move.place(folder)))


def _names(session: Session, folder: str) -> set[bytes]:
    return {name for name, _ in session.listing(folder)}


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _into_aside(move: Move) -> Entry:
    if not _is_done(move, move.entry.path, move.aside):
        return rename(move)
    move.step("aside")
    return _out_of_aside(move)


def _out_of_aside(move: Move) -> Entry:
    move.step("resumed")
    try:
        while not _is_done(move, move.aside, move.to):
            if move.look(move.aside) is None:
                break
    except NameTaken:
        _is_done(move, move.aside, move.entry.path)
        raise
    return _arrived(move)


def _taken(move: Move) -> NameTaken:
    return NameTaken(f"{move.to} exists already.")
