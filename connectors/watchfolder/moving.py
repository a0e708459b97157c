"""Acts on names that lose nothing and overwrite nothing: the one module that may rename.

What stands under a hidden name of ours is removed only when all its bytes stand under a visible one, and is given a
visible name otherwise.
"""

import errno
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath

from connectors import kernel
from connectors.base import ConnectorError, Entry, FileChanged, NameTaken
from connectors.junk import OURS
from connectors.watchfolder import copying
from connectors.watchfolder.places import NO_PLAIN_FILE, Place, closing

UNKNOWN_TO_THE_FILE_SYSTEM = frozenset([errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])


@dataclass(frozen=True, slots=True)
class Mount:
    """How names are changed on a file system. Where inodes do not stay, only bytes tell which file is which."""

    protocol: str
    inodes_stay: bool


@dataclass(frozen=True, slots=True)
class Move:
    """One rename: `old` and `new` are the places of `entry` and `to`."""

    entry: Entry
    to: str
    old: Place
    new: Place
    key: str
    step: Callable[[str], None]
    mount: Mount
    later: Callable[[], None] | None = None  # makes a rename of one step durable, in place of a sync at once

    @property
    def aside(self) -> Place:
        """Where the file of the old name waits to be removed."""
        return Place(self.old.folder, self._hidden(".old"))

    @property
    def mark(self) -> Place:
        """Says that the new name is being claimed by us: another link of the file, or empty where there are none."""
        return Place(self.new.folder, self._hidden(".new"))

    @property
    def half(self) -> Place:
        """Where a copy that failed is withdrawn to."""
        return Place(self.new.folder, self._hidden(".half"))

    @property
    def spare(self) -> Place:
        """Where a copy of what waits at `half` is withdrawn to."""
        return Place(self.new.folder, self._hidden(".spare"))

    def has_begun(self) -> bool:
        """Whether something of it stands under a hidden name, so that it must be gone on with."""
        return any(place.look() is not None for place in (self.aside, self.mark, self.half, self.spare))

    def _hidden(self, ending: str) -> str:
        # Other databases count their keys from 1 as well, and may know the same folder.
        names = f"{self.old.name}/{self.new.name}"
        return f"{OURS}{self.key}-{zlib.crc32(names.encode()):08x}{ending}"

    def is_entry(self, found: os.stat_result) -> bool:
        """The very file that the caller has seen, unchanged."""
        if self.mount.inodes_stay:
            return stat.S_ISREG(found.st_mode) and version(found) == self.entry.version
        return self.looks_like_entry(found)

    def looks_like_entry(self, found: os.stat_result) -> bool:
        """Has its size and time, as a finished copy has too."""
        known = self.entry.version.partition("-")[2]
        return stat.S_ISREG(found.st_mode) and version(found).partition("-")[2] == known

    def is_elsewhere(self, hidden: os.stat_result) -> bool:
        """A hidden file has another name, too; False where that cannot be known."""
        return self.mount.inodes_stay and hidden.st_nlink > 1

    def same_file(self, one: Place, other: Place) -> bool:
        """By inode where that is proof, else by all their bytes. Raises OSError where they cannot be read."""
        first, second = one.look(), other.look()
        if first is None or second is None or not (stat.S_ISREG(first.st_mode) and stat.S_ISREG(second.st_mode)):
            return False
        if self.mount.inodes_stay and self.mount.protocol != "copy":
            return os.path.samestat(first, second)
        with one.reading() as reading, other.reading() as other_reading:
            return copying.same_bytes(reading, other_reading)

    def sync(self) -> None:
        self.new.sync()
        if self.old.folder != self.new.folder:
            self.old.sync()


def version(found: os.stat_result) -> str:
    return f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"


def rename_noreplace(one: Place, other: Place) -> None:
    kernel.rename_noreplace(one.folder, one.name, other.folder, other.name)


def link(one: Place, other: Place) -> None:
    os.link(one.name, other.name, src_dir_fd=one.folder, dst_dir_fd=other.folder, follow_symlinks=False)


def make_mark(move: Move) -> None:
    with suppress(FileExistsError):
        os.close(move.mark.open(os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    move.mark.sync()


def set_aside(move: Move) -> os.stat_result | None:
    """Takes whatever stands at the old name off it; None where nothing stands there."""
    with suppress(FileNotFoundError):  # which a network may also say of what it has just done itself
        _rename_to_free(move.old, move.aside)
    move.old.sync()
    aside = move.aside.look()
    if aside is None and move.old.look() is not None:
        raise ConnectorError(
            f"{move.entry.path} was renamed and is there again: look at the disk, then run this again."
        )
    return aside


def set_aside_as(place: Place, hidden: Place) -> None:
    """Gives whatever stands at a visible name a hidden one of ours, durably. Raises FileExistsError where that is in
    use."""
    _rename_to_free(place, hidden)
    place.sync()


def _rename_to_free(one: Place, other: Place) -> None:
    """To a hidden name of ours, which nobody else would take between the look and the act; or of a folder, which never
    replaces a file. Raises FileExistsError where the name is in use."""
    try:
        rename_noreplace(one, other)
    except OSError as error:
        if error.errno not in UNKNOWN_TO_THE_FILE_SYSTEM:
            raise
        if other.look() is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), other.name) from error
        os.rename(one.name, other.name, src_dir_fd=one.folder, dst_dir_fd=other.folder)


