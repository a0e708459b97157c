"""What a look at a watched folder makes of what stands there, on each database, act by act."""

import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from appliance import app, pipeline, reviews, sources
from appliance.config import Settings
from appliance.db import Database
from appliance.intake import Intake
from appliance.intake.bursts import Bursts
from appliance.models import OWN_TENANT, Batch, BatchState, Event, Image, ImageState, Rename, RenameState, Source, now
from appliance.pipeline.worker import Worker
from appliance.secrets import vault_of
from appliance.sources import Choices
from connectors.base import ConnectorError
from tests.home import Home
from tests.servers import fuse


@dataclass
class Place:
    """A watched folder; `look` looks at it, `work` names what is due."""

    home: Home
    database: Database
    worker: Worker
    source: Source
    intake: Intake
    seeds: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    @property
    def root(self) -> Path:
        return self.home.pictures

    def photo(self, name: str) -> Path:
        return self.home.photo(name, seed=next(self.seeds))

    def look(self) -> int:
        return self.intake.everything().arrived

    def look_as_a_new_process(self) -> int:
        with self.database.reading(OWN_TENANT) as session:
            self.source = session.get_one(Source, self.source.id)
        self.intake = Intake(
            self.worker, self.source, self.intake.connector, Bursts("canned", "test"), threading.Event()
        )
        return self.look()

    def work(self) -> None:
        """As if the stability window had passed."""
        for _ in range(20):
            with self.database.system_session() as session:
                session.execute(update(Image).where(Image.due_at.is_not(None)).values(due_at=now()))
            with self.database.reading(None) as session:
                due = [one for some in pipeline.ready(session, None) for one in some]
            if not due:
                return
            pipeline.advance(self.worker, due)

    def pretend_it_was_long_ago(self) -> None:
        """What was renamed just now may have changed since it was listed; an hour ago it has not."""
        with self.database.system_session() as session:
            session.execute(update(Rename).values(done_at=now() - timedelta(hours=1)))

    def states(self) -> dict[str, str]:
        with self.database.reading(OWN_TENANT) as session:
            wanted = select(Image.path, Image.state).where(Image.state != ImageState.MISSING)
            return {row.path: str(row.state) for row in session.execute(wanted)}

    def events(self) -> Counter[str]:
        with self.database.reading(OWN_TENANT) as session:
            return Counter(session.scalars(select(Event.type)))

    def batches(self) -> list[Batch]:
        with self.database.reading(OWN_TENANT) as session:
            return list(session.scalars(select(Batch).order_by(Batch.id)))


def opened(home: Home, database_url: str, choices: Choices) -> Iterator[Place]:
    settings = Settings.from_env({"RENAMER_DATABASE_URL": database_url, "RENAMER_VISION": "canned"}, home.root / "data")
    database = Database(database_url)
    worker = app.make_worker(settings, database)
    with database.session(OWN_TENANT) as session:
        options = {"path": str(home.pictures)}
        source = sources.add(
            session,
            OWN_TENANT,
            vault_of(settings),
            sources.Wanted(kind="watchfolder", name="Inbox", options=options, choices=choices),
            actor="test",
        )
    connector = worker.connections.open(source)
    intake = Intake(worker, source, connector, Bursts("canned", "test"), threading.Event())
    yield Place(home, database, worker, source, intake)
    worker.close()
    database.close()


@pytest.fixture
def place(home: Home, database_url: str) -> Iterator[Place]:
    """Nothing was in it when it was looked through first."""
    for place in opened(home, database_url, Choices(review="auto")):
        place.look()
        yield place


@pytest.fixture
def named(place: Place) -> Place:
    """One photo has come, was named, and the look since has seen it."""
    place.photo("IMG_0001.JPG")
    place.look()
    place.work()
    place.pretend_it_was_long_ago()
    place.look()
    return place


def name_of(place: Place) -> str:
    (name,) = place.states()
    return name


def test_our_own_name_is_not_new(named: Place):
    assert named.states() == {name_of(named): "renamed"}
    assert named.look() == 0
    assert named.look_as_a_new_process() == 0
    assert named.events()["image.found"] == 1


