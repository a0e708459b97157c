"""Where a picture's file keeps its packet of XMP: nothing but that is changed, and nothing is encoded anew."""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from appliance.metadata import photoshop
from appliance.metadata.edits import Edit
from appliance.metadata.said import Said, Unwritable

Write = Callable[[bytes | None], bytes]  # from the packet that is there to the one that is to be there

_MOST = 50_000  # segments or chunks; a photo has a few thousand at most
_SIGNED = "it is signed (Content Credentials), which any change would break"


@dataclass(frozen=True, slots=True)
class Part:
    """A segment or chunk: its name, and where it stands with all that belongs to it."""

    name: bytes
    start: int
    end: int


def of(contents: bytes) -> "type[Jpeg | Png | WebP]":
    """The container, by its first bytes. Raises Unwritable for one in which nothing can be written safely."""
    for container in (Jpeg, Png, WebP):
        if container.is_one(contents):
            return container
    raise Unwritable("files of its format are not written into")


def _all(parts: Iterator[Part]) -> list[Part]:
    """Raises Unwritable for more than any program writes."""
    found = list(islice(parts, _MOST + 1))
    if len(found) > _MOST:
        raise Unwritable("it has too many parts")
    return found


class Jpeg:
    """Source: ISO 10918-1, B; XMP Specification Part 3, 1.1.3."""

    XMP = b"http://ns.adobe.com/xap/1.0/\0"
    _LONGEST = 0xFFFF - 2
    _FIRST = (b"\xff\xe0", b"\xff\xe1")  # what stands before our own segment: JFIF and EXIF

    @staticmethod
    def is_one(contents: bytes) -> bool:
        return contents.startswith(b"\xff\xd8\xff")

    @classmethod
    def changes(cls, contents: bytes, write: Write, said: Said) -> list[Edit]:
        parts = _all(cls._segments(contents))
        if any(part.name == b"\xff\xeb" and b"c2pa" in contents[part.start : part.end] for part in parts):
            raise Unwritable(_SIGNED)
        ours = [part for part in parts if cls._payload(contents, part).startswith(cls.XMP)]
        if len(ours) > 1:
            raise Unwritable("it has two packets of XMP")
        before = cls._payload(contents, ours[0])[len(cls.XMP) :] if ours else None
        payload = cls.XMP + write(before)
        if len(payload) > cls._LONGEST:
            raise Unwritable("its XMP would be too large for a JPEG")
        start, end = (ours[0].start, ours[0].end) if ours else (cls._place(contents, parts),) * 2
        cls._refuse_moving_others(contents, parts, start)
        edits = [Edit(start, contents[start:end], cls._segment(b"\xff\xe1", payload))]
        return edits + cls._iim_in_step(contents, parts, said)

    @classmethod
    def _iim_in_step(cls, contents: bytes, parts: list[Part], said: Said) -> list[Edit]:
        """Where there is such a block, in one segment."""
        ours = [part for part in parts if cls._payload(contents, part).startswith(photoshop.HEAD)]
        counted = any(cls._payload(contents, part).startswith(b"MPF\0") for part in parts)
        if len(ours) != 1 or counted:
            return []
        before = cls._payload(contents, ours[0])
        after = photoshop.kept_in_step(before, said)
        if after == before or len(after) > cls._LONGEST:
            return []
        whole = contents[ours[0].start : ours[0].end]
        return [Edit(ours[0].start, whole, cls._segment(ours[0].name, after))]

    @staticmethod
    def _segment(name: bytes, payload: bytes) -> bytes:
        return name + struct.pack(">H", len(payload) + 2) + payload

    @classmethod
    def _refuse_moving_others(cls, contents: bytes, parts: list[Part], start: int) -> None:
        """Further pictures in the file are counted from a segment of their own: what stands behind that may not get
        longer."""
        for part in parts:
            if part.start < start and cls._payload(contents, part).startswith(b"MPF\0"):
                raise Unwritable("it has further pictures in it, counted from before its XMP")

    @classmethod
    def _place(cls, contents: bytes, parts: list[Part]) -> int:
        at = 2
        for part in parts:
            jfif_or_exif = cls._payload(contents, part).startswith((b"JFIF\0", b"JFXX\0", b"Exif\0\0"))
            if part.name not in cls._FIRST or not jfif_or_exif:
                break
            at = part.end
        return at

    @staticmethod
    def _payload(contents: bytes, part: Part) -> bytes:
        return contents[part.start + 4 : part.end] if part.end - part.start >= 4 else b""

    @staticmethod
    def _segments(contents: bytes) -> Iterator[Part]:
        """Those before the first scan. Raises Unwritable where that cannot be found."""
        at = 2
        while at + 4 <= len(contents) and contents[at] == 0xFF:
            marker = contents[at + 1]
            if marker == 0xDA:
                return
            if marker in {0x00, 0x01, 0xFF, 0xD8, 0xD9} or 0xD0 <= marker <= 0xD7:
                break
            end = at + 2 + int.from_bytes(contents[at + 2 : at + 4])
            if end > len(contents) or end < at + 4:
                break
            yield Part(contents[at : at + 2], at, end)
            at = end
        raise Unwritable("its segments are not in order")

    @classmethod
    def others(cls, contents: bytes) -> list[bytes]:
        """All that is not the packet or the IIM block, in its order."""
        parts = _all(cls._segments(contents))
        kept = [part for part in parts if not cls._payload(contents, part).startswith(cls.XMP)]
        segments = [cls._without_iim(contents, part) for part in kept]
        return [*segments, contents[parts[-1].end if parts else 2 :]]

    @classmethod
    def _without_iim(cls, contents: bytes, part: Part) -> bytes:
        payload = cls._payload(contents, part)
        is_photoshop = payload.startswith(photoshop.HEAD)
        return photoshop.others(payload) if is_photoshop else contents[part.start : part.end]


