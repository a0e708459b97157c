"""An upload is complete: what has arrived become images, which are named like those of any source."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from appliance import batches, events, naming
from appliance.db import Database
from appliance.errors import Conflict
from appliance.models import Batch, Image, ImageState, Upload, now
from appliance.sources import Policy, name_of
from appliance.storage import Storage
from appliance.uploads import parts
from appliance.uploads.receiving import find_open, look
from connectors.base import Entry


def finish(
    database: Database,
    storage: Storage,
    tenant_id: int,
    batch_id: int,
    *,
    etags: Mapping[str, Sequence[str]],
    without_missing: bool,
    actor: str,
) -> list[int]:
    """The images that are due from now on. `etags` are those of the parts of big files, by their names.

    Safe to repeat. Raises Conflict where announced files have not come, unless it is to go on `without_missing` ones.
    """
    with database.reading(tenant_id) as session:
        if look(session, tenant_id, batch_id).receives_until is None:
            return []
        waiting = _waiting(session, tenant_id, batch_id)
    for row in waiting:
        parts.put_together(storage, row, etags.get(name_of(row.path), ()))
    sizes = {one.name: one.size for one in storage.uploads.of(tenant_id, batch_id)} if waiting else {}
    came = {row.id: sizes.get(storage.uploads.name(tenant_id, batch_id, row.blob)) for row in waiting}
    with database.session(tenant_id) as session:
        batch = find_open(session, tenant_id, batch_id)
        missing = _settle(session, batch, came)
        if missing and not without_missing:
            raise Conflict(_said(missing))
        left = [parts.unfinished(storage, row) for row in missing]
        for row in missing:
            session.delete(row)
        session.flush()
        due = _taken_in(session, batch, actor)
    for one in left:
        parts.give_up(storage, one)
    return due


def _waiting(session: Session, tenant_id: int, batch_id: int) -> list[Upload]:
    mine = Upload.tenant_id == tenant_id, Upload.batch_id == batch_id, Upload.arrived_at.is_(None)
    return list(session.scalars(select(Upload).where(*mine).order_by(Upload.id)))


def _settle(session: Session, batch: Batch, came: Mapping[int, int | None]) -> list[Upload]:
    """Notes what has come past this server as it was announced; answers with what has not."""
    missing = []
    for row in _waiting(session, batch.tenant_id, batch.id):
        if came.get(row.id) == row.size:
            row.arrived_at = now()
        else:
            missing.append(row)
    return missing


def _said(missing: Sequence[Upload]) -> str:
    some = ", ".join(f"“{name_of(row.path)}”" for row in missing[:5])
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
    return f"{some}{more} did not arrive whole: send it again, or finish without_missing."


def _taken_in(session: Session, batch: Batch, actor: str) -> list[int]:
    arrived = Upload.tenant_id == batch.tenant_id, Upload.batch_id == batch.id, Upload.arrived_at.is_not(None)
    rows = session.scalars(select(Upload).where(*arrived).order_by(Upload.id))
    entries = [Entry(row.path, row.size, row.blob) for row in rows]
    if not entries:
        raise Conflict(f"Nothing was uploaded to batch {batch.id} yet: send a file first, or cancel it.")
    batch.receives_until = None
    policy = msgspec.convert(batch.policy, Policy)
    values = [_row(batch, policy, one) for one in batches.without_companions(entries)]
    if not values:
        return []
    inserted = insert(Image).returning(Image.id, sort_by_parameter_order=True)
    ids = session.scalars(inserted, values).all()
    told = [
        {"type": "image.uploaded", "image_id": image_id, "after": {"path": row["path"]}}
        for image_id, row in zip(ids, values, strict=True)
    ]
    about = {"source_id": batch.source_id, "batch_id": batch.id}
    events.record(session, batch.tenant_id, [about | one for one in told], actor=actor)
    return [image_id for image_id, row in zip(ids, values, strict=True) if row["due_at"] is not None]


def _row(batch: Batch, policy: Policy, entry: Entry) -> dict[str, object]:
    row = batches.row_of(batch, entry, None)
    if policy.rename == "bad-names" and naming.why_bad(name_of(entry.path)) is None:
        return row | {"state": ImageState.KEPT, "due_at": None, "reason": "The name is good already."}
    return row
