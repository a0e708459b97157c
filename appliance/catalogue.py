"""What is known of images, batches and renames, a page at a time."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from appliance.models import (
    OPEN,
    SHOWN,
    Batch,
    BatchKind,
    BatchState,
    Image,
    ImageState,
    Rename,
    RenameState,
    Source,
    now,
)

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
    ImageState.WRITING,
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


def images_at(
    session: Session, tenant_id: int, wanted: Wanted, offset: int, limit: int, *, newest: bool = False
) -> list[Image]:
    """The images from a place in the list on, for a person who turns pages."""
    query = select(Image).where(*_which(tenant_id, wanted)).order_by(Image.id.desc() if newest else Image.id)
    return list(session.scalars(query.offset(offset).limit(limit)))


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


def batches_of(session: Session, source: Source, limit: int) -> list[Batch]:
    """The last ones of a source, the newest first."""
    query = select(Batch).where(Batch.tenant_id == source.tenant_id, Batch.source_id == source.id)
    return list(session.scalars(query.where(Batch.kind != BatchKind.PREVIEW).order_by(Batch.id.desc()).limit(limit)))


def uploads_at(session: Session, tenant_id: int, offset: int, limit: int) -> list[Batch]:
    """What was uploaded, the newest first, from a place in the list on."""
    query = select(Batch).where(Batch.tenant_id == tenant_id, Batch.kind == BatchKind.UPLOAD)
    return list(session.scalars(query.order_by(Batch.id.desc()).offset(offset).limit(limit)))


def count_uploads(session: Session, tenant_id: int) -> int:
    query = select(func.count()).select_from(Batch)
    return session.scalar(query.where(Batch.tenant_id == tenant_id, Batch.kind == BatchKind.UPLOAD)) or 0


def images_with(session: Session, tenant_id: int, ids: Collection[int]) -> list[Image]:
    return list(session.scalars(select(Image).where(Image.tenant_id == tenant_id, Image.id.in_(ids))))


def batches_with(session: Session, tenant_id: int, ids: Collection[int]) -> list[Batch]:
    return list(session.scalars(select(Batch).where(Batch.tenant_id == tenant_id, Batch.id.in_(ids))))


@dataclass(frozen=True, slots=True)
class WantedRenames:
    """Which renames: with this text in the old or new name, of this source, with this ending."""

    text: str = ""
    source_id: int | None = None
    state: RenameState | None = None


def renames_at(session: Session, tenant_id: int, wanted: WantedRenames, offset: int, limit: int) -> list[Rename]:
    """The newest first, from a place in the list on, for a person who turns pages."""
    query = _done(tenant_id).where(*_which_renames(wanted)).order_by(Rename.id.desc())
    return list(session.scalars(query.offset(offset).limit(limit)))


def count_renames(session: Session, tenant_id: int, wanted: WantedRenames) -> int:
    query = _done(tenant_id).where(*_which_renames(wanted)).with_only_columns(func.count())
    return session.scalar(query) or 0


def coming_back(session: Session, tenant_id: int, renames: Collection[Rename]) -> set[int]:
    """The ids of those whose old names are being put back at this moment."""
    images = {row.image_id for row in renames}
    undoing = select(Rename.undoes_id).where(Rename.tenant_id == tenant_id, Rename.image_id.in_(images))
    return {row for row in session.scalars(undoing.where(Rename.state.in_(OPEN))) if row is not None}


def _which_renames(wanted: WantedRenames) -> list[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = []
    if wanted.text:
        which.append(_contains(Rename.from_path, wanted.text) | _contains(Rename.to_path, wanted.text))
    if wanted.source_id is not None:
        which.append(Rename.source_id == wanted.source_id)
    if wanted.state is not None:
        which.append(Rename.state == wanted.state)
    return which


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
    query = _done(tenant_id).where(*_which_renames(WantedRenames(text, source_id)))
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
class Hour:
    """What came to what in one hour, which began `at`."""

    at: datetime
    renamed: int
    review: int
    failed: int


def hours(session: Session, tenant_id: int, count: int = 24) -> list[Hour]:
    """The last hours, the oldest first: what was renamed, and what came and waits or failed."""
    first = now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=count - 1)
    came = select(Image.found_at).where(Image.tenant_id == tenant_id, SHOWN, Image.found_at >= first)
    renamed = _by_hour(session, renamed_since(tenant_id, first), first)
    review = _by_hour(session, came.where(Image.state.in_(WAITING)), first)
    failed = _by_hour(session, came.where(Image.state.in_(ATTENTION)), first)
    return [Hour(first + timedelta(hours=n), renamed[n], review[n], failed[n]) for n in range(count)]


def _by_hour(session: Session, moments: Select[datetime], first: datetime) -> Counter[int]:
    return Counter(int((moment - first).total_seconds() // 3600) for moment in session.scalars(moments))


def renamed_since(tenant_id: int, since: datetime) -> Select[datetime]:
    """When images got the names that they still have."""
    done = Rename.state == RenameState.DONE, Rename.undoes_id.is_(None), Rename.companion.is_(False)
    mine = Rename.tenant_id == tenant_id, Rename.done_at >= since
    return select(Rename.done_at).where(*mine, *done)  # type: ignore[return-value]  # done rows have a time


def renamed(session: Session, tenant_id: int, since: datetime | None = None, batch_id: int | None = None) -> int:
    """How many images have a name from here, which was not taken back."""
    done = Rename.state == RenameState.DONE, Rename.undoes_id.is_(None), Rename.companion.is_(False)
    query = select(func.count()).select_from(Rename).where(Rename.tenant_id == tenant_id, *done)
    if since is not None:
        query = query.where(Rename.done_at >= since)
    if batch_id is not None:
        query = query.where(Rename.batch_id == batch_id)
    return session.scalar(query) or 0


def under_way(session: Session, tenant_id: int) -> int:
    """How many images the workers have to do with, now or soon."""
    due = select(func.count()).select_from(Image).where(Image.tenant_id == tenant_id, Image.due_at.is_not(None))
    return session.scalar(due.where(SHOWN)) or 0


def running(session: Session, tenant_id: int) -> list[Batch]:
    """The batches in which something is left for the workers to do."""
    due = exists().where(Image.batch_id == Batch.id, Image.due_at.is_not(None))
    query = select(Batch).where(Batch.tenant_id == tenant_id, Batch.state == BatchState.RUNNING, due)
    return list(session.scalars(query.where(Batch.kind != BatchKind.PREVIEW).order_by(Batch.id).limit(10)))


@dataclass(frozen=True, slots=True)
class Numbers:
    """What there is of one source: images that wait, need attention, are under way, were renamed; and all there are."""

    waiting: int
    attention: int
    under_way: int
    renamed: int
    all: int


def of_source(session: Session, source: Source) -> Numbers:
    numbers = counts(session, source.tenant_id, Wanted(source_id=source.id))

    def together(states: Sequence[ImageState]) -> int:
        return sum(numbers.get(state, 0) for state in states)

    there = sum(number for state, number in numbers.items() if state is not ImageState.MISSING)
    renamed = numbers.get(ImageState.RENAMED, 0)
    return Numbers(together(WAITING), together(ATTENTION), together(UNDER_WAY), renamed, there)
