"""Pages that stand for themselves: one file, without scripts and without anything from elsewhere."""

import base64
import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from jinja2 import Environment, PackageLoader, StrictUndefined

from appliance.display import printable
from appliance.errors import Invalid

MARK = "<!-- Image Renamer report -->"  # by which a file is known to be ours, and may be written anew

_pages = Environment(
    loader=PackageLoader("appliance.reports"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


_pages.filters["visible"] = printable


def render(page: str, **values: object) -> str:
    """A page of `templates/`, by its name without the ending. Every value is escaped; the page itself says that nothing
    in it may run or be fetched."""
    style, _, _ = _pages.loader.get_source(_pages, "page.css") if _pages.loader else ("", None, None)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _pages.get_template(f"{page}.html").render(mark=MARK, style=style, style_digest=digest, **values)


def write(path: Path, text: str) -> None:
    """Makes the file, or makes it anew where it is a report of ours. Raises Invalid for any other file, which stays."""
    with _opened(path) as file:
        begins = file.read(1000)
        if begins and MARK.encode() not in begins:
            raise Invalid(f"{path} is there already and no report of ours: give another name.")
        try:
            file.seek(0)
            file.write(text.encode())
            file.truncate()
        except OSError as error:
            raise Invalid(f"{path} cannot be written: {error.strerror}.") from error


def _opened(path: Path) -> BinaryIO:
    """Not through a link, which may lead to anything."""
    try:
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666), "r+b")
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror}.") from error