class Png:
    """Source: PNG Specification (Third Edition), 5 and 11.3.3.4; XMP Specification Part 3, 1.1.5."""

    HEAD = b"\x89PNG\r\n\x1a\n"
    XMP = b"XML:com.adobe.xmp\0"

    @staticmethod
    def is_one(contents: bytes) -> bool:
        return contents.startswith(Png.HEAD)

    @classmethod
    def changes(cls, contents: bytes, write: Write, _: Said) -> list[Edit]:
        parts = _all(cls._chunks(contents))
        if any(part.name == b"caBX" for part in parts):
            raise Unwritable(_SIGNED)
        ours = [part for part in parts if cls._is_ours(contents, part)]
        if len(ours) > 1:
            raise Unwritable("it has two packets of XMP")
        data = cls.XMP + b"\0\0\0\0" + write(cls._packet(contents, ours[0]) if ours else None)
        start, end = (ours[0].start, ours[0].end) if ours else (parts[0].end,) * 2
        checked = b"iTXt" + data
        chunk = struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
        return [Edit(start, contents[start:end], chunk)]

    @classmethod
    def _is_ours(cls, contents: bytes, part: Part) -> bool:
        return part.name == b"iTXt" and contents.startswith(cls.XMP, part.start + 8)

    @classmethod
    def _packet(cls, contents: bytes, part: Part) -> bytes:
        """Behind the keyword come two signs of compression, a language and a translated keyword."""
        rest = contents[part.start + 8 + len(cls.XMP) : part.end - 4]
        fields = rest[2:].split(b"\0", 2)
        if rest[:1] != b"\0" or len(fields) != 3:
            raise Unwritable("its XMP is compressed")
        return fields[2]

    @classmethod
    def _chunks(cls, contents: bytes) -> Iterator[Part]:
        at = len(cls.HEAD)
        while at + 12 <= len(contents):
            end = at + 12 + int.from_bytes(contents[at : at + 4])
            name = contents[at + 4 : at + 8]
            if end > len(contents) or (at == len(cls.HEAD)) != (name == b"IHDR"):
                break
            yield Part(name, at, end)
            if name == b"IEND":
                return
            at = end
        raise Unwritable("its chunks are not in order")

    @classmethod
    def others(cls, contents: bytes) -> list[bytes]:
        """All that is not the packet, in its order."""
        parts = _all(cls._chunks(contents))
        kept = [contents[part.start : part.end] for part in parts if not cls._is_ours(contents, part)]
        return [*kept, contents[parts[-1].end :]]


