"""The boxes of the ISO base media file format, in which HEIC, AVIF, CR3 and films are kept."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_MOST = 1000  # boxes beside each other
_LARGEST = 1 << 20  # bytes of one box that is read
_MOST_PIECES = 100_000  # that the items of a picture lie in
_OF_A_PICTURE = {b"ftyp", b"meta", b"moov", b"mdat"}
_IN_FILE, _IN_BOX = 0, 1  # where the pieces of an item lie
_ENOUGH_TO_TELL, _LAST = 128, 64  # bytes of a piece, and of its end
_METADATA = (b"Exif", b"II*\0", b"MM\0*", b"<")  # how what is no coded picture begins


class CutOff(Exception):
    """The file ends before something that it says it holds."""


@dataclass(frozen=True, slots=True)
class Box:
    """`start` and `end` are those of its contents; `cut_off` is whether what it is in ends before it."""

    kind: bytes
    start: int
    end: int
    cut_off: bool = False


def whole(file: BinaryIO) -> Box:
    return Box(b"", 0, file.seek(0, 2))


def boxes(file: BinaryIO, parent: Box) -> Iterator[Box]:
    """Raises struct.error where a box ends within its head."""
    at = parent.start
    for _ in range(_MOST):
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
        yield Box(kind, at + head, min(at + size, parent.end), at + size > parent.end)
        at += size


def first(file: BinaryIO, kind: bytes, parent: Box) -> Box | None:
    return next((box for box in boxes(file, parent) if box.kind == kind), None)


def contents(file: BinaryIO, box: Box) -> bytes:
    """Raises ValueError where that is much."""
    if box.end - box.start > _LARGEST:
        raise ValueError("a box of metadata is too large")
    file.seek(box.start)
    return file.read(box.end - box.start)


def check_picture(file: BinaryIO) -> None:
    """Raises CutOff where a HEIC or AVIF ends before its picture does: libheif leaves what is missing white.

    What else may stand behind the picture, such as a phone's film, need not be whole.
    Source: ISO/IEC 14496-12, 8.11.3.
    """
    found: dict[bytes, Box] = {}
    for box in boxes(file, whole(file)):
        if box.cut_off and box.kind in _OF_A_PICTURE:
            raise CutOff
        found.setdefault(box.kind, box)
    if b"meta" not in found and b"moov" not in found:
        raise CutOff
    if b"meta" in found:
        _check_items(file, found[b"meta"])


def largest(file: BinaryIO) -> tuple[int, int]:
    """Width and height of the largest picture or tile that a HEIC or AVIF says it holds; (0, 0) where it says none."""
    meta = first(file, b"meta", whole(file))
    properties = first(file, b"iprp", Box(meta.kind, meta.start + 4, meta.end)) if meta else None
    stored = first(file, b"ipco", properties) if properties else None
    extents = [contents(file, box) for box in boxes(file, stored) if box.kind == b"ispe"] if stored else []
    sizes = [struct.unpack_from(">4xII", extent) for extent in extents]
    return max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))


def _check_items(file: BinaryIO, meta: Box) -> None:
    inner = Box(meta.kind, meta.start + 4, meta.end)  # after version and flags
    places, data = first(file, b"iloc", inner), first(file, b"idat", inner)
    if information := first(file, b"iinf", inner):
        _check_kinds(file, information)
    if places is None:
        return
    room = {_IN_FILE: whole(file).end, _IN_BOX: data.end - data.start if data else 0}
    for where, start, end in _pieces(contents(file, places)):
        if end > room.get(where, end) or (where == _IN_FILE and _was_never_written(file, start, end)):
            raise CutOff


def _was_never_written(file: BinaryIO, start: int, end: int) -> bool:
    """Whether a piece begins or ends with zeros, as in a download whose space was set aside: no coded picture does,
    though EXIF may end so."""
    if end - start < _ENOUGH_TO_TELL:
        return False
    file.seek(start)
    first = file.read(16)
    file.seek(end - _LAST)
    return not any(first) or (not any(mark in first for mark in _METADATA) and not any(file.read(_LAST)))


def _check_kinds(file: BinaryIO, table: Box) -> None:
    """Raises UnicodeDecodeError where the kind of an item is no text, of which pi-heif dies."""
    head = contents(file, table)[:1]
    entries = Box(table.kind, table.start + (6 if head == b"\0" else 8), table.end)
    for entry in boxes(file, entries):
        data = contents(file, entry)
        data[8 if data[:1] == b"\2" else 10 :].decode()


def _pieces(table: bytes) -> Iterator[tuple[int, int, int]]:
    """What each piece of an item lies in, and where it starts and ends there."""
    version, sizes = table[0], int.from_bytes(table[4:6])
    offset_size, length_size, base_size = (sizes >> shift & 15 for shift in (12, 8, 4))
    index_size = sizes & 15 if version else 0
    number_size = 4 if version > 1 else 2
    reader = _Numbers(table, 6)
    for _ in range(min(reader.next(number_size), _MOST_PIECES)):
        reader.next(number_size)
        where = reader.next(2) & 15 if version else _IN_FILE
        reader.next(2)
        base = reader.next(base_size)
        for _ in range(reader.next(2)):
            reader.next(index_size)
            start = base + reader.next(offset_size)
            yield where, start, start + reader.next(length_size)


class _Numbers:
    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def next(self, size: int) -> int:
        """Raises CutOff at the end."""
        start, self._at = self._at, self._at + size
        if self._at > len(self._data):
            raise CutOff
        return int.from_bytes(self._data[start : self._at])
