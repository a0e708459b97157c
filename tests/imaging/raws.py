"""Raw files, built as cameras build theirs as far as their readers look."""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from tests.imaging.pictures import encoded, quarters

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SIGNED_RATIONAL = 1, 2, 3, 4, 5, 7, 10
_FORMS = {BYTE: "B", SHORT: "H", LONG: "I", RATIONAL: "II", SIGNED_RATIONAL: "ii"}

# By tag: a type and its numbers or text, a Blob, or a list of directories.
Directory = Mapping[int, Any]


@dataclass(frozen=True)
class Blob:
    """Bytes that lie elsewhere, and where they do is the value."""

    data: bytes


class Tiff:
    """Directories one after the other, the first in front, where programs look for who made the file."""

    def __init__(self, head: bytes = b"II*\0\x08\0\0\0", order: str = "<") -> None:
        self.data = bytearray(head)
        self._order = order

    def chain(self, directories: Sequence[Directory]) -> int:
        """Where the first one is."""
        starts = []
        for directory in directories:
            starts.append(self._directory(directory))
        for directory, start, following in zip(directories, starts, starts[1:], strict=False):
            struct.pack_into(self._order + "I", self.data, start + 2 + 12 * len(directory), following)
        return starts[0]

    def blob(self, data: bytes) -> int:
        self.data += bytes(len(self.data) % 2)
        start = len(self.data)
        self.data += data
        return start

    def _directory(self, directory: Directory) -> int:
        start = self.blob(bytes(2 + 12 * len(directory) + 4))
        struct.pack_into(self._order + "H", self.data, start, len(directory))
        for at, (tag, value) in enumerate(sorted(directory.items(), key=lambda item: item[0])):
            entry = self._entry(tag, value)
            self.data[start + 2 + 12 * at : start + 14 + 12 * at] = entry
        return start

    def _entry(self, tag: int, value: Any) -> bytes:
        kind, count, data = self._encoded(value)
        if len(data) > 4:
            data = struct.pack(self._order + "I", self.blob(data))
        return struct.pack(self._order + "HHI", tag, kind, count) + data.ljust(4, b"\0")

    def _encoded(self, value: Any) -> tuple[int, int, bytes]:
        if isinstance(value, Blob):
            return LONG, 1, struct.pack(self._order + "I", self.blob(value.data))
        if isinstance(value, list):
            starts = [self._directory(directory) for directory in value]
            return LONG, len(starts), struct.pack(f"{self._order}{len(starts)}I", *starts)
        kind, content = value
        if kind in {ASCII, UNDEFINED}:
            data = content.encode() + b"\0" if isinstance(content, str) else content
            return kind, len(data), data
        numbers = content if isinstance(content, tuple) else (content,)
        count = len(numbers) // len(_FORMS[kind])
        return kind, count, struct.pack(self._order + _FORMS[kind] * count, *numbers)


def preview(size: tuple[int, int] = (640, 400), **options: Any) -> bytes:
    return encoded(quarters(size), quality=95, subsampling=0, **options)


def sensor(size: tuple[int, int] = (640, 400)) -> bytes:
    """Red, green, green, blue, in 16 bits each."""
    colours = np.asarray(quarters(size)).astype(np.uint16) * 257
    mosaic = colours[:, :, 1].copy()
    mosaic[0::2, 0::2] = colours[0::2, 0::2, 0]
    mosaic[1::2, 1::2] = colours[1::2, 1::2, 2]
    return mosaic.astype("<u2").tobytes()


def camera(make: str, model: str, orientation: int = 1) -> dict[int, Any]:
    return {
        271: (ASCII, make),
        272: (ASCII, model),
        274: (SHORT, orientation),
        306: (ASCII, "2024:05:17 18:03:09"),
        34665: [{36867: (ASCII, "2024:05:17 18:03:09")}],
    }


def pixels(size: tuple[int, int], data: bytes, *, bits: int = 16, compression: int = 1) -> dict[int, Any]:
    return {
        254: (LONG, 0),
        256: (LONG, size[0]),
        257: (LONG, size[1]),
        258: (SHORT, bits),
        259: (SHORT, compression),
        262: (SHORT, 32803),
        273: Blob(data),
        277: (SHORT, 1),
        278: (LONG, size[1]),
        279: (LONG, len(data)),
        33421: (SHORT, (2, 2)),
        33422: (BYTE, (0, 1, 1, 2)),
    }


