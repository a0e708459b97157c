"""What sources tell by themselves: whose it is, and whether it was told before. What came is asked there."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import connectors
from appliance.db import insert_into
from appliance.errors import Conflict, NotFound, Unauthorized
from appliance.models import DeliveryHeard, Source, now
from appliance.secrets import Vault
from connectors.base import ConnectorError

_KEPT = timedelta(minutes=15)  # longer than a delivery is taken for new (connectors.wordpress.hooks)
_KEY, _SECRET = "key of a hook", "secret of a hook"
_KEY_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a source tells that something came, and what it signs that with."""

    key: str
    secret: str


def hook_of(source: Source, vault: Vault) -> Hook:
    """The same as long as the secret key is; what was made of an older one is recognised too."""
    return next(_hooks(source, vault))


def _hooks(source: Source, vault: Vault) -> Iterator[Hook]:
    keys, secrets = (vault.digests(purpose, str(source.id)) for purpose in (_KEY, _SECRET))
    for key, secret in zip(keys, secrets, strict=True):
        yield Hook(f"{source.id}-{key[:_KEY_DIGITS]}", secret)


def heard(session: Session, vault: Vault, kind: str, key: str, headers: Mapping[str, str], body: bytes) -> Source:
    """The source of which this is a delivery; it is asked as soon as a watcher can. Raises NotFound, Unauthorized where
    it is not signed by it, and Conflict where it was heard before. `headers` have names in lower case."""
    source = _named(session, kind, key)
    hook = next((one for one in _hooks(source, vault) if one.key == key), None) if source else None
    if source is None or hook is None:
        raise NotFound("No source has this key: pair the site anew.")
    try:
        number: str = connectors.load(kind).delivered(hook.secret, headers, body, now().timestamp())
    except ConnectorError as error:
        raise Unauthorized(str(error)) from error
    _note(session, source, number)
    source.hinted_at = now()
    return source


def _named(session: Session, kind: str, key: str) -> Source | None:
    number = 0
    with suppress(ValueError):
        number = int(key.partition("-")[0][:9])
    known = select(Source).where(Source.kind == kind, Source.id == number, Source.made_by_command.is_(False))
    return session.scalars(known).one_or_none()


def _note(session: Session, source: Source, number: str) -> None:
    old = DeliveryHeard.source_id == source.id, DeliveryHeard.at < now() - _KEPT
    session.execute(delete(DeliveryHeard).where(*old))
    row = {"tenant_id": source.tenant_id, "source_id": source.id, "number": number, "at": now()}
    added = insert_into(DeliveryHeard, session.get_bind().dialect.name).values(row).on_conflict_do_nothing()
    if session.scalar(added.returning(DeliveryHeard.id)) is None:
        raise Conflict("This delivery was heard already.")
