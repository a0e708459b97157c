"""Files of an upload are announced, and each gets an address to which it is put: past this server, where it may."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import naming
from appliance.db import Database
from appliance.errors import Conflict, NotFound
from appliance.models import Batch, Upload, now
from appliance.secrets import Vault
from appliance.sources import name_of
from appliance.storage import Storage
from appliance.uploads import names, parts
from appliance.uploads.receiving import Limits, added, find_open, known_in

LASTS = timedelta(hours=1)
_PURPOSE = "upload"


class Announced(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that is to come: what its owner calls it, and how many bytes it has."""

    name: Annotated[str, msgspec.Meta(max_length=1000)]
    size: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Place(msgspec.Struct, frozen=True):
    """Where a file is put, with PUT and nothing but its bytes, for an hour. `name` is what it is called here. A big one
    has `parts`, an address for each `part_size` bytes, whose answers have the ETags that finishing asks for. A file
    that is there already has neither."""

    name: str
    put: str | None = None
    parts: list[str] = []
    part_size: int | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What announcing needs: `address` is where this server is reached."""

    database: Database
    storage: Storage
    vault: Vault
    address: str


def announce(desk: Desk, tenant_id: int, batch_id: int, files: Sequence[Announced], limits: Limits) -> list[Place]:
    """In the order of the files. To announce one again gives it another address.

    Raises NotFound, Conflict, Unsupported, TooLarge.
    """
    with desk.database.session(tenant_id) as session:
        batch = find_open(session, tenant_id, batch_id)
        known = {naming.fold(one.name): one.id for one in known_in(session, tenant_id, batch_id)}
        rows = [_announced(session, batch, known, one, limits) for one in files]
    numbers = {row.id: parts.begin(desk.storage, row) for row in rows if row.arrived_at is None}
    with desk.database.session(tenant_id) as session:
        for row in rows:
            if number := numbers.get(row.id):
                row.multipart = number
                session.merge(row)
    return [_place(desk, row) for row in rows]


def _announced(session: Session, batch: Batch, known: dict[str, int], wanted: Announced, limits: Limits) -> Upload:
    """`known` are the rows of the batch by their folded names; a new one is added to it."""
    name = names.cleaned(wanted.name)
    limits.refuse_large(name, wanted.size)
    there = known.get(naming.fold(name))
    if there is None:
        limits.refuse_many(len(known) + 1)
        row = added(session, batch, wanted.name, name, wanted.size)
        known[naming.fold(name)] = row.id
        return row
    row = session.get_one(Upload, there)
    if row.size != wanted.size:
        raise Conflict(f"“{name}” was announced already, with another size: give this one another name.")
    return row


def _place(desk: Desk, row: Upload) -> Place:
    name = name_of(row.path)
    if row.arrived_at is not None:
        return Place(name)
    if several := parts.addresses(desk.storage, row, LASTS):
        return Place(name, parts=several, part_size=parts.SIZE)
    blob = desk.storage.uploads.name(row.tenant_id, row.batch_id, row.blob)
    past = desk.storage.blobs.address_to_put(blob, LASTS)
    return Place(name, put=past or f"{desk.address}/{row.id}?key={_key(desk.vault, row)}")


def _key(vault: Vault, row: Upload) -> str:
    until = int((now() + LASTS).timestamp())
    return f"{until}.{vault.digest(_PURPOSE, _said(row, until))}"


def _said(row: Upload, until: int) -> str:
    return f"{row.tenant_id} {row.id} {row.blob} {until}"


def place_at(session: Session, vault: Vault, upload_id: int, key: str) -> Upload:
    """The file that an address of ours is for, in a session of the system. Raises NotFound, also for an address whose
    time is over."""
    row = session.scalars(select(Upload).where(Upload.id == upload_id)).one_or_none()
    until, _, digest = key.partition(".")
    is_in_time = re.fullmatch(r"\d{1,12}", until, re.ASCII) and int(until) > now().timestamp()
    if row is not None and is_in_time and vault.recognises(_PURPOSE, _said(row, int(until)), digest):
        return row
    raise NotFound("This address is not good (any more): announce the file again for a new one.")
