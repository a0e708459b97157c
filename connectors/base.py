"""The contract between the program and a place where images live."""

import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, runtime_checkable

IMAGE_EXTENSIONS = frozenset(
    {
        "jpg",
        "jpeg",
        "jpe",
        "jfif",
        "png",
        "webp",
        "gif",
        "tif",
        "tiff",
        "bmp",
        "heic",
        "heif",
        "hif",
        "avif",
        "cr2",
        "cr3",
        "nef",
        "nrw",
        "arw",
        "dng",
        "raf",
        "orf",
        "rw2",
        "pef",
        "srw",
    }
)


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


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where an image is used: the title of the post, page or product, what that is meant to be found by, and which
    product it is. Written by others: data, never an instruction."""

    title: str = ""
    keyphrase: str = ""
    product: str = ""


class ConnectorError(Exception):
    """Shown to the source's owner: what happened, to which thing, what to do now.

    `permanent` means that trying again is no use until somebody changes something.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class Unproven(ConnectorError):
    """The owner must say first whether something that the source shows is right. `accepting` are the options that say
    so, such as the host key that was seen."""

    def __init__(self, message: str, accepting: dict[str, str]) -> None:
        super().__init__(message, permanent=True)
        self.accepting = accepting


class NameTaken(ConnectorError):
    """The new name exists already. Nothing was changed; another name may be tried."""


class FileGone(ConnectorError):
    """There is no such file (any more)."""


class FileChanged(ConnectorError):
    """The file is not the version that the caller has seen. Nothing was changed; look at it afresh."""


class NotYet(ConnectorError):
    """Nothing is wrong and nothing was changed, but something must be waited for. Asking again is of use after
    `seconds`."""

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Connector(Protocol):
    """A source, opened. Safe to use from several threads."""

    def check(self) -> None:
        """Raises ConnectorError, a sentence with the remedy, where the source cannot be read and renamed in."""

    def scan(self, folder: str = "") -> Iterator[Entry]:
        """Streams images and what may be their companions, each once, everything below `folder` ("" is the root);
        never temporary files, junk, or what this connector set aside itself."""

    def names(self, folder: str) -> Iterator[str]:
        """Every name in one folder ("" is the root), of files and folders, for collisions."""

    def stat(self, path: str) -> Entry | None:
        """The file as it is now; None where there is none (or what stands there is no plain file)."""

    def open(self, path: str) -> BinaryIO:
        """The bytes, for reading. Raises FileGone."""

    def protocol(self, folder: str) -> str:
        """How names are changed in this folder (`noreplace`, `link`, `copy`, `sftp`, `s3`, `wordpress`); probed
        once and remembered. The caller commits it before the first `rename`."""

    def rename(self, entry: Entry, to: str, *, key: str, step: Callable[[str], None], protocol: str = "") -> Entry:
        """Gives `entry` the path `to`, in the same folder or another of this source; returns it as it is then, with its
        name as the source lists it.

        Never overwrites (NameTaken), changes nothing but that name, and keeps mode, owner, times and attributes.
        Safe to repeat after a crash at any point with the same arguments, also when the work was done already.
        `key` names set-aside files and is the same for each repetition. `step(name)` is called before each side
        effect but the first, and returns once the name of the step is safely stored; what it raises is passed on.
        `protocol` is what was committed for this rename, so that what one protocol has begun is not finished by
        another; "" is the one that `protocol(folder)` answers now. Durable on return. Raises FileGone, FileChanged,
        NameTaken, ConnectorError.
        """

    def close(self) -> None:
        """Frees what it holds; safe to repeat."""


@runtime_checkable
class Tries(Protocol):
    """An optional ability: is tried out in steps of its own, for the owner who sets it up."""

    def trials(self) -> Iterable[tuple[str, Callable[[], None]]]:
        """What must work, in order: a name for the owner, and an act that raises ConnectorError, a sentence with the
        remedy, where it does not. Nothing of the owner's is changed."""


@runtime_checkable
class Undoes(Protocol):
    """An optional ability: takes back a rename of its own more exactly than by a rename to the old name."""

    def undo(self, entry: Entry, to: str, *, undoes: str, key: str) -> Entry:
        """As `rename`, where the rename under the key `undoes` had given `entry` its name, and `to` was the one
        before."""


@runtime_checkable
class Reports(Protocol):
    """An optional ability: tells what else a rename has changed."""

    def report(self, entry: Entry, *, before: str, key: str) -> Mapping[str, Any]:
        """What the rename under this key, which `entry` has its name from, did beside the name, as plain values for
        the owner; `before` is its old path. Looks at the world as it is now, and changes nothing."""


@runtime_checkable
class Surrounded(Protocol):
    """An optional ability: knows what stands around an image where it is used."""

    def surroundings(self, entry: Entry) -> Surroundings:
        """All that is empty where nothing is known."""


@runtime_checkable
class Settles(Protocol):
    """An optional ability: tells whether a file is finished, where that can be seen from outside."""

    def unsettled(self, entry: Entry) -> float:
        """How many seconds to wait before the file may be taken for finished; 0 where it is. A program that holds
        the file open for writing makes it unfinished, however old it is."""


@runtime_checkable
class Gathers(Protocol):
    """An optional ability: makes many renames durable for the price of one."""

    def gathering(self) -> AbstractContextManager[None]:
        """Within the block, a rename of this thread that is a single step is not durable on return; all are when the
        block ends, which raises ConnectorError or OSError where they may not be."""


@runtime_checkable
class Surveys(Protocol):
    """An optional ability: names everything that stands in the tree, also what is no image."""

    def survey(self, folder: str = "") -> Iterator[str]:
        """Every path below `folder`, of files and folders, hidden ones too; what is inside folders that a scan leaves
        alone is not looked at. What cannot be read is passed over."""


