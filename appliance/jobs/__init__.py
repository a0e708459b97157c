"""Huey, the doorbell: it wakes workers. The rows are the queue, so nothing is lost when it forgets."""

import logging
import threading
from collections.abc import Sequence

from huey import SqliteHuey
from huey.consumer import Consumer
from huey.serializer import SignedSerializer
from sqlalchemy.exc import SQLAlchemyError

from appliance import pipeline
from appliance.config import Settings
from appliance.db import Database
from appliance.pipeline.worker import Worker

SWEEP_SECONDS = 10
PICK_UP_SECONDS = 0.05
IDLE_PICK_UP_SECONDS = 0.2

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

    def ring(self, image_ids: Sequence[int]) -> None:
        """Wakes a worker for these images. Cheap, repeatable, and allowed to be lost."""
        self._advance(list(image_ids))

    def sweep(self, database: Database) -> None:
        """Rings for whatever is due, unless enough rings are waiting to be answered already."""
        with database.reading(None) as session:
            groups = list(pipeline.ready(session, None))
        if self.queue.pending_count() <= len(groups):
            for image_ids in groups:
                self.ring(image_ids)

    def _answer(self, image_ids: list[int]) -> None:
        if self._worker is None:
            raise RuntimeError("This doorbell only rings; nobody is at home to answer it.")
        pipeline.advance(self._worker, image_ids)
        with self._worker.database.reading(None) as session:
            following = next(pipeline.ready(session, None), None)
        if following:
            self.ring(following)


def consume(settings: Settings, worker: Worker) -> None:
    """Answers the doorbell, and sweeps at once and every ten seconds, until SIGINT, which lets what is under
    way be finished. SIGTERM ends it at once, which loses nothing either: the rows stay due."""
    doorbell = Doorbell(settings, worker)
    consumer = Consumer(
        doorbell.queue,
        workers=settings.workers,
        periodic=False,
        initial_delay=PICK_UP_SECONDS,
        max_delay=IDLE_PICK_UP_SECONDS,
        graceful_signal="INT",
    )
    sweeper = threading.Thread(target=_sweep, args=(doorbell, worker.database, consumer.stop_flag), daemon=True)
    sweeper.start()
    consumer.run()


def _sweep(doorbell: Doorbell, database: Database, stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            doorbell.sweep(database)
        except (SQLAlchemyError, OSError) as error:
            logger.warning("The sweep failed and will be repeated: %s", error)
        stopping.wait(SWEEP_SECONDS)
