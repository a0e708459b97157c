"""Uploads end: when all is named, and when their files go."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from appliance import batches
from appliance.db import Database
from appliance.models import AskedBefore, Batch, BatchKind, BatchState, Image, Upload, now
from appliance.storage import Storage
from appliance.uploads import parts

_ACTOR = "system"


def settle(database: Database, kept: timedelta) -> int:
    """Completes the uploads that have nothing left to do, gives up those to which no more came in time, and says when
    the files of each go; how many. Of all tenants. Looked for by reading, so that an idle program writes nothing."""
    with database.reading(None) as session:
        ended = list(session.execute(select(Batch.tenant_id, Batch.id).where(_is_to_be_settled())))
    for tenant_id, batch_id in ended:
        with database.session(tenant_id) as session:
            _settle(session, batches.find(session, tenant_id, batch_id), kept)
    return len(ended)


def _is_to_be_settled() -> ColumnElement[bool]:
    due = exists().where(Image.batch_id == Batch.id, Image.due_at.is_not(None))
    is_done = and_(Batch.state == BatchState.RUNNING, Batch.receives_until.is_(None), ~due)
    is_forgotten = and_(Batch.state == BatchState.RUNNING, Batch.receives_until < now())
    is_over = and_(Batch.state != BatchState.RUNNING, Batch.expires_at.is_(None))
    return and_(Batch.kind == BatchKind.UPLOAD, or_(is_done, is_forgotten, is_over))


def _settle(session: Session, batch: Batch, kept: timedelta) -> None:
    if batch.state is BatchState.RUNNING:
        forgotten = batch.receives_until is not None
        batches.finish(session, batch, BatchState.CANCELLED if forgotten else BatchState.COMPLETED, actor=_ACTOR)
        session.refresh(batch)
    batch.receives_until = None
    batch.expires_at = (batch.finished_at or now()) + kept


def withdraw(database: Database, tenant_id: int, batch_id: int, *, actor: str) -> None:
    """Gives up an upload that could not be taken whole: nothing of it is named, its files go with the next look at what
    has expired, and the same request may be sent again. One that is complete by now, as by a repetition of the request,
    stays."""
    with database.session(tenant_id) as session:
        batch = batches.find(session, tenant_id, batch_id)
        if batch.receives_until is None:
            return
        batches.finish(session, batch, BatchState.CANCELLED, actor=actor)
        session.refresh(batch)
        batch.receives_until, batch.expires_at = None, now()
        mine = AskedBefore.tenant_id == tenant_id, AskedBefore.batch_id == batch_id
        session.execute(delete(AskedBefore).where(*mine))


def expire(database: Database, storage: Storage, at: datetime | None = None) -> int:
    """Deletes the files of uploads whose time is over; of how many. Of all tenants; safe to repeat after a crash."""
    at = at or now()
    with database.reading(None) as session:
        over = select(Batch.tenant_id, Batch.id).where(Batch.kind == BatchKind.UPLOAD, Batch.expires_at <= at)
        expired = list(session.execute(over.where(_has_files())))
    for tenant_id, batch_id in expired:
        _expire(database, storage, tenant_id, batch_id)
    return len(expired)


def _has_files() -> ColumnElement[bool]:
    return exists().where(Upload.batch_id == Batch.id)


def _expire(database: Database, storage: Storage, tenant_id: int, batch_id: int) -> None:
    mine = Upload.tenant_id == tenant_id, Upload.batch_id == batch_id
    with database.reading(tenant_id) as session:
        left = [parts.unfinished(storage, row) for row in session.scalars(select(Upload).where(*mine))]
    for one in left:
        parts.give_up(storage, one)
    storage.uploads.drop(tenant_id, batch_id)
    with database.session(tenant_id) as session:
        batch = batches.find(session, tenant_id, batch_id)
        if session.scalars(delete(Upload).where(*mine).returning(Upload.id)).all():  # not by another process already
            batches.tell(session, batch, "batch.expired", actor=_ACTOR)


def has_gone(session: Session, batch: Batch) -> bool:
    """Whether the files of an upload were deleted."""
    left = select(Upload.id).where(Upload.tenant_id == batch.tenant_id, Upload.batch_id == batch.id)
    return batch.expires_at is not None and session.scalar(left.limit(1)) is None
