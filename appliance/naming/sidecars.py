"""XMP sidecars: how they are called, and what they say of the files around them, by name and by extension."""

import re
from collections.abc import Callable, Collection, Mapping
from xml.sax.saxutils import escape, unescape

from appliance.naming import extensions, groups
from appliance.naming.grammar import split

_QUOTES = {"&quot;": '"', "&apos;": "'"}

# As Adobe's programs, digiKam and darktable write them, each as an attribute or as an element. What is not here stays
# as it is: `xmpMM:PreservedFileName`, above all, is the name that a file had at first.
_NAMES = ("xmpMM:DerivedFrom", "crs:RawFileName", "stRef:filePath")
_EXTENSION = "photoshop:SidecarForExtension"


def _values(*properties: str) -> re.Pattern[bytes]:
    """Group 2, 3 or 4 is the value."""
    named = "|".join(map(re.escape, properties))
    return re.compile(rf"""\b(?:{named})(\s*=\s*"([^"<]*)"|\s*=\s*'([^'<]*)'|\s*>([^<]*)<)""".encode())


_NAME_VALUES = _values(*_NAMES)
_EXTENSION_VALUES = _values(_EXTENSION)


def extension_for(contents: bytes) -> str:
    """The extension, without a dot and in lower case, of the image that an XMP sidecar was written for; "" where it
    does not say."""
    found = _EXTENSION_VALUES.search(contents)
    return _read(found)[1].lower() if found else ""


def of_image(image: str, names: Collection[str]) -> list[str]:
    """The sidecars of an image itself, among all names of its folder: the one of its whole name comes first."""
    following = {name.lower(): name for name in groups.companions(names).get(image, ())}
    wanted = (f"{image}{_ENDING}".lower(), f"{split(image)[0]}{_ENDING}".lower())
    return [following[name] for name in wanted if name in following]


def new_name(image: str, names: Collection[str]) -> str:
    """What a sidecar of this image is called, for a folder that has none of it: as its neighbours are, else with the
    image's whole name, which leaves no doubt; but a raw file's as the programs expect it that develop it."""
    whole, short = f"{image}{_ENDING}", f"{split(image)[0]}{_ENDING}"
    if _prefers_short(image, names) and short in groups.companions([*names, short]).get(image, ()):
        return short
    return whole


_ENDING = ".xmp"


def _prefers_short(image: str, names: Collection[str]) -> bool:
    there = {name.lower() for name in names}
    stems = {split(name)[0] for name in there if groups.is_image(name)}
    sidecars = [name.removesuffix(_ENDING) for name in there if name.endswith(_ENDING)]
    whole = sum(stem in there for stem in sidecars)
    short = sum(stem in stems and stem not in there for stem in sidecars)
    return short > whole or (short == whole and split(image)[1].lower() in extensions.RAW)


def renamed(contents: bytes, names: Mapping[str, str]) -> bytes:
    """The sidecar with the new names of the files that it names; the same bytes where it names none of them, or where
    the way back would not lead to these very bytes.

    Text alone is exchanged, so that nothing else of the file changes.
    """
    changed = _with_names(contents, names)
    back = {new: old for old, new in names.items()}
    return changed if _with_names(changed, back) == contents else contents


def _with_names(contents: bytes, names: Mapping[str, str]) -> bytes:
    extensions = {split(old)[1]: split(new)[1] for old, new in names.items()}
    extensions = {old: new for old, new in extensions.items() if old.lower() != new.lower()}
    contents = _NAME_VALUES.sub(lambda found: _exchanged(found, lambda value: _name(value, names)), contents)
    return _EXTENSION_VALUES.sub(lambda found: _exchanged(found, lambda value: extensions.get(value, value)), contents)


def _name(value: str, names: Mapping[str, str]) -> str:
    """A name, or a path that ends in one."""
    folder, slash, name = value.rpartition("/")
    return f"{folder}{slash}{names.get(name, name)}"


def _exchanged(found: re.Match[bytes], change: Callable[[str], str]) -> bytes:
    group, value = _read(found)
    changed = change(value)
    if changed == value:
        return found[0]
    start, end = (place - found.start() for place in found.span(group))
    written = escape(changed, {sign: entity for entity, sign in _QUOTES.items()}).encode()
    return found[0][:start] + written + found[0][end:]


def _read(found: re.Match[bytes]) -> tuple[int, str]:
    """The group that holds the value, and the value."""
    group = next(number for number in (2, 3, 4) if found[number] is not None)
    return group, unescape(found[group].decode("utf-8", "replace"), _QUOTES)
