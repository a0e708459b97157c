"""What happens to one image: claim → one step → finish, until it waits for a person or is done."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import groupby
from typing import Any

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session, aliased

from appliance import telemetry
from appliance.models import Image, ImageState, now
from appliance.pipeline import applying, describing, inscribing, looking, planning
from appliance.pipeline.describing import Place
from appliance.pipeline.leases import LEASE, Claim, Outcome, claim, finish, owned
from appliance.pipeline.worker import Order, Worker

LOOKS_AT_ONCE = 8  # pictures decoded or described before the outcome is stored
ROWS_AT_ONCE = 100  # images whose step costs little beside its transaction

IDLE_SECONDS = 0.05

logger = logging.getLogger(__name__)

Step = Callable[[Worker, Order, Sequence[Claim]], list[Outcome]]
# Each with the name by which docs/metrics.md knows it.
_STEPS: dict[ImageState, tuple[str, Step]] = {
    ImageState.FOUND: ("fetch", looking.fetch),
    ImageState.UNSTABLE: ("fetch", looking.fetch),
    ImageState.FETCHED: ("describe", describing.describe),
    ImageState.DESCRIBED: ("plan", planning.plan),
    ImageState.PLANNED: ("apply", applying.apply),
    ImageState.RENAMING: ("recover", applying.recover),
    ImageState.WRITING: ("write", inscribing.write),
}
_NOT_LOOKED_AT = (ImageState.FOUND, ImageState.FETCHED)


def advance(worker: Worker, image_ids: Iterable[int]) -> int:
    """Takes each image that is due one step further; returns how many were claimed.

    Repeatable at any time from any process: what is not due, or is another's, is left alone.
    """
    wanted, places = describing.take_places(worker, image_ids)
    claimed_at = time.monotonic()
    with worker.database.system_session() as session:
        claims = claim(session, wanted, worker.owner)
    left = _let_wait(worker, claims, places, claimed_at)
    with worker.heartbeat.holding(left, claimed_at):
        for _, group in groupby(sorted(left, key=_alike), key=_alike):
            _step(worker, list(group))
    return len(claims)


def _let_wait(worker: Worker, claims: list[Claim], places: dict[int, Place], claimed_at: float) -> list[Claim]:
    """Those for which places were taken wait for their providers in threads of their own; returns the others."""
    waiting = [one for one in claims if one.id in places and one.state is ImageState.FETCHED]
    for image_id in places.keys() - {one.id for one in waiting}:
        worker.waiting.give_back(places[image_id].provider_id, 1)
    worker.heartbeat.hold(waiting, claimed_at)
    for one in waiting:
        worker.waiting.run(places[one.id].provider_id, partial(_wait, worker, places[one.id], one))
    return [one for one in claims if one not in waiting]


def _wait(worker: Worker, place: Place, one: Claim) -> None:
    began, (name, _) = time.monotonic(), _STEPS[one.state]
    try:
        describing.wait_for(worker, place.order, place.chain, one)
        worker.database.tally.took(telemetry.STEP_SECONDS, time.monotonic() - began, name)
    except Exception:
        worker.database.tally.count(telemetry.STEP_FAILURES, name)
        logger.exception("Nobody could be asked about %s", one.path)
        worker.told(_finished(worker, one.tenant_id, [looking.again(one, _UNEXPECTED)]))
    finally:
        worker.heartbeat.release([one])


_UNEXPECTED = "Something unexpected went wrong; the log says more."


def _alike(one: Claim) -> tuple[int, str, str]:
    return one.batch_id, one.state, one.folder if one.state == ImageState.DESCRIBED else ""


def _step(worker: Worker, claims: list[Claim]) -> None:
    began, (name, step) = time.monotonic(), _STEPS[claims[0].state]
    try:
        outcomes = step(worker, worker.order(claims[0]), claims)
        each = (time.monotonic() - began) / len(claims)
        worker.database.tally.took(telemetry.STEP_SECONDS, each, name, times=len(claims))
    except Exception:
        worker.database.tally.count(telemetry.STEP_FAILURES, name)
        logger.exception("A step failed for %s and %s more", claims[0].path, len(claims) - 1)
        outcomes = [looking.again(one, _UNEXPECTED) for one in claims]
    if outcomes:
        worker.told(_finished(worker, claims[0].tenant_id, outcomes))


def _finished(worker: Worker, tenant_id: int, outcomes: list[Outcome]) -> list[Outcome]:
    """In one transaction; one by one where the database refuses, so that one bad row does not take the rest along."""
    try:
        return worker.database.write(tenant_id, lambda session: finish(session, outcomes, actor=worker.actor))
    except (IntegrityError, DataError):
        if len(outcomes) == 1:
            logger.exception("The outcome for %s could not be stored", outcomes[0].image.path)
            return []
    return [done for one in outcomes for done in _finished(worker, tenant_id, [one])]


def work_off(
    worker: Worker, batch_id: int, threads: int, stopping: threading.Event, looks: int = LOOKS_AT_ONCE
) -> None:
    """Takes a batch's images as far as they go without a person; returns early where `stopping` is set.

    Raises what made a thread give up, such as a full disk, once all have ended.
    """
    broken = threading.Event()
    with ThreadPoolExecutor(threads, thread_name_prefix="images") as pool:
        team = [pool.submit(_work_off, worker, batch_id, stopping, broken, looks) for _ in range(threads)]
    worker.waiting.drain()
    for thread in team:
        thread.result()


def _work_off(worker: Worker, batch_id: int, stopping: threading.Event, broken: threading.Event, looks: int) -> None:
    try:
        while not stopping.is_set() and not broken.is_set():
            with worker.database.reading(None) as session:
                full = worker.waiting.full()
                image_ids = next(ready(session, worker.owner, batch_id, looks, full), [])
                if not image_ids and not _unfinished(session, batch_id):
                    return
            if not image_ids:
                worker.waiting.wait(IDLE_SECONDS) if worker.waiting.count else stopping.wait(IDLE_SECONDS)
            elif not advance(worker, image_ids):
                stopping.wait(IDLE_SECONDS / 10)  # another thread was quicker
    except BaseException:
        broken.set()
        raise


def ready(
    session: Session,
    owner: str | None,
    batch_id: int | None = None,
    looks: int = LOOKS_AT_ONCE,
    full: Collection[int] = (),
) -> Iterator[list[int]]:
    """Images that are due and free, or the owner's, in the order in which they are best taken: what is nearest to its
    end first. `looks` is how many are taken at once where each is opened. `full` are the batches whose pictures nobody
    can be asked about right now.
    """
    for state, limit in (
        (ImageState.RENAMING, ROWS_AT_ONCE),
        (ImageState.WRITING, LOOKS_AT_ONCE),
        (ImageState.PLANNED, ROWS_AT_ONCE),
        (ImageState.DESCRIBED, None),
        (ImageState.FETCHED, looks),
        (ImageState.FOUND, looks),
        (ImageState.UNSTABLE, looks),
    ):
        if state is ImageState.DESCRIBED:
            yield from _settled_folders(session, owner, batch_id)
            continue
        left_out = full if state is ImageState.FETCHED else ()
        if ids := list(
            session.scalars(
                _next(owner is None, batch_id is None, bool(left_out)),
                {
                    **_asked(owner, batch_id, state),
                    "most": limit,
                    "full": list(left_out),
                },
            )
        ):
            yield ids


def waiting(session: Session, owner: str | None, batch_ids: Collection[int], limit: int) -> list[int]:
    """Images of these batches about which a provider is to be asked."""
    wanted = _due(owner is None, every_batch=True).where(Image.batch_id.in_(batch_ids))
    ordered = wanted.order_by(Image.batch_id, Image.folder, Image.id).limit(limit)
    return list(session.scalars(ordered, _asked(owner, None, ImageState.FETCHED)))


# These are asked again and again, and building one costs as much as asking it.


@cache
def _next(nobodys: bool, every_batch: bool, some_left_out: bool) -> Select[int]:
    wanted = _due(nobodys, every_batch).order_by(Image.batch_id, Image.folder, Image.id).limit(bindparam("most"))
    return wanted.where(Image.batch_id.not_in(bindparam("full", expanding=True))) if some_left_out else wanted


def _due(nobodys: bool, every_batch: bool) -> Select[int]:
    mine = owned(None if nobodys else bindparam("owner"))
    wanted = select(Image.id).where(Image.state == bindparam("state"), Image.due_at <= bindparam("now"), mine)
    return wanted if every_batch else wanted.where(Image.batch_id == bindparam("batch"))


def _asked(owner: str | None, batch_id: int | None, state: ImageState) -> dict[str, Any]:
    return {"owner": owner, "batch": batch_id, "state": state, "now": now()}


def _settled_folders(session: Session, owner: str | None, batch_id: int | None) -> Iterator[list[int]]:
    """The described images of each folder in which nothing is left to be looked at first."""
    asked = _asked(owner, batch_id, ImageState.DESCRIBED)
    soon = {"soon": asked["now"] + 2 * LEASE}
    for batch, folder in session.execute(_settled(owner is None, batch_id is None), asked | soon):
        these = asked | {"batch": batch, "folder": folder}
        yield list(session.scalars(_described_in(owner is None), these))


@cache
def _settled(nobodys: bool, every_batch: bool) -> Select[int, str]:
    early = aliased(Image)
    unsettled = exists().where(
        early.batch_id == Image.batch_id,
        early.state.in_(_NOT_LOOKED_AT),
        early.folder == Image.folder,
        early.due_at.is_not(None),
        early.tries == 0,
        early.due_at <= bindparam("soon"),  # what is put off for longer does not hold up the others, nor ...
        or_(early.fence > 0, early.due_at <= bindparam("now")),  # ... what has only just arrived
    )
    folders = _due(nobodys, every_batch).with_only_columns(Image.batch_id, Image.folder)
    return folders.where(~unsettled).distinct()


@cache
def _described_in(nobodys: bool) -> Select[int]:
    return _due(nobodys, every_batch=False).where(Image.folder == bindparam("folder"))


def _unfinished(session: Session, batch_id: int) -> bool:
    left = select(Image.id).where(Image.batch_id == batch_id, Image.due_at.is_not(None))
    return session.scalar(left.limit(1)) is not None