class WebP:
    """Source: RFC 9649, 2.3 to 2.7."""

    _HAS_XMP, _HAS_ALPHA = 0x04, 0x10
    _SIMPLE = (b"VP8 ", b"VP8L")

    @staticmethod
    def is_one(contents: bytes) -> bool:
        return contents.startswith(b"RIFF") and contents[8:12] == b"WEBP"

    @classmethod
    def changes(cls, contents: bytes, write: Write, _: Said) -> list[Edit]:
        parts = _all(cls._chunks(contents))
        if any(part.name == b"C2PA" for part in parts):
            raise Unwritable(_SIGNED)
        ours = [part for part in parts if part.name == b"XMP "]
        if len(ours) > 1:
            raise Unwritable("it has two packets of XMP")
        packet = write(cls._data(contents, ours[0]) if ours else None)
        start, end = (ours[0].start, ours[0].end) if ours else (parts[-1].end,) * 2
        chunk = b"XMP " + struct.pack("<I", len(packet)) + packet + b"\0" * (len(packet) % 2)
        edits = [*cls._flagged(contents, parts), Edit(start, contents[start:end], chunk)]
        size = len(contents) - 8 + sum(len(edit.new) - len(edit.old) for edit in edits)
        return [Edit(4, contents[4:8], struct.pack("<I", size)), *edits]

    @classmethod
    def _flagged(cls, contents: bytes, parts: list[Part]) -> Iterator[Edit]:
        """The header that says that there is XMP; one is made where there was no need of any."""
        first = parts[0]
        if first.name == b"VP8X":
            flags = contents[first.start + 8]
            yield Edit(first.start + 8, bytes([flags]), bytes([flags | cls._HAS_XMP]))
        elif len(parts) == 1:
            yield Edit(first.start, b"", cls._header(contents, first))
        else:
            raise Unwritable("its chunks are not in order")

    @classmethod
    def _header(cls, contents: bytes, picture: Part) -> bytes:
        data = cls._data(contents, picture)
        flags = cls._HAS_XMP
        if picture.name == b"VP8L" and data[:1] == b"\x2f":
            bits = int.from_bytes(data[1:5], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
            flags |= cls._HAS_ALPHA if bits >> 28 & 1 else 0
        elif picture.name == b"VP8 " and data[3:6] == b"\x9d\x01\x2a":
            width, height = (value & 0x3FFF for value in struct.unpack("<HH", data[6:10]))
        else:
            raise Unwritable("its chunks are not in order")
        return (
            b"VP8X\x0a\0\0\0"
            + bytes([flags, 0, 0, 0])
            + (width - 1).to_bytes(3, "little")
            + (height - 1).to_bytes(3, "little")
        )

    @staticmethod
    def _data(contents: bytes, part: Part) -> bytes:
        size = int.from_bytes(contents[part.start + 4 : part.start + 8], "little")
        return contents[part.start + 8 : part.start + 8 + size]

    @classmethod
    def _chunks(cls, contents: bytes) -> Iterator[Part]:
        """All of them. Raises Unwritable where the file does not end with the last one."""
        at = 12
        if int.from_bytes(contents[4:8], "little") + 8 != len(contents):
            raise Unwritable("it is longer or shorter than it says")
        while at + 8 <= len(contents):
            size = int.from_bytes(contents[at + 4 : at + 8], "little")
            end = at + 8 + size + size % 2
            name = contents[at : at + 4]
            if end > len(contents) or (at == 12 and name not in {b"VP8X", *cls._SIMPLE}):
                break
            yield Part(name, at, end)
            at = end
        if at != len(contents) or at == 12:
            raise Unwritable("its chunks are not in order")

    @classmethod
    def others(cls, contents: bytes) -> list[bytes]:
        """All that is not the packet, and no header that only tells of it, in its order."""
        parts = _all(cls._chunks(contents))
        known = (cls._without_flag(contents, part) for part in parts if part.name != b"XMP ")
        return [part for part in known if part]

    @classmethod
    def _without_flag(cls, contents: bytes, part: Part) -> bytes:
        data = bytearray(contents[part.start : part.end])
        if part.name == b"VP8X":
            data[8] &= 0xFF ^ cls._HAS_XMP
            if not data[8] & (0xFF ^ cls._HAS_ALPHA):
                return b""
        return bytes(data)
