"""The row is the queue: claim, hold and finish images under a fence."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from appliance import events
from appliance.db import Database, portions
from appliance.models import LIVING, Image, ImageState, Owner, now

LEASE = timedelta(seconds=15)
PRESENCE = timedelta(seconds=30)
WORKERS = "worker on "  # before the name of one that serves everybody
HEARTBEAT_SECONDS = LEASE.total_seconds() / 3

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """An image as it was when it was claimed; a step answers with how it shall be."""

    id: int
    tenant_id: int
    source_id: int
    batch_id: int
    preview: bool
    path: str
    folder: str
    state: ImageState
    due_at: datetime | None
    fence: int
    tries: int
    owner: str | None
    size: int
    version: str
    sha256: str | None
    proposal: dict[str, Any] | None
    alt: str
    texts: dict[str, Any]
    reason: str

    def becomes(self, state: ImageState, *, reason: str = "", **changes: Any) -> "Claim":
        """Ready for its next step at once, or resting for good, as its new state says. Its tries are counted until it
        rests, so that a source which never settles ends as failed."""
        resting = {} if state in _READY else {"tries": 0}
        return replace(self, state=state, reason=reason, **({"due_at": _due(state)} | resting | changes))

    def waits(self, seconds: float, *, state: ImageState | None = None, reason: str = "") -> "Claim":
        """Comes again after a while, with one more try on its account."""
        due_at = now() + timedelta(seconds=seconds)
        return replace(self, state=state or self.state, reason=reason, due_at=due_at, tries=self.tries + 1)


Also = Callable[[Session, Sequence[Any]], None]  # writes what many outcomes bring along, at once


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step made of one image, and what else belongs into the same transaction."""

    image: Claim
    events: tuple[dict[str, Any], ...] = ()
    also: tuple[Also, Any] | None = None
    moved: bool = False  # the image has another path now


_COLUMNS = [column.name for column in fields(Claim)]
_WRITTEN = [name for name in _COLUMNS if name not in {"id", "tenant_id", "source_id", "batch_id", "preview", "fence"}]
_LEASE = (
    update(Image)
    .where(Image.id.in_(bindparam("its_ids", expanding=True)))
    .values(due_at=bindparam("until"), fence=Image.fence + 1)
    .returning(*(getattr(Image, name) for name in _COLUMNS))
    .execution_options(synchronize_session=False)
)
_READY = {
    ImageState.FOUND,
    ImageState.FETCHED,
    ImageState.DESCRIBED,
    ImageState.PLANNED,
    ImageState.RENAMING,
    ImageState.WRITING,
}


def _due(state: ImageState) -> datetime | None:
    return now() if state in _READY else None


def claim(session: Session, image_ids: Iterable[int], owner: str | None) -> list[Claim]:
    """Leases those of the images that are due and free, or belong to `owner`; the rest is not mentioned."""
    claims: list[Claim] = []
    for some in portions(image_ids):
        asked = {"ids": some, "now": now(), "owner": owner}
        ids = list(session.scalars(_free(nobodys=owner is None), asked))
        leased = session.execute(_LEASE, {"its_ids": ids, "until": now() + LEASE})
        claims += [Claim(**row) for row in leased.mappings()]
    return sorted(claims, key=lambda one: one.id)


@cache
def _free(*, nobodys: bool) -> Select[int]:
    """Locked in one order everywhere, and what another worker is taking is left to it."""
    mine = owned(None if nobodys else bindparam("owner"))
    free = select(Image.id).where(
        Image.due_at <= bindparam("now"), mine, Image.id.in_(bindparam("ids", expanding=True))
    )
    return free.order_by(Image.id).with_for_update(skip_locked=True)


def owned(owner: str | BindParameter[str] | None) -> ColumnElement[bool]:
    """Rows that nobody has to himself, or this owner has."""
    return Image.owner.is_(None) if owner is None else or_(Image.owner.is_(None), Image.owner == owner)


