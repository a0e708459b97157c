"""What is known of images, batches and renames, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from appliance.models import SHOWN, Batch, BatchKind, Image, ImageState, Rename, RenameState, Source, now

LONGEST_PAGE = 200
WAITING = (ImageState.REVIEW,)
ATTENTION = (ImageState.FAILED, ImageState.QUARANTINED, ImageState.MISSING)
UNDER_WAY = (
    ImageState.FOUND,
    ImageState.UNSTABLE,
    ImageState.FETCHED,
    ImageState.DESCRIBED,
    ImageState.PLANNED,
    ImageState.RENAMING,
)


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and after which id the next page goes on; None where this is the last."""

    rows: Sequence[Any]
    next: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which images: of these states (all where empty), this batch, this source, and with this text in their name, old
    or new."""

    states: tuple[ImageState, ...] = ()
    batch_id: int | None = None
    source_id: int | None = None
    text: str = ""


def images(session: Session, tenant_id: int, wanted: Wanted, after: int | None = None, limit: int = 50) -> Page:
    """The oldest first, so that a page that was seen stays as it is when more come."""
    query = select(Image).where(*_which(tenant_id, wanted))
    if after is not None:
        query = query.where(Image.id > after)
    return _page(session, query.order_by(Image.id), limit)


def count(session: Session, tenant_id: int, wanted: Wanted) -> int:
    return session.scalar(select(func.count()).select_from(Image).where(*_which(tenant_id, wanted))) or 0


def counts(session: Session, tenant_id: int, wanted: Wanted = Wanted()) -> dict[ImageState, int]:
    """How many images there are of each state."""
    grouped = select(Image.state, func.count()).where(*_which(tenant_id, wanted)).group_by(Image.state)
    return {ImageState(state): number for state, number in session.execute(grouped)}


def _which(tenant_id: int, wanted: Wanted) -> list[Any]:
    which: list[Any] = [Image.tenant_id == tenant_id, SHOWN]
    if wanted.states:
        which.append(Image.state.in_(wanted.states))
    if wanted.batch_id is not None:
        which.append(Image.batch_id == wanted.batch_id)
    if wanted.source_id is not None:
        which.append(Image.source_id == wanted.source_id)
    if wanted.text:
        which.append(_contains(Image.path, wanted.text) | _contains(Image.original_path, wanted.text))
    return which


def _contains(column: Any, text: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = func.lower(column).contains(text.lower(), autoescape=True)
    return found


def batches(session: Session, tenant_id: int, after: int | None = None, limit: int = 50) -> Page:
    """The newest first; dry runs are none."""
    query = select(Batch).where(Batch.tenant_id == tenant_id, Batch.kind != BatchKind.PREVIEW)
    if after is not None:
        query = query.where(Batch.id < after)
    return _page(session, query.order_by(Batch.id.desc()), limit)


def history(
    session: Session,
    tenant_id: int,
    *,
    text: str = "",
    source_id: int | None = None,
    batch_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page:
    """Renames of images that were done, also those undone since; the newest first."""
    query = _done(tenant_id)
    if text:
        query = query.where(_contains(Rename.from_path, text) | _contains(Rename.to_path, text))
    if source_id is not None:
        query = query.where(Rename.source_id == source_id)
    if batch_id is not None:
        query = query.where(Rename.batch_id == batch_id)
    if after is not None:
        query = query.where(Rename.id < after)
    return _page(session, query.order_by(Rename.id.desc()), limit)


def _done(tenant_id: int) -> Select[Rename]:
    return select(Rename).where(
        Rename.tenant_id == tenant_id,
        Rename.state.in_((RenameState.DONE, RenameState.UNDONE)),
        Rename.undoes_id.is_(None),
        Rename.companion.is_(False),
    )


def _page(session: Session, query: Select[Any], limit: int) -> Page:
    limit = max(1, min(limit, LONGEST_PAGE))
    rows = list(session.scalars(query.limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


@dataclass(frozen=True, slots=True)
class Overview:
    """A tenant at a glance. `hourly` counts the renames of each of the last 24 hours, the oldest first."""

    waiting: int
    attention: int
    under_way: int
    renamed_today: int
    hourly: tuple[int, ...]


def overview(session: Session, tenant_id: int, midnight: datetime) -> Overview:
    """`midnight` is when today began for whoever looks."""
    numbers = counts(session, tenant_id)
    renamed_at = list(session.scalars(_renamed_since(tenant_id, min(midnight, now() - timedelta(hours=24)))))
    return Overview(
        waiting=sum(numbers.get(state, 0) for state in WAITING),
        attention=sum(numbers.get(state, 0) for state in ATTENTION),
        under_way=_under_way(session, tenant_id),
        renamed_today=sum(at >= midnight for at in renamed_at),
        hourly=_hourly(renamed_at),
    )


def _renamed_since(tenant_id: int, since: datetime) -> Select[datetime]:
    done = Rename.state == RenameState.DONE, Rename.undoes_id.is_(None), Rename.companion.is_(False)
    mine = Rename.tenant_id == tenant_id, Rename.done_at >= since
    return select(Rename.done_at).where(*mine, *done)  # type: ignore[return-value]  # done rows have a time


def _under_way(session: Session, tenant_id: int) -> int:
    due = select(func.count()).select_from(Image).where(Image.tenant_id == tenant_id, Image.due_at.is_not(None))
    return session.scalar(due.where(SHOWN)) or 0


def _hourly(moments: Sequence[datetime]) -> tuple[int, ...]:
    hours = [0] * 24
    for moment in moments:
        ago = int((now() - moment).total_seconds() // 3600)
        if 0 <= ago < len(hours):
            hours[-1 - ago] += 1
    return tuple(hours)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What there is of one source: images that wait, that need attention, that are under way, and renamed ones."""

    waiting: int
    attention: int
    under_way: int
    renamed: int


def of_source(session: Session, source: Source) -> Numbers:
    numbers = counts(session, source.tenant_id, Wanted(source_id=source.id))

    def together(states: Sequence[ImageState]) -> int:
        return sum(numbers.get(state, 0) for state in states)

    return Numbers(together(WAITING), together(ATTENTION), together(UNDER_WAY), numbers.get(ImageState.RENAMED, 0))
