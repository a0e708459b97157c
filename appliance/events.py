"""The append-only log behind progress, history and audit."""

from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, text
from sqlalchemy.orm import Session

from appliance import telemetry
from appliance.db import tally_of
from appliance.models import Event

TYPES = frozenset(
    {
        "batch.cancelled",
        "batch.completed",
        "batch.expired",
        "batch.started",
        "budget.changed",
        "budget.exhausted",
        "comparison.removed",
        "comparison.started",
        "image.approved",
        "image.described",
        "image.edited",
        "image.failed",
        "image.followed",
        "image.found",
        "image.kept",
        "image.locked",
        "image.missing",
        "image.processed",
        "image.quarantined",
        "image.rejected",
        "image.renamed",
        "image.texts_approved",
        "image.texts_taken_back",
        "image.texts_written",
        "image.undone",
        "image.unlocked",
        "image.uploaded",
        "learning.changed",
        "learning.forgotten",
        "member.added",
        "member.changed",
        "member.refused",
        "member.removed",
        "member.signed_in",
        "processing.error",
        "profile.changed",
        "profile.removed",
        "provider.added",
        "provider.changed",
        "provider.recovered",
        "provider.removed",
        "provider.resting",
        "provider.stopped",
        "source.added",
        "source.changed",
        "source.failing",
        "source.recovered",
        "source.removed",
        "source.scanned",
        "token.added",
        "token.removed",
    }
)


def record(session: Session, tenant_id: int, rows: list[dict[str, Any]], *, actor: str) -> None:
    """Appends events; each row has `type` (docs/reference/events.md), and what it is about: `source_id`, `batch_id`,
    `image_id`, with `before` and `after` where something changed."""
    if unknown := {row["type"] for row in rows} - TYPES:
        raise ValueError(f"No such events: {', '.join(sorted(unknown))}.")
    if rows:
        _announce(session)
        for row in rows:
            tally_of(session).count(telemetry.EVENTS, row["type"])
        session.execute(insert(Event), [_COLUMNS | row | {"tenant_id": tenant_id, "actor": actor} for row in rows])


def since(session: Session, tenant_id: int, after_id: int, limit: int = 500) -> list[Event]:
    """The events that follow the one with `after_id`, the oldest first. What comes later has a higher id."""
    return _following(session, after_id, limit, Event.tenant_id == tenant_id)


def everyone_since(session: Session, after_id: int, limit: int = 2000) -> list[Event]:
    """Likewise, of all tenants: for a reader that hands each its own."""
    return _following(session, after_id, limit)


def newest(session: Session) -> int:
    """The id of the last event of any tenant, after which all that come later follow; 0 where there is none."""
    settled = _settled(session)
    wanted = select(func.max(Event.id))
    return session.scalar(wanted if settled is None else wanted.where(Event.id <= settled)) or 0


def _following(session: Session, after_id: int, limit: int, *more: ColumnElement[bool]) -> list[Event]:
    settled = _settled(session)
    wanted = select(Event).where(Event.id > after_id, *more).order_by(Event.id).limit(limit)
    return list(session.scalars(wanted if settled is None else wanted.where(Event.id <= settled)))


# SQLite lets one transaction write at a time, so ids are seen in their order. PostgreSQL gives an id away before its
# row can be seen, and a reader that has gone past it would never see it. So each transaction that appends says first,
# by a lock that nobody waits for, which id was the last before its own, and readers go no further than the lowest of
# these. (Only the lower 31 bits of an id fit into a lock.)
_APPENDING = 7_368_269
_LAST = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM events_id_seq"
_LAST_GIVEN = text(_LAST)
_ANNOUNCE = text(f"SELECT pg_advisory_xact_lock_shared(CAST(:appending AS int), (({_LAST}) & 2147483647)::int)")
_BEHIND = text(
    "SELECT max((:last - objid::bigint) & 2147483647) FROM pg_locks"
    " WHERE locktype = 'advisory' AND classid = :appending AND objsubid = 2 AND pid <> pg_backend_pid()"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def _announce(session: Session) -> None:
    if _is_postgresql(session):
        session.execute(_ANNOUNCE, {"appending": _APPENDING})


def _settled(session: Session) -> int | None:
    """The highest id up to which no other event can still come; None where that is every id."""
    if not _is_postgresql(session):
        return None
    last: int = session.execute(_LAST_GIVEN).scalar_one()  # before the look at who appends: who comes later gets more
    return last - (session.scalar(_BEHIND, {"last": last, "appending": _APPENDING}) or 0)


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


_COLUMNS: dict[str, Any] = {"source_id": None, "batch_id": None, "image_id": None, "before": None, "after": None}
