"""Four workers, killed at random while they rename: nothing lost, nothing overwritten, nothing doubled.

`make test` runs the quick form; `make chaos` sets RENAMER_TEST_FILES and RENAMER_TEST_KILLS.
"""

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from PIL import Image as Pillow
from sqlalchemy import func, select

from appliance import batches, sources
from appliance.db import Database
from appliance.models import FINAL, OWN_TENANT, BatchKind, Event, Image, ImageState, Rename, RenameState
from appliance.sources import Policy
from tests.home import Home

FILES = int(os.environ.get("RENAMER_TEST_FILES", "160"))
KILLS = int(os.environ.get("RENAMER_TEST_KILLS", "8"))
WORKERS = 4
PATIENCE_SECONDS = 120 + FILES


class Workers:
    """Processes that answer the doorbell; one that is killed is started again."""

    def __init__(self, home: Home, database_url: str) -> None:
        self._command = [sys.executable, "-m", "appliance", "--data", str(home.root / "data"), "work"]
        self._environment = os.environ | {"RENAMER_DATABASE_URL": database_url, "RENAMER_WORKERS": "2"}
        self._log = (home.root / "workers.log").open("ab")
        self._running = [self._start() for _ in range(WORKERS)]

    def kill(self, number: int) -> None:
        self._running[number].kill()
        self._running[number].wait()
        self._running[number] = self._start()

    def stop(self) -> None:
        for process in self._running:
            process.send_signal(signal.SIGINT)
        for process in self._running:
            process.wait(timeout=120)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, env=self._environment, stdout=self._log, stderr=self._log)


@pytest.fixture
def backlog(home: Home, database_url: str) -> Iterator[Database]:
    """Many pictures of few motifs, taken in and waiting; companions beside every fifth."""
    pictures = [_jpeg(seed) for seed in range(12)]
    for number in range(FILES):
        path = home.pictures / f"{number % 7}" / f"IMG_{number:05}.JPG"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(pictures[number % 12] + f"{number}".encode())
        os.utime(path, (number, number))
        if number % 5 == 0:
            path.with_suffix(".xmp").write_text(f"<x>{number}</x>")
    database = Database(database_url)
    _take_in(home, database)
    yield database
    database.close()


def test_workers_killed_at_random_lose_nothing_and_double_nothing(home: Home, database_url: str, backlog: Database):
    before, dice = home.contents(), random.Random(1)
    workers = Workers(home, database_url)
    give_up = time.monotonic() + PATIENCE_SECONDS

    for kill in range(KILLS):
        _await(lambda due=FILES * (KILLS - kill) // (KILLS + 1): _due(backlog) <= due, give_up)
        workers.kill(dice.randrange(WORKERS))
    _await(lambda: _due(backlog) == 0, give_up)

    said = (home.root / "workers.log").read_text()
    workers.stop()  # the newest maybe before it has begun, which it says with a traceback
    assert "Traceback" not in said
    assert home.contents() == before
    assert _counts(backlog) == {ImageState.RENAMED: FILES}
    assert _history(backlog) == FILES
    assert not [name for name in home.tree() if ".rn-" in name or "IMG_" in name]


def _take_in(home: Home, database: Database) -> None:
    with database.session(OWN_TENANT) as session:
        source, _ = sources.for_folder(session, OWN_TENANT, home.pictures)
        policy = Policy(provider="canned")
        batch = batches.start(session, OWN_TENANT, source, BatchKind.COMMAND, policy, None)
    connector = sources.connect(source.kind, source.options)
    images = batches.without_companions(connector.scan())
    connector.close()
    with database.session(OWN_TENANT) as session:
        assert not batches.take_in(session, batch, policy, images)


def _jpeg(seed: int) -> bytes:
    buffer = io.BytesIO()
    Pillow.effect_mandelbrot((160, 120), (-2 + seed / 10, -1.5, 1, 1.5), 20).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


def _due(database: Database) -> int:
    with database.reading(OWN_TENANT) as session:
        return session.scalar(select(func.count()).where(Image.state.not_in(FINAL))) or 0


def _counts(database: Database) -> dict[str, int]:
    with database.reading(OWN_TENANT) as session:
        return dict(session.execute(select(Image.state, func.count()).group_by(Image.state)).all())


def _history(database: Database) -> int:
    """As many done renames as events that say so, one for each image."""
    with database.reading(OWN_TENANT) as session:
        done = session.scalars(select(Rename.image_id).where(Rename.state == RenameState.DONE, ~Rename.companion)).all()
        told = session.scalars(select(Event.image_id).where(Event.type == "image.renamed")).all()
    assert Counter(done) == Counter(told) == Counter(set(done))
    return len(done)


def _await(condition, give_up: float) -> None:
    while not condition():
        assert time.monotonic() < give_up, "It took too long; workers.log may say why."
        time.sleep(0.1)