def test_what_we_wrote_into_metadata_is_nothing_new(place: Place):
    """Into the file of one, and into a sidecar beside the other."""
    place.photo("IMG_0001.JPG")
    place.photo("IMG_0002.TIF")
    place.look()
    place.work()
    place.look()
    with place.database.session(OWN_TENANT) as session:
        session.execute(update(Source).values(choices={"metadata": "file"}))
        for image in session.scalars(select(Image)):
            reviews.say(session, image, reviews.Said(title="A tree"), actor="test")
            assert reviews.approve_texts(session, OWN_TENANT, [image.id], actor="test") == []
    before = place.intake.connector.listing("")  # type: ignore[attr-defined]
    place.work()

    place.intake._compare(place.intake.folder(""), "", before)
    place.pretend_it_was_long_ago()
    assert [place.look(), place.look_as_a_new_process()] == [0, 0]
    assert set(place.states().values()) == {"renamed"}
    assert place.events()["image.texts_written"] == 2
    assert len(list(place.root.iterdir())) == 3
    assert place.events()["image.found"] == 2


def test_a_file_listed_before_our_rename_of_it_ended_is_not_new(place: Place):
    """The listing still has the old name, and the journal says by now that it was changed."""
    place.photo("IMG_0001.JPG")
    place.look()
    listed = place.intake.connector.listing("")  # type: ignore[attr-defined]
    place.work()

    place.intake._compare(look := place.intake.folder(""), "", listed)

    assert look.again == {""}
    assert list(place.states().values()) == ["renamed"]


def test_an_old_name_that_was_put_back_is_the_same_image_again(named: Place):
    name = name_of(named)
    (named.root / name).rename(named.root / "IMG_0001.JPG")

    assert named.look() == 0

    assert named.states() == {"IMG_0001.JPG": "kept"}
    assert named.events()["image.undone"] == 1
    with named.database.reading(OWN_TENANT) as session:
        assert list(session.scalars(select(Rename.state))) == [RenameState.UNDONE]


def test_another_photo_under_an_old_name_is_new_although_ours_was_moved_away(named: Place):
    (named.root / name_of(named)).rename(named.home.root / "archive.jpg")
    named.photo("IMG_0001.JPG")

    assert named.look() == 1

    named.work()
    assert list(named.states().values()) == ["renamed"]
    assert named.events()["image.missing"] == 1


def test_what_came_back_unchanged_is_what_it_was(named: Place):
    name = name_of(named)
    (named.root / name).rename(named.home.root / "aside.jpg")
    named.look()
    assert named.states() == {}
    (named.home.root / "aside.jpg").rename(named.root / name)

    assert named.look() == 0
    assert named.states() == {name: "renamed"}


def test_another_file_where_one_was_missing_is_new(named: Place):
    name = name_of(named)
    (named.root / name).unlink()
    named.look()
    named.photo(name)

    assert named.look() == 1


def test_an_edited_file_keeps_its_name_and_one_that_failed_is_looked_at_afresh(named: Place):
    broken = named.photo("broken.jpg")
    when = broken.stat().st_mtime
    broken.write_bytes(broken.read_bytes()[:100])
    os.utime(broken, (when, when))
    named.look()
    named.work()
    assert named.states()["broken.jpg"] == "failed"
    shutil.copy(named.photo("other.jpg"), named.root / name_of_renamed(named))
    (named.root / "other.jpg").rename(named.root / "broken.jpg")

    assert named.look() == 1
    assert named.states()["broken.jpg"] == "found"
    assert named.states()[name_of_renamed(named)] == "renamed"


def name_of_renamed(place: Place) -> str:
    return next(path for path, state in place.states().items() if state == "renamed")


def test_a_file_that_changes_between_two_looks_is_waited_for(place: Place):
    path = place.photo("IMG_0001.JPG")
    place.look()
    shutil.copystat(place.photo("IMG_0002.JPG"), path)
    (place.root / "IMG_0002.JPG").unlink()
    path.write_bytes(path.read_bytes())  # now, so that it is still being written

    with place.database.system_session() as session:
        session.execute(update(Image).values(due_at=now()))
        ids = list(session.scalars(select(Image.id)))
    pipeline.advance(place.worker, ids)

    assert place.states() == {"IMG_0001.JPG": "unstable"}


