"""Calls by which the server of a source tells of changes, at an address that only it and its owner know."""

import hmac
from collections.abc import Collection

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import connectors
from appliance.db import insert_once
from appliance.errors import Invalid, NotFound
from appliance.models import Hint, Source
from appliance.secrets import Vault
from appliance.sources import owning
from appliance.sources.sealing import options_of
from connectors.base import ConnectorError

_LENGTH = 40  # hexadecimal digits of a key: 160 bits
_PURPOSE = "hook"


def key_of(source: Source, vault: Vault) -> str:
    """The secret part of the address. It changes with the secret key alone; while an older key is still there, so are
    the addresses that were made with it."""
    return f"{source.id}-{vault.digest(_PURPOSE, _named(source))[:_LENGTH]}"


def find(session: Session, kind: str, key: str, vault: Vault) -> Source:
    """Whose key it is. Raises NotFound, whatever is wrong with it."""
    number, _, proof = key.partition("-")
    source = session.get(Source, int(number)) if number.isdecimal() and len(number) < 10 else None
    if source is None or source.kind != kind or source.made_by_command or not _proves(source, proof, vault):
        raise NotFound("There is no such address: take it from the source's page again.")
    return source


def _named(source: Source) -> str:
    return f"{source.tenant_id}:{source.id}:{source.kind}"


def _proves(source: Source, proof: str, vault: Vault) -> bool:
    known = (digest[:_LENGTH] for digest in vault.digests(_PURPOSE, _named(source)))
    return any(hmac.compare_digest(one.encode(), proof.encode()) for one in known)


def told(source: Source, vault: Vault, body: bytes) -> list[str | None]:
    """The folders that the call says have changed; None is everything. Raises Invalid."""
    module = connectors.load(source.kind)
    try:
        folders: list[str | None] = module.told(msgspec.convert(options_of(source, vault), module.Options), body)
    except ConnectorError as error:
        raise Invalid(str(error)) from error
    return folders


def hint(session: Session, source: Source, folders: Collection[str | None]) -> None:
    """A watcher looks there soon."""
    if None in folders:
        owning.ask_for_scan(source)
        return
    rows = [{"tenant_id": source.tenant_id, "source_id": source.id, "folder": folder} for folder in folders]
    if rows:
        insert_once(session, Hint, rows)


def hinted(session: Session, source_ids: Collection[int]) -> list[Hint]:
    """What nobody has looked at yet."""
    return list(session.scalars(select(Hint).where(Hint.source_id.in_(source_ids)).order_by(Hint.id)))


def forget(session: Session, hints: Collection[Hint]) -> None:
    """Before they are looked at: what is told meanwhile is another hint."""
    session.execute(delete(Hint).where(Hint.id.in_([hint.id for hint in hints])))
