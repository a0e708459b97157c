"""What is done to one file for a row of the journal of texts."""

import hashlib

from appliance import metadata
from appliance.models import Writing
from connectors.base import Adds, Connector, ConnectorError, Entry, FileChanged, FileGone, Rewrites


def digest(contents: bytes) -> str:
    return hashlib.sha256(contents).hexdigest()


def contents_of(connector: Connector, path: str, most: int = metadata.LARGEST) -> bytes | None:
    """All of a file; None where there is none, or where it is larger than anything that is written into."""
    try:
        with connector.open(path) as file:
            contents = file.read(most + 1)
    except FileGone:
        return None
    return contents if len(contents) <= most else None


def is_at(connector: Connector, path: str, sha256: str) -> bool:
    """Whether the file has these bytes; of "", whether there is none."""
    contents = contents_of(connector, path)
    return (digest(contents) if contents is not None else "") == sha256


def key_of(row: Writing) -> str:
    """What set-aside files of this row are known by; renames have theirs."""
    return f"w{row.id}"


def written(connector: Connector, row: Writing, *, beside: str) -> Entry:
    """Does what the journal says, or what is left of it, for an image that is at `beside`. Raises FileGone,
    FileChanged, NameTaken, ConnectorError, OSError."""
    edits = metadata.restored(row.edits["of"])
    if not row.before:
        if not isinstance(connector, Adds):
            raise ConnectorError("This source cannot hold a sidecar.", permanent=True)
        return connector.add(row.path, metadata.made(b"", edits), beside=beside, key=key_of(row))
    if not isinstance(connector, Rewrites):
        raise ConnectorError("This source cannot change what is in a file.", permanent=True)
    contents = contents_of(connector, row.path)
    if contents is not None and digest(contents) == row.before:
        contents = metadata.made(contents, edits)
    if contents is None or digest(contents) != row.after:
        raise FileChanged(f"{row.path} was changed meanwhile.")
    return connector.rewrite(Entry(row.path, row.size, row.version), contents, key=key_of(row))