def test_a_raw_file_that_came_before_its_picture_follows_it_then(place: Place):
    photo = place.photo("IMG_0001.JPG")
    photo.rename(place.home.root / photo.name)
    (place.root / "IMG_0001.NEF").write_bytes(b"II*\x00raw")
    assert place.look() == 1
    (place.home.root / photo.name).rename(photo)

    assert place.look() == 1

    assert place.states() == {"IMG_0001.JPG": "found"}
    place.work()
    (name,) = place.states()
    assert place.home.tree() == {name, f"{Path(name).stem}.nef"}


def test_what_cannot_be_worked_on_is_said_once_and_forgotten_when_it_is_gone(place: Place):
    bad = place.root / os.fsdecode(b"IMG_\xff.JPG")
    place.photo("IMG_0001.JPG").rename(bad)
    place.look()
    place.look_as_a_new_process()
    assert place.states() == {"IMG_\\xff.JPG": "failed"}

    bad.unlink()

    place.look()
    assert place.states() == {}


def test_a_folder_that_may_not_be_read_for_a_while_takes_nothing_with_it(place: Place):
    backing = place.home.root / "backing"
    with fuse.mounted(backing, place.root):
        place.photo("sub/inner/IMG_0001.JPG")
        place.look()
        place.work()
    with fuse.mounted(backing, place.root, "--locked=sub"):
        place.look()

        assert sorted(place.states().values()) == ["failed", "renamed"]
    with fuse.mounted(backing, place.root):
        place.look()

        assert list(place.states().values()) == ["renamed"]


def test_a_folder_in_whose_place_a_link_stands_does_not_stop_the_others(place: Place):
    place.photo("sub/IMG_0001.JPG")
    place.look()
    place.work()
    (place.root / "sub").rename(place.home.root / "elsewhere")
    (place.root / "sub").symlink_to(place.home.root / "elsewhere")
    place.photo("IMG_0002.JPG")

    assert place.look() == 1


def test_without_a_backlog_what_is_there_is_known_and_never_named(home: Home, database_url: str):
    home.photo("IMG_0001.JPG", seed=1)
    home.photo("sub/IMG_0002.JPG", seed=2)
    for place in opened(home, database_url, Choices(review="auto")):
        assert place.look() == 0
        place.work()
        assert place.states() == {"IMG_0001.JPG": "kept", "sub/IMG_0002.JPG": "kept"}
        home.photo("IMG_0003.JPG", seed=3)
        assert place.look_as_a_new_process() == 1


def test_a_burst_is_a_batch_of_its_own_and_ends_when_nothing_is_left_to_do(named: Place):
    named.intake.complete_bursts()
    assert [batch.state for batch in named.batches()] == [BatchState.RUNNING]  # more may come
    with named.database.system_session() as session:
        session.execute(update(Image).values(found_at=now() - timedelta(minutes=2)))

    named.look_as_a_new_process()
    named.intake.complete_bursts()
    named.photo("IMG_0002.JPG")
    named.look()

    assert [batch.state for batch in named.batches()] == [BatchState.COMPLETED, BatchState.RUNNING]
    assert named.events()["batch.completed"] == 1


def test_names_that_say_something_are_left_where_only_bad_ones_are_wanted(home: Home, database_url: str):
    for place in opened(home, database_url, Choices(review="auto", rename="bad-names")):
        place.look()
        home.photo("IMG_0001.JPG", seed=1)
        home.photo("red-lighthouse-at-dusk.jpg", seed=2)
        assert place.look() == 1
        assert place.states() == {"IMG_0001.JPG": "found", "red-lighthouse-at-dusk.jpg": "kept"}


def test_an_empty_place_where_images_were_is_an_unplugged_disk(named: Place):
    before = named.states()
    named.root.rename(named.home.root / "unplugged")
    named.root.mkdir()

    with pytest.raises(ConnectorError, match="is empty"):
        named.look()
    with pytest.raises(ConnectorError, match="unplugged or replaced"):
        named.intake.folder("")
    assert named.states() == before

    named.root.rmdir()
    (named.home.root / "unplugged").rename(named.root)
    assert named.look() == 0
    assert named.states() == before


def test_a_folder_that_was_really_emptied_is_believed(named: Place):
    (named.root / name_of(named)).unlink()

    named.look()

    assert named.states() == {}
