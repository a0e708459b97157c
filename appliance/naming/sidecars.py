"""What an XMP sidecar says of the files around it, by name and by extension."""

import re
from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape, unescape

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
