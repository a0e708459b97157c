"""Words that are kept with an object: in its metadata, or as its tags."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote
from xml.sax.saxutils import escape

from connectors.base import ConnectorError, Entry, FileChanged, FileGone, Texts
from connectors.s3 import objects
from connectors.s3.client import Action, Client, ConditionFailed
from connectors.s3.objects import META, Found
from connectors.s3.probing import Ways

_ORIGINAL = META + "original-name"
_MOST_TAGS = 10
_LONGEST_TAG = 256
_NO_TAG = re.compile(r"[^\w\s+\-=._:/@]")  # what AWS allows in no tag
_READABLE = " !\"#$&'()*+,/:;<=>?@[]^`{|}~"  # beside what is never encoded


def _said(texts: Texts) -> Iterator[tuple[str, str]]:
    words = {"alt": texts.alt, "title": texts.title, "caption": texts.caption, "original-name": texts.original_name}
    yield from ((name, text) for name, text in words.items() if text)


def in_metadata(client: Client, entry: Entry, at: str, texts: Texts, ways: Ways) -> Entry:
    """The server copies the object onto itself, with the same bytes and more metadata. What is not ASCII is
    percent-encoded, as no header can hold it."""
    found = _look(client, entry, at)
    wanted = {META + name: quote(" ".join(text.split()), safe=_READABLE) for name, text in _said(texts)}
    if _ORIGINAL in found.headers:
        wanted[_ORIGINAL] = found.headers[_ORIGINAL]  # the first of several
    if all(found.headers.get(name) == text for name, text in wanted.items()):
        return entry
    headers = found.properties() | wanted | ({objects.MARK: found.mark} if found.mark else {})
    headers |= objects.grants(client, at) if ways.acls else {}
    itself = {"x-amz-copy-source": client.source(at), "x-amz-copy-source-if-match": f'"{found.etag}"'}
    directives = {"x-amz-metadata-directive": "REPLACE", "x-amz-tagging-directive": "COPY"}
    try:
        client.send("PUT", at, Action.WRITE, headers=headers | itself | directives)
    except ConditionFailed as error:
        raise FileChanged(f"{entry.path} was changed a moment ago.") from error
    done = _look(client, None, at)
    return replace(entry, size=done.size, version=done.etag)


def in_tags(client: Client, entry: Entry, at: str, texts: Texts) -> None:
    """Beside those that it has. What no tag can hold becomes a space."""
    found = _look(client, entry, at)
    before = objects.tags(client, found)
    wanted = {name: " ".join(_NO_TAG.sub(" ", text).split())[:_LONGEST_TAG] for name, text in _said(texts)}
    wanted = before | wanted | {name: text for name, text in before.items() if name == "original-name"}
    if wanted == before:
        return
    if len(wanted) > _MOST_TAGS:
        raise ConnectorError(f"{entry.path} has as many tags as an object can have: remove some.", permanent=True)
    listed = "".join(
        f"<Tag><Key>{escape(key)}</Key><Value>{escape(value)}</Value></Tag>" for key, value in wanted.items()
    )
    body = f"<Tagging><TagSet>{listed}</TagSet></Tagging>".encode()
    client.send("PUT", at, Action.WRITE_TAGS, query={"tagging": ""}, body=body, headers={"Content-Type": "text/xml"})


def _look(client: Client, entry: Entry | None, at: str) -> Found:
    """The object; where there is an `entry`, with its bytes."""
    found = objects.look(client, at)
    if found is None:
        raise FileGone(f"{at} is no longer there.")
    if entry is not None and found.etag != entry.version:
        raise FileChanged(f"{entry.path} was changed meanwhile.")
    return found
