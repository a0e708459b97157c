"""Pages that stand for themselves: one file, without scripts and without anything from elsewhere."""

import base64
import hashlib
import os
from pathlib import Path

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
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        _write_anew(path, text, error)
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror}.") from error


def _write_anew(path: Path, text: str, error: FileExistsError) -> None:
    if not path.is_file() or MARK not in path.open(encoding="utf-8", errors="replace").read(1000):
        raise Invalid(f"{path} is there already and no report of ours: give another name.") from error
    with path.open("r+", encoding="utf-8") as file:
        file.write(text)
        file.truncate()
        os.fsync(file.fileno())
