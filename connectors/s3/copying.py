"""A second name for an object, made by the server itself, only where that name is free.

The one module that may write under a name of the owner's without knowing what was there: each of its requests carries
the condition that nothing was.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

from connectors.base import ConnectorError
from connectors.s3 import objects
from connectors.s3.client import Action, Client, parsed
from connectors.s3.objects import Found

Way = Literal["copy", "multipart"]


@dataclass(frozen=True, slots=True)
class Habits:
    """What S3 allows in one request: a copy of so many bytes, and so many in a part of one."""

    largest_copy: int = 5 << 30
    part: int = 1 << 30
    most_parts: int = 10_000


@dataclass(frozen=True, slots=True)
class Copy:
    """`headers` are everything that the copy is to have beside the bytes and the tags."""

    old: Found
    new: str
    headers: Mapping[str, str]


def copy(client: Client, wanted: Copy, way: Way, habits: Habits) -> None:
    """Raises ConditionFailed where the new name is taken or the old one has other bytes by now; nothing has happened
    then. After any other error it may have happened."""
    if way == "copy" and wanted.old.size <= habits.largest_copy:
        _at_once(client, wanted)
    else:
        _in_parts(client, wanted, habits)


def _from(client: Client, old: Found) -> dict[str, str]:
    return {"x-amz-copy-source": client.source(old.key), "x-amz-copy-source-if-match": f'"{old.etag}"'}


def _at_once(client: Client, wanted: Copy) -> None:
    free = {"If-None-Match": "*", "x-amz-metadata-directive": "REPLACE", "x-amz-tagging-directive": "COPY"}
    headers = {**wanted.headers, **_from(client, wanted.old), **free}
    client.send("PUT", wanted.new, Action.WRITE, headers=headers)


def _in_parts(client: Client, wanted: Copy, habits: Habits) -> None:
    tags = objects.as_header(objects.tags(client, wanted.old))
    begun = client.send("POST", wanted.new, Action.WRITE, query={"uploads": ""}, headers={**wanted.headers, **tags})
    upload = parsed(begun.data).findtext("UploadId") or ""
    try:
        parts = [
            _part(client, wanted, {"partNumber": str(number), "uploadId": upload}, extent)
            for number, extent in enumerate(_extents(wanted.old.size, habits), 1)
        ]
        _complete(client, wanted, upload, parts)
    except BaseException:
        with suppress(ConnectorError):
            client.send("DELETE", wanted.new, Action.WRITE, query={"uploadId": upload})
        raise


def _extents(size: int, habits: Habits) -> Iterator[str]:
    """The ranges of the parts, "" for all of it."""
    if size <= habits.part:
        yield ""
        return
    part = max(habits.part, -(-size // habits.most_parts))
    for start in range(0, size, part):
        yield f"bytes={start}-{min(start + part, size) - 1}"


def _part(client: Client, wanted: Copy, query: dict[str, str], extent: str) -> str:
    headers = _from(client, wanted.old) | ({"x-amz-copy-source-range": extent} if extent else {})
    answer = client.send("PUT", wanted.new, Action.WRITE, query=query, headers=headers)
    return parsed(answer.data).findtext("ETag") or ""


def _complete(client: Client, wanted: Copy, upload: str, parts: list[str]) -> None:
    listed = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(etag)}</ETag></Part>"
        for number, etag in enumerate(parts, 1)
    )
    body = (
        f'<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{listed}</CompleteMultipartUpload>'
    )
    free = {"If-None-Match": "*", "Content-Type": "application/xml"}
    client.send("POST", wanted.new, Action.WRITE, query={"uploadId": upload}, headers=free, body=body.encode())
