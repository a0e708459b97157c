"""What the film beside a still says of itself: enough to know whether the two are one shot."""

import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

_EPOCH = datetime(1904, 1, 1)  # noqa: DTZ001  # cameras count from it in their own time as often as in UTC
_MOST_ATOMS = 1000
_LARGEST = 1 << 20  # bytes of one atom that is read
_CONTENT_IDENTIFIER = b"com.apple.quicktime.content.identifier"
_CREATION_DATE = b"com.apple.quicktime.creationdate"
_IDENTIFIER = re.compile(rb"[0-9A-Za-z-]{8,64}")


@dataclass(frozen=True, slots=True)
class Film:
    """`content_id` is what the still and the film of a Live Photo share; `taken_at` is naive where the film does not
    say its zone."""

    content_id: str = ""
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Atom:
    kind: bytes
    start: int  # of its contents
    end: int


def film(file: BinaryIO) -> Film:
    """Reads a QuickTime or MP4 file, however large, in a few small pieces. What makes no sense reads as absent.

    Source: Apple's QuickTime File Format, "Movie Header Atoms" and "Metadata Item Keys Atom"; ISO/IEC 14496-12.
    """
    with suppress(OSError, ValueError, struct.error, OverflowError):
        return _read(file)
    return Film()


def _read(file: BinaryIO) -> Film:
    movie = _first(file, b"moov", _Atom(b"", 0, file.seek(0, 2)))
    if movie is None:
        return Film()
    items = _items(file, movie)
    identifier = items.get(_CONTENT_IDENTIFIER, b"")
    return Film(
        content_id=identifier.decode().upper() if _IDENTIFIER.fullmatch(identifier) else "",
        taken_at=_moment(items.get(_CREATION_DATE, b"")) or _created(file, movie),
    )


def _atoms(file: BinaryIO, parent: _Atom) -> Iterator[_Atom]:
    at = parent.start
    for _ in range(_MOST_ATOMS):
        if at + 8 > parent.end:
            return
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(8))
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", file.read(8))[0], 16
        elif size == 0:
            size = parent.end - at
        if size < head:
            return
        yield _Atom(kind, at + head, min(at + size, parent.end))
        at += size


def _first(file: BinaryIO, kind: bytes, parent: _Atom) -> _Atom | None:
    return next((atom for atom in _atoms(file, parent) if atom.kind == kind), None)


def _contents(file: BinaryIO, atom: _Atom) -> bytes:
    if atom.end - atom.start > _LARGEST:
        raise ValueError("an atom of metadata is too large")
    file.seek(atom.start)
    return file.read(atom.end - atom.start)


def _items(file: BinaryIO, movie: _Atom) -> dict[bytes, bytes]:
    """The metadata of the film by their keys, as they stand there."""
    meta = _first(file, b"meta", movie)
    if meta is None:
        return {}
    file.seek(meta.start)
    if file.read(8)[4:] != b"hdlr":  # ISO's form has four bytes of version and flags first, QuickTime's has not
        meta = _Atom(meta.kind, meta.start + 4, meta.end)
    keys, values = _first(file, b"keys", meta), _first(file, b"ilst", meta)
    if keys is None or values is None:
        return {}
    names = _keys(_contents(file, keys))
    found = {}
    for item in _atoms(file, values):
        data = _first(file, b"data", item)
        number = int.from_bytes(item.kind)
        if data is not None and 1 <= number <= len(names):
            found[names[number - 1]] = _contents(file, data)[8:]  # after type and locale
    return found


def _keys(contents: bytes) -> list[bytes]:
    (count,) = struct.unpack_from(">4xI", contents)
    names, at = [], 8
    for _ in range(min(count, _MOST_ATOMS)):
        (size,) = struct.unpack_from(">I", contents, at)
        names.append(contents[at + 8 : at + size])
        at += max(size, 8)
    return names


def _moment(text: bytes) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(text.decode("ascii", "replace"))
    return None


def _created(file: BinaryIO, movie: _Atom) -> datetime | None:
    header = _first(file, b"mvhd", movie)
    if header is None:
        return None
    contents = _contents(file, header)
    (seconds,) = struct.unpack_from(">Q" if contents[:1] == b"\1" else ">I", contents, 4)
    return _EPOCH + timedelta(seconds=seconds) if seconds else None
