"""A small file of our own beside another: it comes whole and never over anything, and goes only while it is ours."""

import os
import zlib
from contextlib import suppress
from dataclasses import dataclass

from connectors import kernel
from connectors.base import ConnectorError, Entry, FileChanged, NameTaken
from connectors.junk import OURS
from connectors.watchfolder import copying, moving
from connectors.watchfolder.moving import Mount, Move, version
from connectors.watchfolder.places import Place, closing

_FOR_ALL = 0o666  # what is no program is not executed


@dataclass(frozen=True, slots=True)
class Adding:
    """`place` is where the file of this path stands, or is to."""

    path: str
    place: Place
    contents: bytes
    key: str
    mount: Mount

    @property
    def coming(self) -> Place:
        """Where it is made."""
        return self._hidden("new")

    @property
    def going(self) -> Place:
        """Where it waits to be removed."""
        return self._hidden("old")

    def _hidden(self, ending: str) -> Place:
        name = f"{OURS}{self.key}-{zlib.crc32(self.place.name.encode()):08x}.{ending}"
        return Place(self.place.folder, name)

    @property
    def move(self) -> Move:
        """What the acts of `moving` know a file by."""
        entry = Entry(self.path, len(self.contents), "")
        return Move(entry, self.path, self.place, self.place, self.key, lambda _: None, self.mount)

    def is_at(self, place: Place, *, beginning: bool = False) -> bool:
        """Whether the place has these bytes, or only the beginning of them."""
        if place.look() is None or not place.is_plain():
            return False
        with place.reading() as descriptor:
            found = os.pread(descriptor, len(self.contents) + 1, 0)
        return self.contents.startswith(found) if beginning else found == self.contents


def add(adding: Adding, like: Place) -> Entry:
    """Carries it out, or what is left of it. Raises as Connector.add does, and OSError."""
    place, coming = adding.place, adding.coming
    begun = coming.look() is not None and adding.mount.protocol == "copy" and adding.is_at(place, beginning=True)
    if not adding.is_at(place):
        if place.look() is not None and not begun:
            moving.remove(coming)
            raise NameTaken(f"{adding.path} exists already.")
        _make(adding, like)
        if not moving.try_place(adding.move, coming, place, resume=begun):
            moving.remove(coming)
            raise NameTaken(f"{adding.path} exists already.")
    moving.remove(coming)
    place.sync()
    found = place.look()
    if found is None or not adding.is_at(place):
        raise ConnectorError(f"{adding.path} was made and is gone again: look at the disk, then run this again.")
    return Entry(adding.path, found.st_size, version(found))


def _make(adding: Adding, like: Place) -> None:
    """A whole file, for the same people as the one that it is to stand beside."""
    made = adding.coming.open(os.O_RDWR | os.O_CREAT)
    with closing(made):
        os.ftruncate(made, 0)
        copying.write(made, adding.contents)
        neighbour = like.look()
        if neighbour is not None:
            with suppress(PermissionError):
                os.fchown(made, neighbour.st_uid, neighbour.st_gid)
            with suppress(PermissionError):
                os.fchmod(made, neighbour.st_mode & _FOR_ALL)
        os.fsync(made)


def withdraw(adding: Adding) -> None:
    """Likewise its removal; what is there with other bytes stays. Raises as Connector.withdraw does, and OSError."""
    place, going = adding.place, adding.going
    if going.look() is None:
        if place.look() is None:
            return
        if not adding.is_at(place):
            raise FileChanged(f"Another program changed {adding.path} meanwhile.")
        moving.set_aside_as(place, going)
    if not adding.is_at(going) or _is_written_to(going):
        moving.put_back(adding.move, going, place)
        raise FileChanged(f"Another program changed {adding.path} meanwhile.")
    moving.remove(going)
    place.sync()


def _is_written_to(place: Place) -> bool:
    with place.reading() as descriptor:
        return kernel.has_writer(descriptor)
