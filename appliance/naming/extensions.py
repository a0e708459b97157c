"""Extensions of image files: how they are written in a name, and whether two say the same (rule 10)."""

import re

RAW = (
    "dng",
    "nef",
    "nrw",
    "cr2",
    "cr3",
    "crw",
    "arw",
    "srf",
    "sr2",
    "orf",
    "rw2",
    "raf",
    "pef",
    "ptx",
    "srw",
    "x3f",
    "rwl",
    "3fr",
    "fff",
    "iiq",
    "mef",
    "mos",
    "erf",
    "kdc",
    "dcr",
    "gpr",
    "raw",
)

_EXTENSION = re.compile(r"[a-z0-9]{1,10}")
_ALIASES = {
    "jpeg": "jpg",
    "jpe": "jpg",
    "jfif": "jpg",
    "tiff": "tif",
    "heif": "heic",
    "hif": "heic",
    "apng": "png",
    "dib": "bmp",
}
_KNOWN = frozenset({*_ALIASES, *_ALIASES.values(), "gif", "webp", "avif", *RAW})
_SPOKEN = {"jpg": "a JPEG", "tif": "a TIFF", "heic": "an HEIC image", "avif": "an AVIF image", "webp": "a WebP image"}


def written(text: str) -> str:
    """The extension as it stands in a name. ValueError for what cannot be one."""
    lowered = text.lower()
    if not _EXTENSION.fullmatch(lowered):
        raise ValueError(f"“{text}” cannot be the extension of an image: give letters and digits, such as jpg.")
    return "jpg" if lowered == "jpeg" else lowered


def is_known(text: str) -> bool:
    return text.lower() in _KNOWN


def disagreement(given: str, actual: str) -> str | None:
    """A sentence where the extension of a name is not the one of its bytes."""
    kind = _kind(actual)
    if _kind(given) == kind:
        return None
    spoken = _SPOKEN.get(kind, f"a {kind.upper()}")
    return f"The extension {'was wrong' if given else 'was missing'}: the file is {spoken}."


def extension_for(name: str, actual: str) -> str:
    """The extension for a file of that name, whose bytes are of the `actual` one. A raw file keeps the one that its
    camera gave it: makers share each other's forms, most of which are TIFF."""
    given = name.rpartition(".")[2].lower()
    return given if given in RAW and actual in {"tif", *RAW} else actual


def _kind(text: str) -> str:
    lowered = text.lower()
    return _ALIASES.get(lowered, lowered)
