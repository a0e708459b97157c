"""Other contents for a file, in one act: a finished file changes places with it."""

import os
import zlib
from dataclasses import dataclass, replace

from connectors import kernel
from connectors.base import ConnectorError, Entry, FileChanged
from connectors.junk import OURS
from connectors.watchfolder import copying, moving
from connectors.watchfolder.moving import Mount, Move, version
from connectors.watchfolder.places import Place, closing


@dataclass(frozen=True, slots=True)
class Rewriting:
    """`place` is where `entry` stands."""

    entry: Entry
    place: Place
    contents: bytes
    key: str
    mount: Mount

    @property
    def beside(self) -> Place:
        """Where the new contents are made, and where the old ones stand after the exchange."""
        return Place(self.place.folder, f"{OURS}{self.key}-{zlib.crc32(self.place.name.encode()):08x}.xmp")

    def is_entry(self, found: os.stat_result | None) -> bool:
        return found is not None and version(found) == self.entry.version


def rewrite(rewriting: Rewriting) -> Entry:
    """Carries it out, or what is left of it. Raises as Connector.rewrite does, and OSError."""
    if rewriting.mount.protocol != "noreplace" or not rewriting.mount.inodes_stay:
        raise ConnectorError(f"Where {rewriting.entry.path} lies, no two files can change places.", permanent=True)
    if rewriting.is_entry(rewriting.place.look()):
        try:
            _make(rewriting)
        except (OSError, ConnectorError):
            moving.remove(rewriting.beside)
            raise
        _exchange(rewriting)
    return _settle(rewriting)


def _make(rewriting: Rewriting) -> None:
    """A whole file with the new contents, as good as the old one in everything else."""
    made = rewriting.beside.open(os.O_RDWR | os.O_CREAT)
    with closing(made), rewriting.place.reading() as original:
        os.ftruncate(made, 0)
        copying.write(made, rewriting.contents)
        copying.clone_attributes(original, made, rewriting.entry.path)


def _exchange(rewriting: Rewriting) -> None:
    place, beside = rewriting.place, rewriting.beside
    try:
        kernel.exchange(place.folder, beside.name, place.name)
    except OSError as error:
        moving.remove(beside)
        if error.errno not in moving.UNKNOWN_TO_THE_FILE_SYSTEM:
            raise
        sentence = f"Where {rewriting.entry.path} lies, no two files can change places."
        raise ConnectorError(sentence, permanent=True) from error
    place.sync()


def _settle(rewriting: Rewriting) -> Entry:
    """After the exchange, also one of an earlier call: the old contents go, and what a stranger put there does not."""
    place, beside = rewriting.place, rewriting.beside
    if beside.look() is not None:
        if _holds(place, rewriting.contents) and not _is_left_alone(rewriting):
            kernel.exchange(place.folder, beside.name, place.name)  # somebody wrote to the old one meanwhile
        _clear(rewriting)
        place.sync()
    found = place.look()
    if found is None or not _holds(place, rewriting.contents):
        raise FileChanged(f"Another program changed {rewriting.entry.path} meanwhile.")
    return replace(rewriting.entry, size=found.st_size, version=version(found))


def _is_left_alone(rewriting: Rewriting) -> bool:
    """The file that was exchanged is as it was, and no program has it open for writing."""
    if not rewriting.is_entry(rewriting.beside.look()):
        return False
    with rewriting.beside.reading() as descriptor:
        return not kernel.has_writer(descriptor)


def _clear(rewriting: Rewriting) -> None:
    beside = rewriting.beside
    if rewriting.is_entry(beside.look()) or _holds(beside, rewriting.contents, beginning=True):
        moving.remove(beside)
    else:
        moving.put_back(_as_move(rewriting), beside, rewriting.place)


def _holds(place: Place, contents: bytes, *, beginning: bool = False) -> bool:
    """Whether the place has these bytes, or only the beginning of them."""
    if place.look() is None:
        return False
    with place.reading() as descriptor:
        found = os.pread(descriptor, len(contents) + 1, 0)
    return contents.startswith(found) if beginning else found == contents


def _as_move(rewriting: Rewriting) -> Move:
    """What the acts of `moving` know a file by."""
    entry, place = rewriting.entry, rewriting.place
    return Move(entry, entry.path, place, place, rewriting.key, lambda _: None, rewriting.mount)
