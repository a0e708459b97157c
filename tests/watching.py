"""A home with a watched folder and a real `image-renamer work` beside it."""

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from appliance import app, sources
from appliance.config import Settings
from appliance.db import Database
from appliance.models import OWN_TENANT, Batch, Event, Image, ImageState, Rename, RenameState, Source, now
from appliance.secrets import vault_of
from appliance.sources import Choices
from tests.home import Home

PATIENCE_SECONDS = 60


def eventually(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS, what: object = "") -> float:
    """Waits for a condition; answers how long it took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"It never came about. {what() if callable(what) else what}")
        time.sleep(0.05)
    return time.monotonic() - began


@dataclass
class Watched:
    """`incoming` is where files come from: another folder of the same disk."""

    home: Home
    database: Database
    source_id: int
    worker: "subprocess.Popen[bytes] | None" = None
    _seeds: int = field(default=0)

    @property
    def root(self) -> Path:
        return self.home.pictures

    @property
    def incoming(self) -> Path:
        return self.home.root / "incoming"

    def start(self) -> None:
        log = (self.home.root / "work.log").open("ab")
        self.worker = subprocess.Popen(
            self.home.command("work"), env=self.home.process_environment(), stdout=log, stderr=log
        )

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        assert self.worker is not None
        self.worker.send_signal(how)
        return self.worker.wait(PATIENCE_SECONDS)

    def await_first_look(self) -> None:
        eventually(lambda: self.source().scanned_at is not None, what=self.log)

    def scan(self) -> None:
        """As a person asks for it, and waits until it is done."""
        with self.database.session(OWN_TENANT) as session:
            session.execute(update(Source).values(scan_due_at=now() - timedelta(seconds=1)))
        eventually(lambda: self.source().scan_due_at is None, what=self.log)

    def source(self) -> Source:
        with self.database.reading(OWN_TENANT) as session:
            return session.get_one(Source, self.source_id)

    def images(self) -> dict[str, str]:
        """The living images' states by path."""
        with self.database.reading(OWN_TENANT) as session:
            rows = session.execute(select(Image.path, Image.state).where(Image.state != ImageState.MISSING))
            return {row.path: str(row.state) for row in rows}

    def counts(self) -> Counter[str]:
        with self.database.reading(OWN_TENANT) as session:
            rows = session.execute(select(Image.state, func.count()).group_by(Image.state))
            return Counter({str(state): count for state, count in rows})

    def reasons(self) -> set[str]:
        with self.database.reading(OWN_TENANT) as session:
            return set(session.scalars(select(Image.reason)))

    def events(self) -> Counter[str]:
        with self.database.reading(OWN_TENANT) as session:
            return Counter(session.scalars(select(Event.type)))

    def batches(self) -> list[Batch]:
        with self.database.reading(OWN_TENANT) as session:
            return list(session.scalars(select(Batch).order_by(Batch.id)))

    def renamed_twice(self) -> list[str]:
        """Paths that two renames lead from, or files that came back as new under the name that we gave them."""
        with self.database.reading(OWN_TENANT) as session:
            done = select(Rename).where(Rename.state == RenameState.DONE)
            rows = list(session.scalars(done))
        new_names = {row.to_path for row in rows}
        return [row.from_path for row in rows if row.from_path in new_names]

    def photo(self, name: str) -> Path:
        """Another photo, waiting in `incoming`."""
        self._seeds += 1
        made = self.home.photo(f"../incoming/{name}", seed=self._seeds)
        return made.resolve()

    def settled(self, count: int, seconds: float = PATIENCE_SECONDS) -> float:
        """Waits until so many images have their new names, and nothing is left to be done."""

        def is_settled() -> bool:
            counts = self.counts()
            return counts["renamed"] == count and not self._due()

        return eventually(is_settled, seconds, lambda: f"{self.counts()}\n{self.reasons()}\n{self.log()[-3000:]}")

    def _due(self) -> bool:
        with self.database.reading(OWN_TENANT) as session:
            return session.scalar(select(Image.id).where(Image.due_at.is_not(None)).limit(1)) is not None

    def log(self) -> str:
        return (self.home.root / "work.log").read_text()


@contextmanager
def watched(home: Home, *, choices: Choices | None = None, start: bool = True, **options: object) -> Iterator[Watched]:
    """A source that names all that comes by itself, unless `choices` say otherwise."""
    (home.root / "incoming").mkdir(exist_ok=True)
    settings = Settings.from_env({}, home.root / "data")
    database = app.open_database(settings)
    choices = choices or Choices(review="auto")
    with database.session(OWN_TENANT) as session:
        source = sources.add(
            session,
            OWN_TENANT,
            vault_of(settings),
            sources.Wanted(
                kind="watchfolder", name="Inbox", options={"path": str(home.pictures)} | options, choices=choices
            ),
            actor="test",
        )
    watched = Watched(home, database, source.id)
    if start:
        watched.start()
    try:
        if start:
            watched.await_first_look()
        yield watched
    finally:
        if watched.worker is not None and watched.worker.poll() is None:
            watched.worker.send_signal(signal.SIGCONT)
            watched.stop()
        database.close()


def copy_slowly(photo: Path, to: Path, pieces: int, pause: float) -> None:
    """As a camera over a bad network does it."""
    contents = photo.read_bytes()
    step = len(contents) // pieces + 1
    with to.open("wb") as file:
        for at in range(0, len(contents), step):
            file.write(contents[at : at + step])
            file.flush()
            time.sleep(pause)
