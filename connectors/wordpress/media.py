"""One image of the media library, as the REST API describes it to its editors."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from connectors.base import IMAGE_EXTENSIONS, Entry

FIELDS = "id,date_gmt,post,mime_type,media_details,source_url,alt_text,title,caption"
UPLOADS = "/wp-content/uploads/"

# What WordPress appends to the stem of an image that was edited there.
_EDITED = re.compile(r"-e\d{10,13}$")


@dataclass(frozen=True, slots=True)
class Item:
    """`file` is what WordPress has attached, relative to its uploads; `path` is the same with the name that the upload
    had, without what WordPress appended to it. `address` is where its bytes are."""

    id: int
    file: str
    path: str
    size: int
    look: str  # whatever else changes with the bytes
    address: str
    date: str
    post: int
    names: tuple[str, ...]
    alt: str
    title: str
    caption: str

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def entry(self) -> Entry:
        return Entry(self.path, self.size, f"{self.id}:{self.size}:{self.look}")


def id_of(version: str) -> int:
    """The attachment that a version is of; 0 for none."""
    number = version.partition(":")[0]
    return int(number) if number.isdecimal() else 0


def item(said: Mapping[str, Any]) -> Item | None:
    """None for what is no image file of this site's uploads."""
    details = said.get("media_details") or {}
    source = str(said.get("source_url", ""))
    file = str(details.get("file") or unquote(source.partition(UPLOADS)[2]))
    name = file.rpartition("/")[2]
    if not file or "/../" in f"/{file}/" or name.rpartition(".")[2].lower() not in IMAGE_EXTENSIONS:
        return None
    original = str(details.get("original_image") or "")
    is_original = bool(original) and not _EDITED.search(_stem(name))
    path = _beside(file, original or _plain(name))
    return Item(
        id=int(said["id"]),
        file=file,
        path=path,
        size=int(details.get("filesize") or 0),
        look=f"{details.get('width', 0)}x{details.get('height', 0)}{_stem(file).removeprefix(_stem(path))}",
        address=_beside(source, original) if is_original else source,
        date=str(said.get("date_gmt") or ""),
        post=int(said.get("post") or 0),
        names=tuple(dict.fromkeys(_names(file, original, details))),
        alt=str(said.get("alt_text") or ""),
        title=_raw(said.get("title")),
        caption=_raw(said.get("caption")),
    )


def _names(file: str, original: str, details: Mapping[str, Any]) -> Iterator[str]:
    """Of every file that belongs to it, in its folder."""
    name = file.rpartition("/")[2]
    yield from (name, _plain(name))
    if original:
        yield original
    sizes = details.get("sizes") or {}
    yield from (str(size["file"]) for size in sizes.values() if isinstance(size, dict) and size.get("file"))


def _raw(text: object) -> str:
    return str(text.get("raw", "")) if isinstance(text, dict) else ""


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _plain(name: str) -> str:
    """Without what WordPress appended."""
    stem, dot, extension = name.rpartition(".")
    return f"{_EDITED.sub('', stem) or stem}{dot}{extension}"


def _beside(file: str, name: str) -> str:
    folder, slash, _ = file.rpartition("/")
    return f"{folder}{slash}{name}"
