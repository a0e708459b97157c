"""A worker over a folder of pictures, on each database; its steps can be taken one by one."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from appliance import app, batches, pipeline, renames, sources
from appliance.config import Settings
from appliance.db import Database
from appliance.models import OWN_TENANT, Batch, BatchKind, Event, Image, ImageState, Rename, Source, now
from appliance.pipeline.leases import Outcome
from appliance.pipeline.worker import Worker
from appliance.sources import Policy
from connectors import watchfolder
from connectors.base import Connector, Entry
from tests.home import Home


class Killed(BaseException):
    """As if the process had died right there: nothing tidies up after it."""


def killed_at(wanted: str) -> Callable[[str], None]:
    """For a rename: dies once it has reached a step."""

    def step(reached: str) -> None:
        if reached == wanted:
            raise Killed

    return step


@dataclass
class Workshop:
    """`photo` makes pictures; `take_in` and `step` move them on, so that a test can act in between."""

    home: Home
    settings: Settings
    database: Database
    worker: Worker
    batch: Batch
    told: list[Outcome] = field(default_factory=list)

    @property
    def connector(self) -> Connector:
        return self.worker.connections.open(self.source)

    @property
    def source(self) -> Source:
        with self.database.reading(OWN_TENANT) as session:
            return session.get_one(Source, self.batch.source_id)

    def take_in(self, **choices: Any) -> list[batches.Line]:
        entries: list[Entry] = list(self.connector.scan())
        images = batches.without_companions(entries)
        with self.database.session(OWN_TENANT) as session:
            return batches.take_in(session, self.batch, Policy(provider="canned", **choices), images)

    def until(self, state: ImageState) -> None:
        """Takes the only image so far that its next step starts from that state."""
        for _ in range(20):
            if self.image().state == state:
                return
            pipeline.advance(self.worker, [self.image().id])
        raise AssertionError(f"It never became {state}; it is {self.image().state}: {self.image().reason}")

    def intend(self) -> list[renames.Move]:
        """What a worker writes down before it touches the disk, for the only image and its companions."""
        image = self.image()
        with self.database.session(OWN_TENANT) as session:
            planned = renames.open_moves(session, OWN_TENANT, [image.id])[image.id]
            moves = [replace(move, protocol=self.connector.protocol("")) for move in planned]
            renames.intend(session, OWN_TENANT, moves, image.fence)
            session.execute(update(Image).values(state=ImageState.RENAMING))
        return moves

    def use(self, protocol: watchfolder.Protocol) -> None:
        """As if the disk could do no better."""
        options = watchfolder.Options(path=str(self.home.pictures))
        self.worker.connections.use(self.source, watchfolder.connect(options, protocol=protocol))

    def work_off(self) -> None:
        pipeline.work_off(self.worker, self.batch.id, 2, threading.Event())

    def another_worker(self) -> Worker:
        """As if in another process: the same database, nothing else shared."""
        return app.make_worker(self.settings, self.database)

    def image(self) -> Image:
        (image,) = self.images()
        return image

    def images(self) -> list[Image]:
        with self.database.reading(OWN_TENANT) as session:
            return list(session.scalars(select(Image).order_by(Image.id)))

    def moves(self) -> list[Rename]:
        with self.database.reading(OWN_TENANT) as session:
            return list(session.scalars(select(Rename).order_by(Rename.id)))

    def events(self) -> list[str]:
        with self.database.reading(OWN_TENANT) as session:
            return list(session.scalars(select(Event.type).order_by(Event.id)))

    def expire_leases(self) -> None:
        """As if the workers had died long enough ago."""
        with self.database.system_session() as session:
            session.execute(update(Image).where(Image.due_at.is_not(None)).values(due_at=now()))


@pytest.fixture
def workshop(home: Home, database_url: str) -> Iterator[Workshop]:
    settings = Settings.from_env({"RENAMER_DATABASE_URL": database_url, "RENAMER_VISION": "canned"}, home.root / "data")
    database = Database(database_url)
    told: list[Outcome] = []
    worker = app.make_worker(settings, database, told=told.extend)
    with database.session(OWN_TENANT) as session:
        source, _ = sources.for_folder(session, OWN_TENANT, home.pictures)
        policy = Policy(provider="canned")
        batch = batches.start(session, OWN_TENANT, source, BatchKind.COMMAND, policy, None)
    yield Workshop(home, settings, database, worker, batch, told)
    worker.close()
    database.close()


@pytest.fixture
def picture(workshop: Workshop) -> Path:
    """The one picture of the folder, taken in and waiting for its first step."""
    path = workshop.home.photo("IMG_0001.JPG", seed=1)
    workshop.take_in()
    return path
