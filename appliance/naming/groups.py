"""Files that follow an image: RAW beside JPEG, sidecars, Live Photo videos, larger and converted copies (rule 13)."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

from appliance.naming import extensions
from appliance.naming.grammar import split

# Of several images with one stem, the first by this order is the one that the others may follow.
_PICTURES = ("jpg", "jpeg", "jpe", "jfif", "heic", "heif", "hif", "png", "gif", "tif", "tiff", "bmp")
_CONVERTED = ("webp", "avif")
_RANK = {extension: rank for rank, extension in enumerate((*_PICTURES, *_CONVERTED, *extensions.RAW))}
_FOLLOWING = frozenset({"xmp", "aae", "thm", "json", "mov", "mp4", *_CONVERTED, *extensions.RAW})

_LARGER = re.compile(r"(.+)@\d+(?:\.\d+)?x", re.IGNORECASE)

# Google Takeout: `a.jpg.json`, `a.jpg.supplemental-metadata.json` with its middle cut anywhere, `a.jpg(1).json` for
# `a(1).jpg`, and a title cut where the whole name would have more than 51 characters.
_TAKEOUT = re.compile(r"(?P<title>.+?)(?P<kind>\.s[a-z-]*)?(?P<copy>\(\d+\))?(?P<end>\.json)", re.IGNORECASE)
_TAKEOUT_KIND = ".supplemental-metadata"
_TAKEOUT_LEAST_CUT = 40


def companions(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The images of one folder that have companions, with the names of those; a name follows one image at most."""
    listing = _Listing(names)
    found = defaultdict[str, list[str]](list)
    for name in listing.names:
        if (leader := listing.leader(name)) != name:
            found[leader].append(name)
    return {image: tuple(sorted(others)) for image, others in found.items()}


def companion_name(companion: str, old_image: str, new_image: str) -> str:
    """The companion's new name, in its own style. ValueError for a name that does not follow the old one."""
    if (ending := _after_name(companion, old_image)) is not None:
        return new_image + ending.lower()
    old_stem, new_stem = split(old_image)[0], split(new_image)[0]
    rest = companion[len(old_stem) :].lower()
    if companion[: len(old_stem)].lower() == old_stem.lower() and rest[:1] in {".", "@"}:
        return new_stem + (f"{rest.removesuffix('.jpeg')}.jpg" if rest.endswith(".jpeg") else rest)
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

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(dict.fromkeys(names))
        self._images: dict[str, str] = {}
        self._by_stem = defaultdict[str, list[str]](list)
        for name in self.names:
            stem, extension = split(name)
            if extension.lower() in _RANK:
                self._images.setdefault(name.lower(), name)
                self._by_stem[stem.lower()].append(name)
        self._exact = frozenset(self.names)
        self._sorted = sorted(self._images)

    def leader(self, name: str) -> str:
        """The image that a name follows, which follows no other; the name itself where there is none."""
        while (image := self._followed(name)) != name:
            name = image
        return name

    def _followed(self, name: str) -> str:
        stem, extension = split(name)
        larger = _LARGER.fullmatch(stem)
        if extension.lower() in _RANK and larger and (image := self._first(larger[1])):
            return image
        if extension.lower() not in _FOLLOWING:
            return name
        if image := self._image(stem):
            return image
        if extension.lower() == "json":
            return self._described(name)
        return self._first(stem) or name

    def _image(self, name: str) -> str | None:
        """The image of that whole name."""
        if name in self._exact and split(name)[1].lower() in _RANK:
            return name
        return self._images.get(name.lower())

    def _first(self, stem: str) -> str | None:
        """The image of that stem which the others follow."""
        images = self._by_stem.get(stem.lower(), [])
        return min(images, key=lambda image: (_rank(image), split(image)[0] != stem, image), default=None)

    def _described(self, name: str) -> str:
        """The image that a Takeout sidecar describes, where there is no doubt which."""
        sidecar = _takeout(name)
        images = _titles(sidecar, self._sorted) if sidecar else []
        return self._images[images[0]] if len(images) == 1 else name


def _rank(image: str) -> int:
    return _RANK[split(image)[1].lower()]
