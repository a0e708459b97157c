"""What the film beside a still says of itself: enough to know whether the two are one shot."""

import re
import struct
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from appliance.imaging import isoboxes
from appliance.imaging.isoboxes import Box

_EPOCH = datetime(1904, 1, 1)  # noqa: DTZ001  # cameras count from it in their own time as often as in UTC
_MOST_KEYS = 1000
_CONTENT_IDENTIFIER = b"com.apple.quicktime.content.identifier"
_CREATION_DATE = b"com.apple.quicktime.creationdate"
_IDENTIFIER = re.compile(rb"[0-9A-Za-z-]{8,64}")


@dataclass(frozen=True, slots=True)
class Film:
    """`content_id` is what the still and the film of a Live Photo share; `taken_at` is naive where the film does not
    say its zone."""

    content_id: str = ""
    taken_at: datetime | None = None


def film(file: BinaryIO) -> Film:
    """Reads a QuickTime or MP4 file, however large, in a few small pieces. What makes no sense reads as absent.

    Source: Apple's QuickTime File Format, "Movie Header Atoms" and "Metadata Item Keys Atom"; ISO/IEC 14496-12.
    """
    with suppress(OSError, ValueError, struct.error, OverflowError):
        return _read(file)
    return Film()


def _read(file: BinaryIO) -> Film:
    movie = isoboxes.first(file, b"moov", isoboxes.whole(file))
    if movie is None:
        return Film()
    items = _items(file, movie)
    identifier = items.get(_CONTENT_IDENTIFIER, b"")
    return Film(
        content_id=identifier.decode().upper() if _IDENTIFIER.fullmatch(identifier) else "",
        taken_at=_moment(items.get(_CREATION_DATE, b"")) or _created(file, movie),
    )


def _items(file: BinaryIO, movie: Box) -> dict[bytes, bytes]:
    """The metadata of the film by their keys, as they stand there."""
    meta = isoboxes.first(file, b"meta", movie)
    if meta is None:
        return {}
    file.seek(meta.start)
    if file.read(8)[4:] != b"hdlr":  # ISO's form has four bytes of version and flags first, QuickTime's has not
        meta = Box(meta.kind, meta.start + 4, meta.end)
    keys, values = isoboxes.first(file, b"keys", meta), isoboxes.first(file, b"ilst", meta)
    if keys is None or values is None:
        return {}
    names = _keys(isoboxes.contents(file, keys))
    found = {}
    for item in isoboxes.boxes(file, values):
        data = isoboxes.first(file, b"data", item)
        number = int.from_bytes(item.kind)
        if data is not None and 1 <= number <= len(names):
            found[names[number - 1]] = isoboxes.contents(file, data)[8:]  # after type and locale
    return found


def _keys(contents: bytes) -> list[bytes]:
    (count,) = struct.unpack_from(">4xI", contents)
    names, at = [], 8
    for _ in range(min(count, _MOST_KEYS)):
        (size,) = struct.unpack_from(">I", contents, at)
        names.append(contents[at + 8 : at + size])
        at += max(size, 8)
    return names


def _moment(text: bytes) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(text.decode("ascii", "replace"))
    return None


def _created(file: BinaryIO, movie: Box) -> datetime | None:
    header = isoboxes.first(file, b"mvhd", movie)
    if header is None:
        return None
    contents = isoboxes.contents(file, header)
    (seconds,) = struct.unpack_from(">Q" if contents[:1] == b"\1" else ">I", contents, 4)
    return _EPOCH + timedelta(seconds=seconds) if seconds else None
