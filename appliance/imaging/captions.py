"""The words that a picture's file holds already, from wherever they were written into it."""

import codecs
from contextlib import suppress

from PIL import Image
from PIL.ExifTags import Base

from appliance.imaging import exif, iptc, xmp
from appliance.imaging.exif import Tags
from appliance.imaging.tidying import merged
from appliance.words import FileWords

_IPTC_IN_PHOTOSHOP = 0x0404
_IPTC_IN_TIFF, _XMP_IN_TIFF = 33723, 700
_COMMENT_CODES = {b"ASCII\0\0\0": "utf-8", b"UNICODE\0": "utf-16", b"\0\0\0\0\0\0\0\0": "utf-8"}
_CODECS = ("ascii", "cp1252", "latin-1", "utf-8", "utf-16", "utf-16-le", "utf-16-be")


def prepare() -> None:
    """Loads what could not be loaded once no file can be opened any more."""
    for name in _CODECS:
        codecs.lookup(name)
    xmp.words(b'<x xmlns:dc=":title"/>')


def read(image: Image.Image, tags: Tags) -> FileWords:
    """Never raises. XMP outranks IPTC, and IPTC what EXIF and PNG have, as programs keep the first ones up to date.

    Source: Metadata Working Group, Guidelines for Handling Image Metadata 2.0, 5.3 and 5.4.
    """
    with suppress(Exception):
        return merged([xmp.words(_packet(image, tags)), iptc.words(_iptc(image, tags)), _in_exif(tags), _in_png(image)])
    return FileWords()


def _packet(image: Image.Image, tags: Tags) -> bytes:
    found = image.info.get("xmp") or exif.value(tags.picture, _XMP_IN_TIFF)
    return found.encode("utf-8", "replace") if isinstance(found, str) else _bytes(found)


def _iptc(image: Image.Image, tags: Tags) -> bytes:
    blocks = image.info.get("photoshop")
    found = blocks.get(_IPTC_IN_PHOTOSHOP) if isinstance(blocks, dict) else None
    return _bytes(found or exif.value(tags.picture, _IPTC_IN_TIFF))


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _in_exif(tags: Tags) -> FileWords:
    title, subject, keywords = (
        _windows(exif.value(tags.picture, tag)) for tag in (Base.XPTitle, Base.XPSubject, Base.XPKeywords)
    )
    captions = [
        _said(exif.value(tags.picture, Base.ImageDescription)),
        subject,
        _comment(exif.value(tags.camera, Base.UserComment)),
    ]
    return FileWords(
        titles={"": title} if title else {},
        captions={"": text for text in captions[::-1] if text.strip()},  # noqa: B035  # the first of them stays
        keywords=tuple(filter(None, keywords.split(";"))),
    )


def _windows(value: object) -> str:
    return value.decode("utf-16-le", "replace").split("\0")[0] if isinstance(value, bytes) else ""


def _said(value: object) -> str:
    """EXIF knows ASCII alone, Pillow reads it as Latin 1, and what stands there is UTF-8."""
    if not isinstance(value, str):
        return ""
    with suppress(UnicodeError):
        return value.encode("latin-1").decode().split("\0")[0]
    return value.split("\0")[0]


def _comment(value: object) -> str:
    """Source: EXIF 2.32, 4.6.5, UserComment."""
    data = _bytes(value)
    codec = _COMMENT_CODES.get(data[:8])
    if codec is None:
        return ""
    if codec == "utf-16" and data[8:10] not in {b"\xff\xfe", b"\xfe\xff"}:
        codec = "utf-16-be" if data[8:9] == b"\0" else "utf-16-le"
    with suppress(UnicodeDecodeError):
        return data[8:].decode(codec).split("\0")[0]
    return ""


def _in_png(image: Image.Image) -> FileWords:
    title = image.info.get("Title")
    return FileWords(titles={"": title} if isinstance(title, str) else {})