def finish(session: Session, outcomes: Sequence[Outcome], *, actor: str) -> list[Outcome]:
    """Writes outcomes whose claim still holds, with their events; returns those."""
    still_held = held(session, [outcome.image for outcome in outcomes])
    ours = [outcome for outcome in outcomes if outcome.image.id in still_held]
    if ours:
        if moved := [outcome.image for outcome in ours if outcome.moved]:
            session.execute(_DISPLACE, [_place(image) for image in moved])
        session.execute(_UPDATE, [_values(outcome.image) for outcome in ours])
        also = [outcome.also for outcome in ours if outcome.also]
        for write in dict.fromkeys(write for write, _ in also):
            write(session, [values for wanted, values in also if wanted is write])
    acts = [outcome for outcome in ours if not outcome.image.preview]  # a dry run is none
    told = [_about(outcome.image) | event for outcome in acts for event in outcome.events]
    if told:
        events.record(session, ours[0].image.tenant_id, told, actor=actor)
    return ours


def held(session: Session, claims: Sequence[Claim]) -> set[int]:
    """The ids of those whose fence has not risen since; their rows are locked until the transaction ends."""
    wanted = select(Image.id, Image.fence).order_by(Image.id).with_for_update()
    found = (session.execute(wanted.where(Image.id.in_(some))) for some in portions(one.id for one in claims))
    fences = {row.id: row.fence for rows in found for row in rows}
    return {one.id for one in claims if fences.get(one.id) == one.fence}


_UPDATE = (
    update(Image.__table__)  # type: ignore[arg-type]  # a Table, typed as FromClause
    .where(Image.__table__.c.id == bindparam("its_id"))
    # The fence rises here as well, so that a heartbeat that is late cannot lease what is finished.
    .values({name: bindparam(f"new_{name}") for name in _WRITTEN} | {"fence": Image.__table__.c.fence + 1})
)


# A row that still claims the path is of a file that somebody took away from there.
_IMAGES = Image.__table__
_DISPLACE = (
    update(_IMAGES)  # type: ignore[arg-type]  # a Table, typed as FromClause
    .where(_IMAGES.c.tenant_id == bindparam("its_tenant"), _IMAGES.c.source_id == bindparam("its_source"))
    .where(_IMAGES.c.path == bindparam("its_path"), _IMAGES.c.id != bindparam("its_id"), LIVING)
    .values(
        state=ImageState.MISSING,
        due_at=None,
        reason="Another file has its name by now.",
        fence=_IMAGES.c.fence + 1,
    )
)


def _place(image: Claim) -> dict[str, Any]:
    return {
        "its_id": image.id,
        "its_tenant": image.tenant_id,
        "its_source": image.source_id,
        "its_path": image.path,
    }


def _values(image: Claim) -> dict[str, Any]:
    return {"its_id": image.id} | {f"new_{name}": getattr(image, name) for name in _WRITTEN}


def _about(image: Claim) -> dict[str, Any]:
    about = {"source_id": image.source_id, "batch_id": image.batch_id, "image_id": image.id}
    return about | {"before": None, "after": None}


