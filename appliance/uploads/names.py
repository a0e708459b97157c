"""What uploaded files are called here: what their owners call them is data, and never a path."""

import re
import unicodedata
from collections.abc import Iterator

from appliance import naming
from appliance.errors import Invalid, Unsupported
from connectors.base import IMAGE_EXTENSIONS

MOST_BYTES = 200
EXTENSIONS = IMAGE_EXTENSIONS | naming.FOLLOWING
_NOT_ON_EVERY_DISK = frozenset('<>:"|?*')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def cleaned(given: str) -> str:
    """A name that a file can have on any disk. Raises Invalid for none, and Unsupported for what is neither an image
    nor follows one."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    name = "".join(one for one in last if one.isprintable() and one not in _NOT_ON_EVERY_DISK).strip(" .~")
    if not name:
        raise Invalid(f"“{_shown(given)}” is no name of a file: give it one, such as IMG_1.jpg.")
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or extension.lower() not in EXTENSIONS:
        raise Unsupported(f"“{_shown(name)}” is no image, and no file that belongs to one: leave it out.")
    room = MOST_BYTES - len(extension.encode()) - 1
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(" .")
    return f"_{stem}.{extension}" if _DEVICE.fullmatch(name) else f"{stem}.{extension}"


def kept(given: str) -> str:
    """What its owner calls it, without what no database can hold."""
    return "".join(one for one in given if one != "\0" and not "\ud800" <= one <= "\udfff")[:1000]


def numbered(name: str) -> Iterator[str]:
    """The name, and then what a further file of that name is called."""
    yield name
    stem, _, extension = name.rpartition(".")
    number = 2
    while True:
        yield f"{stem}-{number}.{extension}"
        number += 1


def _shown(text: str) -> str:
    printable = "".join(one for one in text if one.isprintable())
    return printable if len(printable) <= 100 else f"{printable[:100]}…"
