"""The SHA-256 by which a file is known to be ours."""

import hashlib
from typing import BinaryIO

from connectors.base import Connector, FileGone


def digest(connector: Connector, path: str) -> str | None:
    """The SHA-256 of a file's bytes as hex; None where there is no such file (any more)."""
    try:
        with connector.open(path) as file:
            return digest_of(file)
    except FileGone:
        return None


def digest_of(file: BinaryIO) -> str:
    """The SHA-256 of what is left to read, as hex."""
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # every such file has readinto
