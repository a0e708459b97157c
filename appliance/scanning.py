"""Is this file safe to open: what its first bytes say that it is, whatever its name says."""

import struct
from dataclasses import dataclass

import filetype  # type: ignore[import-untyped]  # it ships no types

HEAD = 4096  # bytes; enough for every signature and for the first directory of a raw file


@dataclass(frozen=True, slots=True)
class Kind:
    """A format. `extension` is the usual one, without a dot."""

    format: str
    extension: str
    mime: str


_JPEG = Kind("jpeg", "jpg", "image/jpeg")
_PNG = Kind("png", "png", "image/png")
_WEBP = Kind("webp", "webp", "image/webp")
_GIF = Kind("gif", "gif", "image/gif")
_TIFF = Kind("tiff", "tif", "image/tiff")
_BMP = Kind("bmp", "bmp", "image/bmp")
_HEIC = Kind("heic", "heic", "image/heic")
_AVIF = Kind("avif", "avif", "image/avif")


def _raw(extension: str, mime: str) -> Kind:
    return Kind("raw", extension, mime)


_DNG = _raw("dng", "image/x-adobe-dng")
_CR2 = _raw("cr2", "image/x-canon-cr2")
_CR3 = _raw("cr3", "image/x-canon-cr3")

_BY_EXTENSION = {"jpg": _JPEG, "png": _PNG, "apng": _PNG, "gif": _GIF, "webp": _WEBP, "tif": _TIFF, "cr2": _CR2}

# What the library takes for one of these by fewer bytes is a text, as often as not.
_WHOLE_SIGNATURES = {"png": (b"\x89PNG\r\n\x1a\n",), "gif": (b"GIF87a", b"GIF89a")}

_BY_HEAD = (
    (b"II\x2b\x00\x08\x00\x00\x00", _TIFF),  # BigTIFF
    (b"MM\x00\x2b\x00\x08\x00\x00", _TIFF),
    (b"FUJIFILMCCD-RAW ", _raw("raf", "image/x-fuji-raf")),
    (b"IIRO", _raw("orf", "image/x-olympus-orf")),
    (b"IIRS", _raw("orf", "image/x-olympus-orf")),
    (b"MMOR", _raw("orf", "image/x-olympus-orf")),
    (b"IIU\x00", _raw("rw2", "image/x-panasonic-rw2")),
)

# https://mp4ra.org/registered-types/brands
_BRANDS = {
    b"crx ": _CR3,
    b"avif": _AVIF,
    b"avis": _AVIF,
    b"heic": _HEIC,
    b"heix": _HEIC,
    b"heim": _HEIC,
    b"heis": _HEIC,
    b"hevc": _HEIC,
    b"hevx": _HEIC,
    b"mif1": _HEIC,
    b"msf1": _HEIC,
}

# Raw files that are TIFF inside, by the first word of their maker.
_MAKERS = {
    b"nikon": _raw("nef", "image/x-nikon-nef"),
    b"sony": _raw("arw", "image/x-sony-arw"),
    b"pentax": _raw("pef", "image/x-pentax-pef"),
    b"samsung": _raw("srw", "image/x-samsung-srw"),
}
_MAKE, _SUBFILE_TYPE, _DNG_VERSION, _COMPRESSION = 0x010F, 0x00FE, 0xC612, 0x0103
_REDUCED = 1
_PENTAX_COMPRESSION = 65535


def kind(head: bytes) -> Kind | None:
    """The format of a file by its first HEAD bytes; None where it is no image, or one that is never opened (SVG, EPS,
    PSD and other documents that hold programs or layers)."""
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    guess = filetype.image_match(head)
    found = _BY_EXTENSION.get(guess.extension) if guess else None
    if found is _TIFF:
        return _raw_in_tiff(head) or _TIFF
    if found is not None and not head.startswith(_WHOLE_SIGNATURES.get(found.format, (b"",))):
        return None
    if found is None:
        found = next((known for start, known in _BY_HEAD if head.startswith(start)), None)
    return found or (_BMP if _is_bitmap(head) else None)


def _by_brand(head: bytes) -> Kind | None:
    """HEIC, AVIF and CR3 are told apart by the brands in their first box; a video has none of these."""
    end = min(int.from_bytes(head[:4], "big"), 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end, 4))]
    kinds = [_BRANDS[brand] for brand in brands if brand in _BRANDS]
    return _AVIF if _AVIF in kinds else kinds[0] if kinds else None


def _is_bitmap(head: bytes) -> bool:
    """Two letters prove little: the header's own length must be one that exists."""
    return head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in {12, 16, 40, 52, 56, 64, 108, 124}


def _raw_in_tiff(head: bytes) -> Kind | None:
    """What a camera's raw file shows first is a thumbnail or sensor data, which a picture's TIFF is not."""
    try:
        tags = _first_directory(head)
    except struct.error:
        return None
    if _DNG_VERSION in tags:
        return _DNG
    reduced = tags.get(_SUBFILE_TYPE, 0) & _REDUCED
    if not reduced and tags.get(_COMPRESSION) != _PENTAX_COMPRESSION:
        return None
    return _MAKERS.get(head[tags.get(_MAKE, HEAD) :].split(b"\x00")[0].split(b" ")[0].lower())


def _first_directory(head: bytes) -> dict[int, int]:
    """The tags of a TIFF's first directory with their values, or where these lie. Raises struct.error."""
    order = "<" if head.startswith(b"II") else ">"
    (start,) = struct.unpack_from(order + "I", head, 4)
    (count,) = struct.unpack_from(order + "H", head, start)
    tags: dict[int, int] = {}
    for at in range(start + 2, min(start + 2 + 12 * count, len(head) - 11), 12):
        tag, kind_of_value = struct.unpack_from(order + "HH", head, at)
        short = kind_of_value == 3
        (tags[tag],) = struct.unpack_from(order + ("H" if short else "I"), head, at + 8)
    return tags
