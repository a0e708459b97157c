"""Files that follow an image: RAW beside JPEG, sidecars, Live Photo videos, larger and converted copies (rule 13)."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.naming import extensions
from appliance.naming.grammar import split

# Of several images with one stem, the first by this order is the one that the others may follow.
_PICTURES = ("jpg", "jpeg", "jpe", "jfif", "heic", "heif", "hif", "png", "gif", "tif", "tiff", "bmp")
_CONVERTED = ("webp", "avif")
_RANK = {extension: rank for rank, extension in enumerate((*_PICTURES, *_CONVERTED, *extensions.RAW))}
_FILMS = frozenset({"mov", "mp4", "m4v", "mp", "lrv"})
_SIDECARS = frozenset({"xmp", "aae", "thm", "json", "pp3", "dop", "on1", "vrd", "wav"})
FOLLOWING = frozenset({*_SIDECARS, *_FILMS, *_CONVERTED, *extensions.RAW})

_LARGER = re.compile(r"(.+)@\d+(?:\.\d+)?x", re.IGNORECASE)

# darktable: `a_01.nef.xmp` is the second version of `a.nef`.
_VERSION = re.compile(r"(?P<stem>.+)(?P<version>_\d\d)(?P<extension>\.[^.]+)(?P<end>\.xmp)", re.IGNORECASE)

# A still and its film are begun within this time of each other.
_TOGETHER = timedelta(seconds=10)
_ZONE = timedelta(minutes=15)  # every offset from UTC is a multiple of it
_FARTHEST = timedelta(hours=26)

# Google Takeout: `a.jpg.json`, `a.jpg.supplemental-metadata.json` with its middle cut anywhere, `a.jpg(1).json` for
# `a(1).jpg`, and a title cut where the whole name would have more than 51 characters.
_TAKEOUT = re.compile(r"(?P<title>.+?)(?P<kind>\.s[a-z-]*)?(?P<copy>\(\d+\))?(?P<end>\.json)", re.IGNORECASE)
_TAKEOUT_KIND = ".supplemental-metadata"
_TAKEOUT_LEAST_CUT = 40


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a file says of itself. `content_id` is what the still and the film of a Live Photo share; `taken_at` is
    naive where its zone is not known; `extension` is that of the image for which an XMP sidecar was written."""

    content_id: str = ""
    taken_at: datetime | None = None
    extension: str = ""


_NOTHING = Evidence()


def companions(names: Iterable[str], evidence: Mapping[str, Evidence] | None = None) -> dict[str, tuple[str, ...]]:
    """The images of one folder that have companions, with the names of those; a name follows one image at most.

    `evidence` by name, of as many files as anybody has looked at: without it, names alone decide. A film whose content
    identifier or time is not its image's does not follow it.
    """
    listing = _Listing(names, evidence or {})
    found = defaultdict[str, list[str]](list)
    for name in listing.names:
        if (leader := listing.leader(name)) != name:
            found[leader].append(name)
    return {image: tuple(sorted(others)) for image, others in found.items()}


def is_image(name: str) -> bool:
    """Whether the name is one of an image, which other files may follow."""
    return split(name)[1].lower() in _RANK


def is_sidecar(name: str) -> bool:
    """Whether the name is one of a file that is nothing without its image."""
    return split(name)[1].lower() in _SIDECARS - {"json", "wav"}


def is_film(name: str) -> bool:
    """Whether the name is one of a film that may belong to a Live Photo or motion photo."""
    return split(name)[1].lower() in _FILMS


def companion_name(companion: str, old_image: str, new_image: str) -> str:
    """The companion's new name, in its own style. ValueError for a name that does not follow the old one."""
    if (ending := _after_name(companion, old_image)) is not None:
        return new_image + ending.lower()
    old_stem, new_stem = split(old_image)[0], split(new_image)[0]
    rest = companion[len(old_stem) :].lower()
    if companion[: len(old_stem)].lower() == old_stem.lower():
        if rest[:1] in {".", "@"}:
            return new_stem + (f"{rest.removesuffix('.jpeg')}.jpg" if rest.endswith(".jpeg") else rest)
        if version := _VERSION.fullmatch(companion):
            return f"{new_stem}{version['version']}{version['extension']}{version['end']}".lower()
    if is_film(companion):  # found by its content identifier, or `a.mp` beside `a.mp.jpg`
        return f"{new_stem}.{split(companion)[1].lower()}"
    raise ValueError(f"“{companion}” does not follow “{old_image}”: rename it by itself.")


def _after_name(companion: str, image: str) -> str | None:
    """What stands after the image's whole name, extension included; None for any other style."""
    if companion.lower().startswith(f"{image.lower()}."):
        return companion[len(image) :]
    if (sidecar := _takeout(companion)) and image.lower() in _titles(sidecar, [image.lower()]):
        return f"{sidecar['kind'] or ''}{sidecar['end']}"
    return None


