"""Companions as cameras, phones and programs write them."""

import struct
from datetime import datetime
from pathlib import Path

from PIL import ExifTags

from tests.home import Home

MAKER_NOTE = ExifTags.Base.MakerNote


def maker_note(content_id: str) -> bytes:
    """An iPhone's note in EXIF, with the identifier that it shares with its film."""
    text = content_id.encode() + b"\0"
    head = b"Apple iOS\0\0\1MM" + struct.pack(">H", 2)
    after = len(head) + 2 * 12 + 4
    entries = struct.pack(">HHII", 1, 9, 1, 14) + struct.pack(">HHII", 0x11, 2, len(text), after)
    return head + entries + bytes(4) + text


def still(home: Home, name: str, content_id: str = "", *, seed: int = 1, taken: str = "") -> Path:
    tags: dict[int, object] = {MAKER_NOTE: maker_note(content_id)} if content_id else {}
    if taken:
        tags[ExifTags.Base.DateTimeOriginal] = taken
    return home.photo(name, seed, exif=tags)


def film(home: Home, name: str, content_id: str = "", *, created_at: datetime | None = None, tail: bytes = b"") -> Path:
    path = home.pictures / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(movie(content_id, created_at=created_at) + tail)
    return path


def movie(
    content_id: str = "", *, created_at: datetime | None = None, creation_date: str = "", iso: bool = False
) -> bytes:
    """A QuickTime film without pictures: frames first, and what it says of itself at the end, as phones write it."""
    epoch = datetime(1904, 1, 1)  # noqa: DTZ001  # the file knows no zone
    seconds = int((created_at - epoch).total_seconds()) if created_at else 0
    header = atom(b"mvhd", struct.pack(">III", 0, seconds, seconds) + bytes(88))
    items = {"content.identifier": content_id, "creationdate": creation_date}
    meta = _meta({key: value for key, value in items.items() if value}, iso)
    return atom(b"ftyp", b"qt  \0\0\0\0qt  ") + atom(b"mdat", b"frames" * 1000) + atom(b"moov", header + meta)


def _meta(items: dict[str, str], iso: bool) -> bytes:
    keys = b"".join(atom(b"mdta", f"com.apple.quicktime.{key}".encode()) for key in items)
    values = b"".join(
        atom(struct.pack(">I", number), atom(b"data", struct.pack(">II", 1, 0) + value.encode()))
        for number, value in enumerate(items.values(), 1)
    )
    contents = atom(b"hdlr", bytes(8) + b"mdta" + bytes(13))
    contents += atom(b"keys", struct.pack(">II", 0, len(items)) + keys) + atom(b"ilst", values)
    return atom(b"meta", (bytes(4) if iso else b"") + contents)


def atom(kind: bytes, contents: bytes) -> bytes:
    return struct.pack(">I4s", len(contents) + 8, kind) + contents


def darktable(image: str) -> str:
    """What darktable writes beside an image."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF>\n'
        '  <rdf:Description rdf:about=""\n   xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"\n'
        f'   xmpMM:DerivedFrom="{image}"\n   xmpMM:PreservedFileName="{image}"\n'
        '   darktable:auto_presets_applied="1"/>\n'
        " </rdf:RDF>\n</x:xmpmeta>\n"
    )


def adobe(extension: str, raw: str = "") -> str:
    """What Camera Raw writes beside a raw file."""
    name = f"   <crs:RawFileName>{raw}</crs:RawFileName>\n" if raw else ""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF>\n  <rdf:Description rdf:about=""\n'
        f'   photoshop:SidecarForExtension="{extension}"\n   crs:Exposure2012="+0.35">\n{name}'
        "  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n"
    )
