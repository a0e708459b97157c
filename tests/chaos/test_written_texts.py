"""Texts are written into metadata, or taken back, by a process that is killed before any call that changes a file.

`make chaos` sets RENAMER_TEST_CALLS to the calls of SQLite too, and RENAMER_TEST_EVERY to each call; `make test` tries
every third `fsync`.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from appliance import app, pipeline, reviews
from appliance.config import Settings
from appliance.db import Database
from appliance.models import OWN_TENANT, Image, Source, now
from tests.connectors import sweeping
from tests.connectors.sweeping import Call, Traced
from tests.home import Home

CALLS = os.environ.get("RENAMER_TEST_CALLS", "renameat2,unlinkat,fsync").split(",")
ALWAYS = {"renameat2", "fsync"}
EVERY = {"fsync": int(os.environ.get("RENAMER_TEST_EVERY", "3"))}
MOST_CALLS = 60
SAID = reviews.Said(alt="A cat on a sofa.", title="Tom", keywords=("cat",))


class Library:
    """A folder with one photo, and the database that knows it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.settings = Settings.from_env({"RENAMER_VISION": "canned"}, home.root / "data")

    def copy(self, name: str) -> "Library":
        """The paths in the database stay those of the first one, so there the photo lies, too."""
        copied = Library(Home(self.home.root.parent / name))
        shutil.copytree(self.home.root / "data", copied.home.root / "data")
        shutil.copytree(self.home.pictures, copied.home.pictures)
        with copied.database() as database, database.session(OWN_TENANT) as session:
            root = str(copied.home.pictures)
            session.execute(update(Source).values(root=root, options={"path": root}))
        return copied

    def database(self) -> "Opened":
        return Opened(self.settings)

    def approve(self) -> None:
        with self.database() as database, database.session(OWN_TENANT) as session:
            (image,) = session.scalars(select(Image))
            reviews.say(session, image, SAID, actor="test")
            assert reviews.approve_texts(session, OWN_TENANT, [image.id], actor="test") == []

    def undo(self) -> None:
        with self.database() as database, database.session(OWN_TENANT) as session:
            (image_id,) = session.scalars(select(Image.id))
            assert reviews.undo(session, OWN_TENANT, [image_id], actor="test") == []

    def killed_before(self, worker: Traced, call: Call) -> bool:
        return worker.killed_before({"data": str(self.home.root / "data")}, call) != 0

    def work(self) -> None:
        """As another process would, once the lease of the dead one has run out."""
        with self.database() as database:
            worker = app.make_worker(self.settings, database)
            for _ in range(20):
                with database.system_session() as session:
                    session.execute(update(Image).where(Image.due_at.is_not(None)).values(due_at=now(), owner=None))
                    due = list(session.scalars(select(Image.id).where(Image.due_at.is_not(None))))
                if not due:
                    break
                pipeline.advance(worker, due)
            worker.close()


class Opened:
    def __init__(self, settings: Settings) -> None:
        self._database = Database(settings.database_url)

    def __enter__(self) -> Database:
        return self._database

    def __exit__(self, *_: object) -> None:
        self._database.close()


@pytest.fixture(params=["file", "sidecar"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Library:
    """The photo has its new name."""
    home = Home(tmp_path / "first")
    home.pictures.mkdir(parents=True)
    home.photo("IMG_0001.JPG", seed=1)
    assert home.rename().exit_code == 0
    library = Library(home)
    with library.database() as database, database.session(OWN_TENANT) as session:
        session.execute(update(Source).values(choices={"metadata": request.param}))
    return library


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    with sweeping.traced(tmp_path_factory.mktemp("trace"), "tests.chaos.write_texts") as worker:
        yield worker


def test_killed_before_any_call_the_texts_are_written_and_go_again(library: Library, worker: Traced):
    before = library.home.contents()
    library.approve()
    expected = _written(library.copy("expected"))
    for name, tried in killed(library, worker):
        assert _photo(tried) in {_photo(library), _photo_of(expected)}, name
        tried.work()
        assert _files(tried) == expected, name
        tried.undo()
        tried.work()
        assert (tried.home.contents(), tried.home.tree()) == (before, {"IMG_0001.JPG"}), name


def test_killed_before_any_call_of_the_undo_the_very_bytes_come_back(library: Library, worker: Traced):
    before = library.home.contents()
    library.approve()
    library.work()
    library.undo()
    for name, tried in killed(library, worker):
        tried.work()
        assert (tried.home.contents(), tried.home.tree()) == (before, {"IMG_0001.JPG"}), name


def killed(library: Library, worker: Traced) -> Iterator[tuple[str, Library]]:
    """Copies of the library in which the work was cut off, at one point each."""
    for call in CALLS:
        for number in range(1, MOST_CALLS, EVERY.get(call, 1)):
            tried = library.copy(f"{call}-{number}")
            if not tried.killed_before(worker, Call(call, number)):
                assert number > 1 or call not in ALWAYS, call
                break
            yield f"{call} no. {number}", tried


def _written(library: Library) -> dict[str, bytes]:
    library.work()
    return _files(library)


def _files(library: Library) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(library.home.pictures.iterdir())}


def _photo(library: Library) -> bytes:
    return _photo_of(_files(library))


def _photo_of(files: dict[str, bytes]) -> bytes:
    (photo,) = (contents for name, contents in files.items() if name.endswith(".jpg"))
    return photo