def try_place(move: Move, hidden: Place, place: Place, *, resume: bool = False) -> bool:
    """Gives a hidden file a visible name; False where that name is taken."""
    try:
        if move.mount.protocol == "noreplace":
            rename_noreplace(hidden, place)
            place.sync()
            return True
        if not hidden.is_plain():
            _place_special(hidden, place)
            return True
        if move.mount.protocol == "link":
            link(hidden, place)
            place.sync()
        else:
            copy(move, hidden, place, resume=resume)
    except (FileExistsError, NameTaken):
        if move.mount.protocol == "noreplace" or not move.same_file(hidden, place):
            return False
    if not move.same_file(hidden, place):
        raise ConnectorError(f"{place.name} was made and is gone again: look at the disk, then run this again.")
    remove(hidden)
    return True


def _place_special(hidden: Place, place: Place) -> None:
    """For what is no photo, but stood at the name of one. Raises FileExistsError."""
    found = hidden.look()
    if found is not None and stat.S_ISLNK(found.st_mode):
        os.symlink(os.readlink(hidden.name, dir_fd=hidden.folder), place.name, dir_fd=place.folder)
        remove(hidden)
    else:
        _rename_to_free(hidden, place)


def put_back(move: Move, hidden: Place, home: Place) -> None:
    """Gives a hidden file the name it had, or one beside it where that has been taken again."""
    if not any(try_place(move, hidden, place) for place in (home, *_beside(move, home))):
        raise ConnectorError(
            f"Other programs put files at {move.entry.path} while it was renamed; one of them waits there under the "
            f"hidden name {hidden.name}: give it a name by hand.",
            permanent=True,
        )


def _beside(move: Move, home: Place) -> Iterator[Place]:
    path = PurePosixPath(home.name)
    for number in range(1, 10):
        yield Place(home.folder, f"{path.stem[:20]}-kept-{move.key}-{number}{path.suffix}")


def discard(move: Move, hidden: Place, home: Place) -> None:
    """Removes a hidden file, if any. What would be lost with it goes home instead."""
    found = hidden.look()
    if found is None:
        return
    if (
        found.st_size == 0
        or move.is_elsewhere(found)
        or any(_begins(hidden, place) for place in (move.new, move.old, move.aside))
    ):
        remove(hidden)
    else:
        put_back(move, hidden, home)


def remove_aside(move: Move) -> bool:
    """Removes the set-aside file where the new name holds the same one; False where it does not."""
    new = move.new.look()
    unfinished = new is not None and move.mount.protocol == "copy" and not move.looks_like_entry(new)
    if unfinished or not move.same_file(move.aside, move.new):  # a copy gets its time last
        return False
    remove(move.aside)
    return True


def _begins(hidden: Place, place: Place) -> bool:
    """Every byte of the hidden file stands at the place, too. Raises OSError where that cannot be read."""
    if place.look() is None:
        return False
    try:
        with hidden.reading() as part, place.reading() as whole:
            return copying.is_beginning(part, whole)
    except OSError as error:
        if error.errno in NO_PLAIN_FILE:
            return False
        raise


def remove(hidden: Place) -> None:
    """Removes a hidden file of ours."""
    with suppress(FileNotFoundError):
        os.unlink(hidden.name, dir_fd=hidden.folder)
    if hidden.look() is not None:
        raise ConnectorError(f"{hidden.name} was removed and is there again: look at the disk, then run this again.")


def copy(move: Move, source: Place, target: Place, *, resume: bool) -> None:
    """Makes `target` as good as `source`, and durable. With `resume` it may hold a beginning that we wrote.

    Raises FileExistsError or NameTaken where another's file is there; after any other error nothing of ours is.
    """
    with source.reading() as original:
        before = os.fstat(original)
        if source == move.old and not move.is_entry(before):
            raise replaced(move)
        made, written = _create(target, resume), copying.Written()
        try:
            with closing(made):
                copying.fill(original, made, move.to, written)
                copying.clone_attributes(original, made, move.to)
            if version(os.fstat(original)) != version(before):
                raise replaced(move) if source == move.old else _unsettled(move)
            target.sync()
        except NameTaken:
            raise
        except (OSError, ConnectorError):
            half = move.spare if source == move.half else move.half
            _withdraw_copy(move, target, half, original, written)
            raise


def _create(target: Place, resume: bool) -> int:
    if resume:
        with suppress(FileNotFoundError):
            return _reopen(target)
    return target.open(os.O_RDWR | os.O_CREAT | os.O_EXCL)


def _reopen(target: Place) -> int:
    try:
        return target.open(os.O_RDWR)
    except PermissionError:  # a finished copy of a file that may not be written
        return target.open(os.O_RDONLY)
    except OSError as error:
        if error.errno in NO_PLAIN_FILE:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target.name) from error
        raise


def _withdraw_copy(move: Move, target: Place, half: Place, original: int, written: copying.Written) -> None:
    """Takes a failed copy off its visible name. Where that holds another's file by now, it keeps it."""
    with suppress(FileNotFoundError):
        _rename_to_free(target, half)
    if half.look() is None:
        return
    if _is_copy(half, original, written):
        remove(half)
    else:
        put_back(move, half, target)


def _is_copy(half: Place, original: int, written: copying.Written) -> bool:
    try:
        with half.reading() as descriptor:
            return written.is_all_of(descriptor) or copying.is_beginning(descriptor, original)
    except OSError:
        return False


def withdraw_link(move: Move) -> None:
    """Takes the link off the new name, where the file has further names."""
    _rename_to_free(move.new, move.half)
    if move.same_file(move.half, move.mark):
        remove(move.half)
    else:
        put_back(move, move.half, move.new)


def _unsettled(move: Move) -> ConnectorError:
    """Of a hidden file: the rename has begun, so it must be gone on with, and may not end as if nothing was done."""
    return ConnectorError(f"Another program is writing to {move.entry.path}: run this again.")


def replaced(move: Move) -> FileChanged:
    return FileChanged(f"Another program changed or replaced {move.entry.path} meanwhile: look at it again.")