def _jpeg_in_directory(jpeg: bytes) -> dict[int, Any]:
    return {254: (LONG, 1), 259: (SHORT, 6), 513: Blob(jpeg), 514: (LONG, len(jpeg))}


def dng(
    jpeg: bytes | None = None,
    *,
    size: tuple[int, int] = (640, 400),
    orientation: int = 1,
    more: Directory | None = None,
) -> bytes:
    """A real one: its pixels can be developed."""
    colours = {
        50706: (BYTE, (1, 4, 0, 0)),
        50708: (ASCII, "Leica T"),
        50721: (SIGNED_RATIONAL, (3, 1, -1, 1, 0, 1, -1, 1, 2, 1, 0, 1, 0, 1, -1, 1, 2, 1)),
        50728: (RATIONAL, (1, 1, 1, 1, 1, 1)),
        50778: (SHORT, 21),
    }
    inner = [pixels(size, sensor(size)) | {50714: (SHORT, 0), 50717: (LONG, 65535)}]
    if jpeg is not None:
        shown = (640, 400)  # which the JPEG knows better
        inner.append(
            {
                254: (LONG, 1),
                256: (LONG, shown[0]),
                257: (LONG, shown[1]),
                258: (SHORT, (8, 8, 8)),
                259: (SHORT, 7),
                262: (SHORT, 6),
                273: Blob(jpeg),
                277: (SHORT, 3),
                278: (LONG, shown[1]),
                279: (LONG, len(jpeg)),
            }
        )
    return _file(
        [
            {254: (LONG, 1)}
            | camera("Leica Camera AG", "Leica T", orientation)
            | colours
            | {330: inner}
            | dict(more or {})
        ]
    )


def _file(directories: Sequence[Directory], head: bytes = b"II*\0\x08\0\0\0", order: str = "<") -> bytes:
    tiff = Tiff(head, order)
    tiff.chain(directories)
    return bytes(tiff.data)


def nef(jpeg: bytes, *, orientation: int = 1) -> bytes:
    size = (4352, 2868)
    inner = [_jpeg_in_directory(jpeg), pixels(size, bytes(size[0] * size[1] * 2), bits=12)]
    first = {254: (LONG, 1)} | camera("NIKON CORPORATION", "NIKON D90", orientation) | {330: inner}
    return _file([first], b"MM\0*\0\0\0\x08", ">")


def nef_with_plain_preview(image: Image.Image, *, orientation: int = 1) -> bytes:
    """Its preview is no JPEG, but the pixels themselves."""
    size, data = (4352, 2868), image.tobytes()
    first = {254: (LONG, 1)} | camera("NIKON CORPORATION", "NIKON D90", orientation)
    first |= {256: (LONG, image.width), 257: (LONG, image.height), 258: (SHORT, (8, 8, 8)), 259: (SHORT, 1)}
    first |= {262: (SHORT, 2), 273: Blob(data), 277: (SHORT, 3), 278: (LONG, image.height), 279: (LONG, len(data))}
    inner = [pixels(size, bytes(size[0] * size[1] * 2), bits=12)]
    return _file([first | {330: inner}], b"MM\0*\0\0\0\x08", ">")


def arw(jpeg: bytes, *, orientation: int = 1) -> bytes:
    size = (6048, 4024)
    inner = [pixels(size, bytes(size[0] * size[1]), bits=14, compression=32767)]
    return _file([_jpeg_in_directory(jpeg) | camera("SONY", "ILCE-7M3", orientation) | {330: inner}])


def pef(jpeg: bytes, *, orientation: int = 1) -> bytes:
    size = (3936, 2624)
    first = pixels(size, bytes(size[0] * size[1] * 2), compression=65535)
    return _file([first | camera("PENTAX Corporation", "PENTAX K10D", orientation), _jpeg_in_directory(jpeg)])


def srw(jpeg: bytes, *, orientation: int = 1) -> bytes:
    size = (5546, 3714)
    inner = [_jpeg_in_directory(jpeg), pixels(size, bytes(size[0] * size[1] * 2), bits=12, compression=32770)]
    return _file([{254: (LONG, 1)} | camera("SAMSUNG", "NX200", orientation) | {330: inner}])


