"""Photos, providers of a tenant behind real servers, and workers that ask them."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from appliance import app, batches, pipeline, providers, sources
from appliance.config import Settings
from appliance.db import Database
from appliance.models import OWN_TENANT, Batch, BatchKind, Event, Image, ImageState, OwnProvider, Source, now
from appliance.pipeline.worker import Worker
from appliance.providers import CHAIN
from appliance.secrets import vault_of
from appliance.sources import Policy
from tests.home import Home
from tests.servers.vision_server import Served

PRICES = {"input_price": 1.0, "output_price": 5.0}  # 400 + 100 tokens: 900 millionths of a dollar an answer
COST = 900


@dataclass
class Gallery:
    """`photos` makes pictures, `add` providers; `work_off` takes everything as far as it goes."""

    home: Home
    settings: Settings
    database: Database
    source: Source
    batch: Batch
    workers: list[Worker] = field(default_factory=list)

    @property
    def worker(self) -> Worker:
        return self.workers[0]

    def add(self, served: Served, name: str, model: str = "eyes", **values: Any) -> int:
        """A provider at the end of the chain; returns its number."""
        options = {"base_url": served.url, "model": model, "timeout": 5, "answer_tokens": 100, **values}
        with self.database.session(OWN_TENANT) as session:
            asked = providers.asked("openai", name, options)
            return providers.add(session, OWN_TENANT, vault_of(self.settings), asked, actor="a test").id

    def row(self, provider_id: int) -> OwnProvider:
        with self.database.reading(OWN_TENANT) as session:
            return session.get_one(OwnProvider, provider_id)

    def photos(self, number: int, **choices: Any) -> None:
        """New photos, each another, taken in."""
        there = len(list(self.home.pictures.iterdir()))
        for seed in range(there, there + number):
            self.home.photo(f"IMG_{seed:04}.JPG", seed=seed)
        self.take_in(**choices)

    def take_in(self, **choices: Any) -> None:
        policy = Policy(**({"provider": CHAIN, "rename": "all"} | choices))
        entries = batches.without_companions(self.worker.connections.open(self.source).scan())
        with self.database.session(OWN_TENANT) as session:
            batches.take_in(session, self.batch, policy, entries)

    def another_worker(self) -> Worker:
        self.workers.append(app.make_worker(self.settings, self.database))
        return self.workers[-1]

    def work(self, worker: Worker | None = None) -> None:
        """Whatever is due now, once; returns when all answers are there."""
        worker = worker or self.worker
        while True:
            waiting = worker.waiting.count
            with self.database.reading(None) as session:
                groups = list(pipeline.ready(session, None, full=worker.waiting.full()))
            if not groups:
                if not waiting:
                    return
                worker.waiting.wait(0.05)
            for group in groups:
                pipeline.advance(worker, group)

    def start(self) -> None:
        """One look at what is due, without waiting for an answer."""
        with self.database.reading(None) as session:
            groups = list(pipeline.ready(session, None, looks=100, full=self.worker.waiting.full()))
        for group in groups:
            pipeline.advance(self.worker, group)

    def fetch(self) -> None:
        """Opens all photos, and asks nobody."""
        while found := [image.id for image in self.images() if image.state is ImageState.FOUND]:
            pipeline.advance(self.worker, found[:8])

    def later(self, **span: float) -> None:
        """As if that much time had passed, for images and for providers that rest."""
        back = timedelta(**span)
        with self.database.system_session() as session:
            for image in session.scalars(select(Image).where(Image.due_at.is_not(None))):
                image.due_at = (image.due_at or now()) - back
            for row in session.scalars(select(OwnProvider).where(OwnProvider.rests_until.is_not(None))):
                row.rests_until = (row.rests_until or now()) - back

    def until_done(self, most: int = 30) -> None:
        """Until nothing is due any more, however long it would have to wait."""
        for _ in range(most):
            self.work()
            if all(image.due_at is None for image in self.images()):
                return
            self.later(minutes=11)
        raise AssertionError([(image.path, image.state, image.due_at, image.reason) for image in self.images()])

    def images(self) -> list[Image]:
        with self.database.reading(OWN_TENANT) as session:
            return list(session.scalars(select(Image).order_by(Image.id)))

    def states(self) -> set[ImageState]:
        return {image.state for image in self.images()}

    def events(self, kind: str) -> list[dict[str, Any] | None]:
        with self.database.reading(OWN_TENANT) as session:
            wanted = select(Event).where(Event.type.startswith(kind)).order_by(Event.id)
            return [event.after or event.before for event in session.scalars(wanted)]

    def decide(self, **choices: Any) -> None:
        with self.database.session(OWN_TENANT) as session:
            whole = {"offline": False, "per_day": None, "per_month": None} | choices
            providers.decide(session, OWN_TENANT, **whole, actor="a test")

    def expire_leases(self) -> None:
        with self.database.system_session() as session:
            session.execute(update(Image).where(Image.due_at.is_not(None)).values(due_at=now()))


@pytest.fixture
def gallery(home: Home, database_url: str) -> Iterator[Gallery]:
    settings = Settings.from_env({"RENAMER_DATABASE_URL": database_url, "RENAMER_VISION": "none"}, home.root / "data")
    database = Database(database_url)
    with database.session(OWN_TENANT) as session:
        source, _ = sources.for_folder(session, OWN_TENANT, home.pictures)
        policy = Policy(provider=CHAIN, rename="all")
        batch = batches.start(session, OWN_TENANT, source, BatchKind.ARRIVALS, policy, None)
    gallery = Gallery(home, settings, database, source, batch)
    gallery.another_worker()
    yield gallery
    for worker in gallery.workers:
        worker.close()
    database.close()


@pytest.fixture
def together() -> threading.Barrier:
    return threading.Barrier(2, timeout=60)