@runtime_checkable
class Rewrites(Protocol):
    """An optional ability: gives a file that fits into memory, such as a sidecar, other contents."""

    def rewrite(self, entry: Entry, contents: bytes, *, key: str) -> Entry:
        """The file has either the old contents or all of the new ones, at any moment, and keeps its mode, owner, times
        and attributes. Safe to repeat after a crash with the same arguments, also when the work was done already; then
        `entry` may be as it was before. `key` is as in `rename`, and another one for each file. Durable on return.
        Raises FileGone, FileChanged, and ConnectorError where this place cannot do that."""


@runtime_checkable
class Adds(Protocol):
    """An optional ability: puts a small file of our own, such as a sidecar, beside another, and takes it away again.
    Both are safe to repeat after a crash with the same arguments, and durable on return."""

    def add(self, path: str, contents: bytes, *, beside: str, key: str) -> Entry:
        """The new file, which those may read and write who may do so with the one `beside` it. It is there whole or not
        at all, and never in place of another: NameTaken, unless that has these very bytes. `key` is as in `rename`."""

    def withdraw(self, path: str, contents: bytes, *, key: str) -> None:
        """Removes the file as long as it has these bytes, else raises FileChanged; where it is gone already, nothing is
        done."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What is said of an image beside its name; what is empty is not said."""

    alt: str = ""
    title: str = ""
    caption: str = ""
    original_name: str = ""


@runtime_checkable
class Describes(Protocol):
    """An optional ability: keeps words with an image, where people and programs of that place find them."""

    def describe(self, entry: Entry, texts: Texts, *, key: str) -> Entry:
        """The image as it is then, which may have another version; its bytes and all else stay. Leaves out what its
        owner does not want there. Safe to repeat. `key` is as in `rename`. Raises FileGone, FileChanged,
        ConnectorError."""


@dataclass(slots=True)
class Watch:
    """How a source is being watched. `blind` is "" while changes are told, else the reason why they are not, a sentence
    for the owner: everything is then looked through often instead. It may become blind at any time.
    `nudge` is called when somebody else has heard that something changed there."""

    blind: str = ""
    nudge: Callable[[], None] = lambda: None


@runtime_checkable
class Watches(Protocol):
    """An optional ability: tells where something changes, so that not everything must be looked through."""

    def watching(self, changed: Callable[[str | None], None]) -> AbstractContextManager[Watch]:
        """Within the block, calls `changed(folder)` soon after something came into a folder, was finished in it or left
        it ("" is the root; the folder may be gone itself), and `changed(None)` where more may have happened than can be
        told. From any thread; it must return quickly. Raises ConnectorError where the source is not there."""

    def listing(self, folder: str) -> list[Entry]:
        """What `scan` says of the files that stand directly in a folder. Raises FileGone where there is no such
        folder."""

    def identity(self) -> str:
        """Tells what stands at the source's place now from what may stand there instead, such as another disk or the
        empty folder below an unplugged one. Compared, never read. Raises ConnectorError where there is nothing."""


@runtime_checkable
class Keeps(Protocol):
    """An optional ability of a kind, beside `connect`: the files of some of its sources lie with us."""

    def kept(self, options: Any) -> str:
        """The name of the folder that holds them, which nothing else has; "" for a source that is elsewhere, for which
        `connect` is called. Raises ConnectorError for options that cannot be."""

    def stored(self, options: dict[str, Any]) -> dict[str, Any]:
        """The options as they are kept: without a secret that need only be recognised. Repeatable."""


@dataclass(frozen=True, slots=True)
class Account:
    """One source of a kind that listens. `names` tells the present path of each file that was renamed, by the path that
    it came with; it may be asked often."""

    source_id: int
    options: Any
    folder: Path
    names: Callable[[], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reception:
    """What a listener needs. `accounts` are those of this moment, and may be asked often; `let_try(name, address)` says
    whether one more password or key may be tried, and `signed_in` takes that back; `keys` is a folder of ours."""

    keys: Path
    accounts: Callable[[], Sequence[Account]]
    let_try: Callable[[str, str], bool]
    signed_in: Callable[[str, str], None]


@runtime_checkable
class Listens(Protocol):
    """An optional ability of a kind, beside `connect`: sources to which others bring their files."""

    def listening(self, listener: socket.socket, reception: Reception) -> AbstractContextManager[None]:
        """Within the block, takes files for all accounts on one socket, which listens already. What is under way when
        the block ends can be gone on with later, and what was taken whole is there."""

    def shown(self, keys: Path) -> Sequence[str]:
        """What clients are shown to know the listener by, as a fingerprint; made at the first use."""


@runtime_checkable
class Calls(Protocol):
    """An optional ability: tells somebody by itself that something came; what, is for `Watches` to say."""

    def call(self, url: str, secret: str) -> None:
        """From now on `url` is told, by what is signed with the secret. Safe to repeat. Raises ConnectorError."""


UnicodeForm = Literal["", "NFC", "NFD"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the target allows in a name: `name_max` in bytes.

    `unicode_form` is the one in which it stores every name, "" where it keeps what it is given; `forbidden` are
    characters that it refuses; `reserved_suffixes` are endings of a stem that it gives to copies of its own.
    """

    name_max: int = 255
    case_sensitive: bool = True
    unicode_form: UnicodeForm = ""
    forbidden: str = ""
    reserved_suffixes: tuple[str, ...] = ()


@runtime_checkable
class Limited(Protocol):
    """An optional ability: knows what names its folders can hold."""

    def limits(self, folder: str) -> Limits:
        """Probed once per mount and remembered."""