def cr2(jpeg: bytes, *, orientation: int = 1) -> bytes:
    size = (5568, 3708)
    first = camera("Canon", "Canon EOS 70D", orientation)
    first |= {
        256: (SHORT, 5472),
        257: (SHORT, 3648),
        258: (SHORT, (8, 8, 8)),
        259: (SHORT, 6),
        273: Blob(jpeg),
        279: (LONG, len(jpeg)),
    }
    packed = _lossless(size) + bytes(200_000)
    last = {259: (SHORT, 6), 273: Blob(packed), 279: (LONG, len(packed))}
    return _file([first, _jpeg_in_directory(preview((160, 120))), last], b"II*\0\x10\0\0\0CR\2\0\0\0\0\0")


def _lossless(size: tuple[int, int]) -> bytes:
    frame = struct.pack(">HBHHB", 14, 14, size[1], size[0] // 2, 2) + b"\1\x11\0\2\x11\0"
    table = struct.pack(">H", 20) + b"\0" + b"\1" + bytes(15) + b"\0"
    scan = struct.pack(">HB", 10, 2) + b"\1\0\2\0" + b"\1\0\0"
    return b"\xff\xd8\xff\xc4" + table + b"\xff\xc3" + frame + b"\xff\xda" + scan


def orf(jpeg: bytes, *, orientation: int = 1) -> bytes:
    size = (4640, 3472)
    first = pixels(size, bytes(size[0] * size[1] * 3 // 2)) | camera("OLYMPUS IMAGING CORP.", "E-M10", orientation)
    first[34665] = [first[34665][0] | {37500: (UNDEFINED, _olympus_note(jpeg))}]
    return _file([first], b"IIRO\x08\0\0\0")


def _olympus_note(jpeg: bytes) -> bytes:
    """Directories within the note, whose offsets count from its start."""
    note = Tiff(b"OLYMPUS\0II\3\0")
    note.chain([{0x2020: [{257: Blob(jpeg), 258: (LONG, len(jpeg))}]}])
    return bytes(note.data)


def rw2(jpeg: bytes, *, orientation: int = 1) -> bytes:
    size = (4816, 3464)
    data = bytes(size[0] * size[1] * 8 // 7)
    first = {
        1: (UNDEFINED, b"0410"),
        2: (SHORT, size[0]),
        3: (SHORT, size[1]),
        4: (SHORT, 4),
        5: (SHORT, 8),
        6: (SHORT, 3464),
        7: (SHORT, 4600),
        9: (SHORT, 3),
        10: (SHORT, 12),
        46: (UNDEFINED, jpeg),
        273: (LONG, 0xFFFFFFFF),
        279: (LONG, len(data)),
        280: Blob(data),
    }
    return _file([first | camera("Panasonic", "DMC-GH4", orientation)], b"IIU\0\x08\0\0\0")


def raf(jpeg: bytes, *, orientation: int = 1) -> bytes:
    """What the camera wrote stands in the preview."""
    exif = Image.Exif()
    exif.update({271: "FUJIFILM", 272: "X-T1", 274: orientation})
    exif.get_ifd(34665)[36867] = "2024:05:17 18:03:09"
    body = exif.tobytes()
    jpeg = jpeg[:2] + struct.pack(">BBH", 0xFF, 0xE1, len(body) + 2) + body + jpeg[2:]
    size = (4936, 3296)
    sizes = struct.pack(">HH", size[1], size[0])
    head = struct.pack(">I", 2) + struct.pack(">HH", 0x100, 4) + sizes + struct.pack(">HH", 0x121, 4) + sizes
    data = bytes(size[0] * size[1] * 2)
    start = 160
    places = [(start, len(jpeg)), (start + len(jpeg), len(head)), (start + len(jpeg) + len(head), len(data))]
    magic = b"FUJIFILMCCD-RAW 0201FF383501" + b"X-T1".ljust(32, b"\0") + b"0100".ljust(24, b"\0")
    table = b"".join(struct.pack(">II", *place) for place in places)
    return (magic + table).ljust(start, b"\0") + jpeg + head + data


BUILT: dict[str, Callable[..., bytes]] = {
    "dng": dng,
    "nef": nef,
    "arw": arw,
    "pef": pef,
    "srw": srw,
    "cr2": cr2,
    "orf": orf,
    "rw2": rw2,
    "raf": raf,
}
