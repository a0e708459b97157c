"""Huey, the doorbell: it wakes workers. The rows are the queue, so nothing is lost when it forgets."""

import logging
import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

from huey import SqliteHuey
from huey.consumer import Consumer
from huey.serializer import SignedSerializer
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from appliance import batches, pipeline, uploads
from appliance.config import DEFAULT_BASE_URL, Settings
from appliance.db import Database
from appliance.jobs.watch import Watchers
from appliance.models import OWN_TENANT, Batch, Image, now
from appliance.pipeline import comparing, leases
from appliance.pipeline.worker import Worker
from appliance.providers import CHAIN
from appliance.storage import Storage
from appliance.vision import asking

SWEEP_SECONDS = 10.0
BUSY_SECONDS = 1.0
SOONEST_SECONDS = 0.2
PRUNE_SECONDS = 24 * 3600.0
EXPIRE_SECONDS = 600.0
PICK_UP_SECONDS = 0.05
IDLE_PICK_UP_SECONDS = 0.2
QUESTIONS_AT_ONCE = 64

logger = logging.getLogger(__name__)


def make_queue(settings: Settings) -> SqliteHuey:
    """The queue in a file of its own; its messages are signed, so that nobody else's are unpickled."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(
        "image-renamer",
        filename=settings.queue_url.removeprefix("sqlite:///"),
        results=False,
        serializer=SignedSerializer(secret=settings.keys()[0]),
    )


class Doorbell:
    """Rings for images that are due; a consumer that answers takes each one step further and rings again."""

    def __init__(self, settings: Settings, worker: Worker | None = None) -> None:
        self._worker = worker
        self.queue = make_queue(settings)
        self._advance = self.queue.task(name="advance")(self._answer)
        self._compare = self.queue.task(name="compare")(self._answer_comparisons)

    def ring(self, image_ids: Sequence[int]) -> None:
        """Wakes a worker for these images. Cheap, repeatable, and allowed to be lost."""
        self._advance(list(image_ids))

    def ring_comparisons(self, row_ids: Sequence[int]) -> None:
        """Likewise for pictures that are to be compared."""
        self._compare(list(row_ids))

    def sweep(self, database: Database) -> None:
        """Rings for whatever is due, unless enough rings are waiting to be answered already."""
        full = self._worker.waiting.full() if self._worker else ()
        with database.reading(None) as session:
            groups = list(pipeline.ready(session, None, full=full))
        if self.queue.pending_count() <= len(groups):
            for image_ids in groups:
                self.ring(image_ids)
            if compared := self._compared(database):
                self.ring_comparisons(compared)

    def _compared(self, database: Database) -> list[int]:
        with database.reading(None) as session:
            return comparing.due(session)

    def _answer(self, image_ids: list[int]) -> None:
        if self._worker is None:
            raise RuntimeError("This doorbell only rings; nobody is at home to answer it.")
        pipeline.advance(self._worker, image_ids)
        with self._worker.database.reading(None) as session:
            following = next(pipeline.ready(session, None, full=self._worker.waiting.full()), None)
        if following:
            self.ring(following)

    def _answer_comparisons(self, row_ids: list[int]) -> None:
        if self._worker is None:
            raise RuntimeError("This doorbell only rings; nobody is at home to answer it.")
        comparing.compare(self._worker, row_ids)
        if following := self._compared(self._worker.database):
            self.ring_comparisons(following)

    def feed(self, worker: Worker) -> None:
        """Asks the next questions where a provider has room again, without waiting for a ring."""
        if batch_ids := worker.waiting.free():
            with worker.database.reading(None) as session:
                image_ids = pipeline.waiting(session, None, batch_ids, QUESTIONS_AT_ONCE)
            if image_ids:
                pipeline.advance(worker, image_ids)


def consume(settings: Settings, worker: Worker) -> None:
    """Answers the doorbell, sweeps, and watches the sources, until SIGINT, which lets what is under way be finished.
    SIGTERM ends it at once, which loses nothing either: the rows stay due."""
    doorbell = Doorbell(settings, worker)
    worker.waiting.freed = partial(doorbell.feed, worker)
    consumer = Consumer(
        doorbell.queue,
        workers=settings.workers,
        periodic=False,
        initial_delay=PICK_UP_SECONDS,
        max_delay=IDLE_PICK_UP_SECONDS,
        graceful_signal="INT",
    )
    sweeper = Sweeper(doorbell, worker.database, worker.storage, consumer.stop_flag, settings)
    address = settings.base_url if settings.base_url != DEFAULT_BASE_URL else ""
    watchers = Watchers(worker, CHAIN, arrived=sweeper.wake, name=sweeper.name, address=address)
    sweeper.start()
    watchers.start()
    try:
        consumer.run()
    finally:
        watchers.stop()
        sweeper.leave()


class Sweeper:
    """Rings for what is due: at once, when it is woken, when the next image is due, and every ten seconds."""

    def __init__(
        self, doorbell: Doorbell, database: Database, storage: Storage, stopping: threading.Event, settings: Settings
    ) -> None:
        self._settings = settings
        self._doorbell = doorbell
        self._database = database
        self._stopping = stopping
        self._woken = threading.Event()
        self._storage = storage
        self.name = str(uuid.uuid4())
        self._prune_at = self._report_at = self._expire_at = 0.0

    def start(self) -> None:
        threading.Thread(target=self._run, name="sweeper", daemon=True).start()

    def wake(self) -> None:
        """Images are due, or will be soon."""
        self._woken.set()

    def leave(self) -> None:
        """Says that it is no longer there."""
        with suppress(SQLAlchemyError), self._database.system_session() as session:
            leases.leave(session, self.name)

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = SWEEP_SECONDS
            try:
                self._report()
                self._doorbell.sweep(self._database)
                self._settle()
                self._prune()
                self._expire()
                pause = self._pause()
            except (SQLAlchemyError, OSError) as error:
                logger.warning("The sweep failed and will be repeated: %s", error)
            self._woken.wait(pause)
            self._woken.clear()

    def _report(self) -> None:
        if time.monotonic() >= self._report_at:
            self._report_at = time.monotonic() + SWEEP_SECONDS - 1
            with self._database.system_session() as session:
                leases.report(session, OWN_TENANT, self.name)

    def _settle(self) -> None:
        """Looked for by reading, so that an idle program writes nothing."""
        with self._database.reading(None) as session:
            undoing = session.scalar(select(Batch.id).where(*batches.UNDOING).limit(1))
        if undoing is not None:
            with self._database.system_session() as session:
                batches.settle(session)
        uploads.settle(self._database, timedelta(days=self._settings.upload_days))
        with self._database.reading(None) as session:
            stale = asking.is_untidy(session, now())
        if stale:
            with self._database.system_session() as session:
                asking.tidy(session, now())

    def _prune(self) -> None:
        """Once a day, and at the start."""
        if time.monotonic() >= self._prune_at:
            self._prune_at = time.monotonic() + PRUNE_SECONDS
            self._storage.prune()
            uploads.tidy(self._settings.data)

    def _expire(self) -> None:
        if time.monotonic() >= self._expire_at:
            self._expire_at = time.monotonic() + EXPIRE_SECONDS
            uploads.expire(self._database, self._storage)

    def _pause(self) -> float:
        """Until the next image is due; while any is waited for, no longer than a second, since its worker may put it
        off to any time."""
        with self._database.reading(None) as session:
            next_due = session.scalar(select(func.min(Image.due_at)).where(Image.due_at.is_not(None)))
        if next_due is None:
            return SWEEP_SECONDS
        return min(max((next_due - now()).total_seconds(), SOONEST_SECONDS), BUSY_SECONDS)
