"""The append-only log behind progress, history and audit."""

from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from appliance.models import Event

TYPES = frozenset(
    {
        "batch.cancelled",
        "batch.completed",
        "batch.started",
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
        "image.undone",
        "image.unlocked",
        "member.added",
        "member.changed",
        "member.refused",
        "member.removed",
        "member.signed_in",
        "processing.error",
        "profile.changed",
        "profile.removed",
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
        session.execute(insert(Event), [_COLUMNS | row | {"tenant_id": tenant_id, "actor": actor} for row in rows])


def since(session: Session, tenant_id: int, after_id: int, limit: int = 500) -> list[Event]:
    """The events that follow the one with `after_id`, the oldest first."""
    wanted = select(Event).where(Event.tenant_id == tenant_id, Event.id > after_id)
    return list(session.scalars(wanted.order_by(Event.id).limit(limit)))


def newest(session: Session) -> int:
    """The id of the last event of any tenant; 0 where there is none."""
    return session.scalar(select(func.max(Event.id))) or 0


def everyone_since(session: Session, after_id: int, limit: int = 2000) -> list[Event]:
    """Likewise, of all tenants: for a reader that hands each its own."""
    return list(session.scalars(select(Event).where(Event.id > after_id).order_by(Event.id).limit(limit)))


_COLUMNS: dict[str, Any] = {"source_id": None, "batch_id": None, "image_id": None, "before": None, "after": None}
