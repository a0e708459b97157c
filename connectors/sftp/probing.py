"""Whether a server refuses to overwrite when it renames: tried with small files of ours, since no answer tells it."""

import secrets
import time
from contextlib import suppress

from connectors.base import ConnectorError
from connectors.junk import OURS
from connectors.sftp.session import Session

_BEGINNING = f"{OURS}probe-"
_LEFT_BEHIND = 3600  # seconds after which a probe belongs to nobody


def probe(session: Session, folder: str, where: str) -> None:
    """Raises ConnectorError where nothing can be written or renamed, or where a rename overwrites."""
    one, other, third = (f"{folder}/{_BEGINNING}{secrets.token_hex(8)}" for _ in range(3))
    try:
        _make(session, one, b"one", where)
        _make(session, other, b"other", where)
        _refuse_overwriting(session, one, other, where)
        _rename(session, one, third, where)
    finally:
        for path in (one, other, third):
            with suppress(OSError):
                session.remove(path)
        _tidy(session, folder)


def _make(session: Session, path: str, contents: bytes, where: str) -> None:
    try:
        session.create(path, contents)
    except OSError as error:
        raise ConnectorError(
            f"Nothing can be written in {where} ({error}): give this account the right to write there, or look whether "
            "its disk is full.",
            permanent=True,
        ) from error


def _refuse_overwriting(session: Session, one: str, other: str, where: str) -> None:
    with suppress(OSError):
        session.give_name(one, other)
    found = session.look(other)
    if session.look(one) is None or found is None or found.size != len(b"other"):
        raise ConnectorError(
            f"{where} overwrites a file when another one is given its name, so a photo could be lost there and nothing "
            "is renamed: make the server refuse that, as OpenSSH does.",
            permanent=True,
        )


def _rename(session: Session, one: str, third: str, where: str) -> None:
    try:
        session.give_name(one, third)
    except OSError as error:
        raise ConnectorError(
            f"Nothing can be renamed in {where} ({error}): give this account the right to.", permanent=True
        ) from error


def _tidy(session: Session, folder: str) -> None:
    """What a trial left that was killed."""
    with suppress(OSError):
        for name, look in list(session.listing(folder)):
            if name.startswith(_BEGINNING.encode()) and 0 < look.mtime < time.time() - _LEFT_BEHIND:
                session.remove(f"{folder}/{name.decode()}")
