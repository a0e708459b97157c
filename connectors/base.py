"""The contract between the program and a place where images live."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a source.

    `path` is relative to the source, with "/" between parts, as the source spells it. `version` changes whenever the
    bytes may have changed (an ETag, a revision, inode+mtime+size), and is compared, never read.
    `problem` is a sentence for the owner where something is there but cannot be worked on, such as a name that is no
    UTF-8 (then `path` is its printable form) or a folder that cannot be read; such an entry is never opened or renamed.
    """

    path: str
    size: int
    version: str
    problem: str = ""


class ConnectorError(Exception):
    """Shown to the source's owner: what happened, to which thing, what to do now.

    `permanent` means that trying again is no use until somebody changes something.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class NameTaken(ConnectorError):
    """The new name exists already. Nothing was changed; another name may be tried."""


class FileGone(ConnectorError):
    """There is no such file (any more)."""


class FileChanged(ConnectorError):
    """The file is not the version that the caller has seen. Nothing was changed; look at it afresh."""


class Connector(Protocol):
    """A source, opened. Safe to use from several threads."""

    def check(self) -> None:
        """Raises ConnectorError, a sentence with the remedy, where the source cannot be read and renamed in."""

    def scan(self) -> Iterator[Entry]:
        """Streams images and what may be their companions, each once, in natural order per folder; never
        temporary files, junk, or what this connector set aside itself."""

    def names(self, folder: str) -> Iterator[str]:
        """Every name in one folder ("" is the root), of files and folders, for collisions."""

    def stat(self, path: str) -> Entry | None:
        """The file as it is now; None where there is none (or what stands there is no plain file)."""

    def open(self, path: str) -> BinaryIO:
        """The bytes, for reading. Raises FileGone."""

    def protocol(self, folder: str) -> str:
        """How names are changed in this folder (`noreplace`, `link`, `copy`, `sftp`, `s3`, `wordpress`); probed
        once and remembered. The caller commits it before the first `rename`."""

    def rename(self, entry: Entry, to: str, *, key: str, step: Callable[[str], None]) -> Entry:
        """Gives `entry` the path `to`, in the same folder or another of this source; returns it as it is then.

        Never overwrites (NameTaken), changes nothing but that name, and keeps mode, owner, times and attributes.
        Safe to repeat after a crash at any point with the same arguments, also when the work was done already.
        `key` names set-aside files and is the same for each repetition. `step(name)` is called before each side
        effect but the first, and returns once the name of the step is safely stored; what it raises is passed on.
        Durable on return. Raises FileGone, FileChanged, NameTaken, ConnectorError.
        """

    def close(self) -> None:
        """Frees what it holds; safe to repeat."""