@dataclass
class Heartbeat:
    """Keeps what this process has claimed, and the process's own row, from running out.

    A thread of its own; `holds` answers from the clock alone, so it is right also when the database is away.
    """

    database: Database
    owner: str | None
    _held: dict[int, tuple[int, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    taken_for_dead: bool = False  # another command has ended what this one was doing

    def start(self) -> None:
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join()

    @contextmanager
    def holding(self, claims: Sequence[Claim], claimed_at: float) -> Iterator[None]:
        """`claimed_at` is the monotonic clock before the claim was made."""
        self.hold(claims, claimed_at)
        try:
            yield
        finally:
            self.release(claims)

    def hold(self, claims: Sequence[Claim], claimed_at: float) -> None:
        """Until they are released."""
        with self._lock:
            self._held |= {one.id: (one.fence, claimed_at) for one in claims}

    def release(self, claims: Sequence[Claim]) -> None:
        with self._lock:
            for one in claims:
                if self._held.get(one.id, (None,))[0] == one.fence:
                    del self._held[one.id]

    def holds(self, one: Claim) -> bool:
        """The lease cannot have run out yet, whatever others have done meanwhile."""
        with self._lock:
            fence, renewed_at = self._held.get(one.id, (-1, 0.0))
        return fence == one.fence and time.monotonic() - renewed_at < LEASE.total_seconds() - 1

    def _beat(self) -> None:
        while not self._stopping.wait(HEARTBEAT_SECONDS):
            try:
                self.beat()
            except (SQLAlchemyError, OSError) as error:
                logger.warning("The heartbeat could not be stored: %s", error)

    def beat(self) -> None:
        """Renews the leases once; a row that was finished or taken over meanwhile is left alone."""
        with self._lock:
            held_now = dict(self._held)
        renewed_at = time.monotonic()
        until = now() + LEASE
        with self.database.system_session() as session:
            if self.owner:
                alive = update(Owner).where(Owner.id == self.owner).values(until=until)
                self.taken_for_dead = session.connection().execute(alive).rowcount == 0
            renewed = {one for one, (fence, _) in sorted(held_now.items()) if _renew_image(session, one, fence, until)}
        with self._lock:
            for image_id in renewed:
                fence = held_now[image_id][0]
                if self._held.get(image_id, (None,))[0] == fence:
                    self._held[image_id] = (fence, renewed_at)


def _renew_image(session: Session, image_id: int, fence: int, until: datetime) -> bool:
    renewed = update(Image).where(Image.id == image_id, Image.fence == fence).values(due_at=until)
    return session.connection().execute(renewed).rowcount == 1


def register(session: Session, tenant_id: int, owner: str) -> None:
    """Says that this process is alive; its rows are its own until it says so no more."""
    alive = {"id": owner, "tenant_id": tenant_id, "name": _this_process(), "until": now() + LEASE}
    session.execute(insert(Owner), [alive])


def report(session: Session, tenant_id: int, worker: str) -> None:
    """A server's worker says that it is there, for people to see; it has no rows to itself."""
    until = now() + PRESENCE
    known = update(Owner).where(Owner.id == worker).values(until=until).returning(Owner.id)
    if session.scalar(known) is None:
        name = f"{WORKERS}{_this_process()}"
        session.execute(insert(Owner), [{"id": worker, "tenant_id": tenant_id, "name": name, "until": until}])


def leave(session: Session, worker: str) -> None:
    """The opposite."""
    session.execute(delete(Owner).where(Owner.id == worker))


def workers(session: Session, tenant_id: int) -> dict[str, str]:
    """The workers that are there: by their ids, the machine and process of each."""
    there = select(Owner).where(Owner.tenant_id == tenant_id, Owner.name.startswith(WORKERS), Owner.until > now())
    return {
        owner.id: owner.name.removeprefix(WORKERS).rpartition(":")[0]
        for owner in session.scalars(there.order_by(Owner.name))
    }


def dead_owners(session: Session, tenant_id: int) -> list[str]:
    """Those whose lease has run out, and those of this machine whose process is gone."""
    rows = session.execute(select(Owner.id, Owner.name, Owner.until).where(Owner.tenant_id == tenant_id))
    return [row.id for row in rows if row.until <= now() or _is_gone(row.name)]


def _this_process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid()) or ''}"


def _is_gone(name: str) -> bool:
    """Only Linux tells for sure; elsewhere a dead process is known by its lease alone."""
    host, process_id, started = name.rsplit(":", 2)
    return bool(started) and host == socket.gethostname() and _started(int(process_id)) != started


def _started(process_id: int) -> str | None:
    """When a process was started, in ticks since the machine's start (proc(5)); None where there is none."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None