def _takeout(name: str) -> re.Match[str] | None:
    match = _TAKEOUT.fullmatch(name)
    return match if match and _TAKEOUT_KIND.startswith((match["kind"] or "").lower()) else None


def _titles(sidecar: re.Match[str], images: Sequence[str]) -> list[str]:
    """Those of the images, in lower case and sorted, that Takeout may have written this sidecar for."""
    title, copy = sidecar["title"].lower(), sidecar["copy"] or ""
    stem, extension = split(title)
    exact = f"{stem}{copy}.{extension}" if extension else f"{stem}{copy}"
    if len(title) < _TAKEOUT_LEAST_CUT:
        return [exact] if _found(images, exact) else []
    if copy and extension not in _RANK:
        return []
    start = bisect_left(images, title)
    return [image for image in images[start : start + 2] if image.startswith(title)]


def _found(images: Sequence[str], image: str) -> bool:
    i = bisect_left(images, image)
    return i < len(images) and images[i] == image


class _Listing:
    """The names of one folder, found without regard to case."""

    def __init__(self, names: Iterable[str], evidence: Mapping[str, Evidence]) -> None:
        self.names = list(dict.fromkeys(names))
        self._evidence = evidence
        self._images: dict[str, str] = {}
        self._by_stem = defaultdict[str, list[str]](list)
        self._stills = defaultdict[str, list[str]](list)  # by content identifier
        for name in self.names:
            stem, extension = split(name)
            if extension.lower() in _RANK:
                self._images.setdefault(name.lower(), name)
                self._by_stem[stem.lower()].append(name)
                self._stills[self._of(name).content_id].append(name)
        self._exact = frozenset(self.names)
        self._sorted = sorted(self._images)

    def leader(self, name: str) -> str:
        """The image that a name follows, which follows no other; the name itself where there is none."""
        while (image := self._followed(name)) != name:
            name = image
        return name

    def _of(self, name: str) -> Evidence:
        return self._evidence.get(name, _NOTHING)

    def _followed(self, name: str) -> str:
        stem, extension = split(name)
        extension = extension.lower()
        larger = _LARGER.fullmatch(stem)
        if extension in _RANK and larger and (image := self._first(larger[1])):
            return image
        if extension not in FOLLOWING:
            return name
        if extension in _FILMS:
            return self._filmed(name, stem) or name
        if image := self._image(stem):
            return image
        if extension == "json":
            return self._described(name)
        if extension == "xmp" and (image := self._written_for(name, stem)):
            return image
        return self._first(stem) or name

    def _image(self, name: str) -> str | None:
        """The image of that whole name."""
        if name in self._exact and split(name)[1].lower() in _RANK:
            return name
        return self._images.get(name.lower())

    def _first(self, stem: str) -> str | None:
        """The image of that stem which the others follow."""
        return min(self._of_stem(stem), key=lambda image: (_rank(image), split(image)[0] != stem, image), default=None)

    def _of_stem(self, stem: str) -> list[str]:
        return self._by_stem.get(stem.lower(), [])

    def _filmed(self, film: str, stem: str) -> str | None:
        """The still that a film belongs to: by the identifier that both have, else by stem and time."""
        images = sorted(self._of_stem(stem) or self._of_stem(film), key=_rank)
        known = self._of(film).content_id
        if known:
            alike = self._stills.get(known, [])
            if mine := [image for image in images if image in alike] or (alike if len(alike) == 1 else []):
                return mine[0]
            images = [image for image in images if not self._of(image).content_id]
        return next((image for image in images if self._are_together(film, image)), None)

    def _are_together(self, film: str, image: str) -> bool:
        """Not of different times; where one of them is not known, the stem decides."""
        one, other = self._of(film).taken_at, self._of(image).taken_at
        return one is None or other is None or are_together(one, other)

    def _written_for(self, name: str, stem: str) -> str | None:
        """The image that an XMP sidecar names by its extension, or of which it is a further version."""
        wanted = self._of(name).extension.lower()
        for image in self._of_stem(stem):
            if wanted and split(image)[1].lower() == wanted:
                return image
        version = _VERSION.fullmatch(name)
        return self._image(version["stem"] + version["extension"]) if version else None

    def _described(self, name: str) -> str:
        """The image that a Takeout sidecar describes, where there is no doubt which."""
        sidecar = _takeout(name)
        images = _titles(sidecar, self._sorted) if sidecar else []
        return self._images[images[0]] if len(images) == 1 else name


def are_together(one: datetime, other: datetime) -> bool:
    """Whether two times may be those of one shot; where a zone is not known, any may be meant."""
    if one.tzinfo is not None and other.tzinfo is not None:
        return abs(one - other) <= _TOGETHER
    apart = abs(one.replace(tzinfo=None) - other.replace(tzinfo=None))
    beyond = apart % _ZONE
    return apart <= _FARTHEST and min(beyond, _ZONE - beyond) <= _TOGETHER


def _rank(image: str) -> int:
    return _RANK[split(image)[1].lower()]
