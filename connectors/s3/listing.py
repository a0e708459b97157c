"""What is in a bucket, a page at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus

from connectors.base import ConnectorError, Entry
from connectors.s3 import sentences
from connectors.s3.client import Action, Client, parsed
from connectors.s3.keys import Keys
from connectors.s3.objects import ARCHIVED

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Listed:
    """An object, or (without a version) what the keys in a folder begin with."""

    key: str
    size: int = 0
    etag: str = ""
    storage: str = ""


def pages(client: Client, prefix: str, *, folders: bool = False, count: int = _PAGE) -> Iterator[list[Listed]]:
    """Everything that begins with `prefix`; with `folders`, only what stands directly in it, and its folders."""
    query = {"list-type": "2", "encoding-type": "url", "max-keys": str(count), "prefix": prefix}
    query |= {"delimiter": "/" if folders else ""}
    token: str | None = ""
    while token is not None:
        asked = query | ({"continuation-token": token} if token else {})
        answer = parsed(client.send("GET", None, Action.LIST, query=asked).data)
        if answer.tag != "ListBucketResult":
            raise sentences.path_style_only(client.access)
        decoded = unquote_plus if answer.findtext("EncodingType") == "url" else str
        yield [
            Listed(
                decoded(found.findtext("Key") or ""),
                int(found.findtext("Size") or 0),
                (found.findtext("ETag") or "").strip('"'),
                found.findtext("StorageClass") or "",
            )
            for found in answer.iter("Contents")
        ] + [Listed(decoded(found.findtext("Prefix") or "")) for found in answer.iter("CommonPrefixes")]
        token = answer.findtext("NextContinuationToken") if answer.findtext("IsTruncated") == "true" else None


def has_below(client: Client, prefix: str) -> bool:
    return any(next(pages(client, prefix, count=1), []))


def names(client: Client, prefix: str) -> Iterator[str]:
    for page in pages(client, prefix, folders=True):
        found = (one.key.removeprefix(prefix).removesuffix("/") for one in page)
        yield from (name for name in found if name)


def directly_in(client: Client, keys: Keys, folder: str) -> tuple[list[Entry], bool]:
    """The files of one folder, and whether there is such a folder at all."""
    there, entries = False, []
    for page in pages(client, keys.of_folder(folder), folders=True):
        there = there or bool(page)
        entries += [entry for one in page if one.etag and (entry := _entry(keys, one)) is not None]
    return entries, there


def scan(client: Client, keys: Keys, folder: str) -> Iterator[Entry]:
    """The files of each folder together, once all of it was read: a listing goes into the folders on its way."""
    open_folders: list[tuple[str, list[Entry]]] = []
    for page in pages(client, keys.of_folder(folder)):
        for one in page:
            entry = _entry(keys, one)
            if entry is None:
                continue
            here = entry.path.rpartition("/")[0]
            while open_folders and not _holds(open_folders[-1][0], here):
                yield from open_folders.pop()[1]
            if not open_folders or open_folders[-1][0] != here:
                open_folders.append((here, []))
            open_folders[-1][1].append(entry)
    for _, entries in reversed(open_folders):
        yield from entries


def _holds(folder: str, inner: str) -> bool:
    return not folder or inner == folder or inner.startswith(f"{folder}/")


def _entry(keys: Keys, one: Listed) -> Entry | None:
    """None for what is no image and belongs to none, and for what only marks a folder."""
    path = keys.path(one.key)
    if one.key.endswith("/") or not keys.wants(path):
        return None
    problem = keys.problem(path)
    if not problem and one.storage in ARCHIVED:
        problem = "It is archived: restore it or move it to another storage class, and it is found again."
    return Entry(path, 0, "", problem) if problem else Entry(path, one.size, one.etag)


def reach(client: Client) -> None:
    """Raises ConnectorError where the bucket cannot be listed."""
    for _ in pages(client, "", count=1):
        return
    raise ConnectorError(f"{client.access.host} does not answer: try again later.")
