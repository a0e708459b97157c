"""What happens to one image, step by step, on SQLite and PostgreSQL."""

import functools
import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event, select, update

from appliance import batches, pipeline
from appliance.models import OWN_TENANT, BatchState, Image, ImageState, RenameState, SeenDescription, now
from appliance.pipeline.leases import Outcome, claim, finish, register
from appliance.storage.folders import Folder
from tests.pipeline.conftest import Workshop


def test_an_image_goes_from_found_to_renamed(workshop: Workshop, picture: Path):
    seen = []
    while (image := workshop.image()).due_at is not None:
        seen.append(image.state)
        pipeline.advance(workshop.worker, [image.id])

    assert seen == ["found", "fetched", "described", "planned"]
    assert workshop.image().state == ImageState.RENAMED
    assert [row.state for row in workshop.moves()] == [RenameState.DONE]
    assert workshop.home.tree() == {workshop.image().path}
    assert workshop.events() == ["batch.started", "image.found", "image.described", "image.processed", "image.renamed"]


def test_what_is_not_due_is_left_alone(workshop: Workshop, picture: Path):
    workshop.work_off()
    before = workshop.events()

    assert pipeline.advance(workshop.worker, [workshop.image().id]) == 0
    assert workshop.events() == before


def test_of_many_workers_that_claim_one_image_exactly_one_gets_it(workshop: Workshop, picture: Path):
    def take(_: int) -> int:
        with workshop.database.system_session() as session:
            return len(claim(session, [workshop.image().id], None))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1
    assert workshop.image().fence == 1


def test_a_worker_whose_lease_another_has_taken_over_writes_nothing(workshop: Workshop, picture: Path):
    with workshop.database.system_session() as session:
        (slow,) = claim(session, [workshop.image().id], None)
    workshop.expire_leases()
    with workshop.database.system_session() as session:
        (quick,) = claim(session, [workshop.image().id], None)

    with workshop.database.session(OWN_TENANT) as session:
        late = Outcome(slow.becomes(ImageState.FAILED), ({"type": "image.failed"},))
        assert finish(session, [late], actor="slow") == []

    assert quick.fence == slow.fence + 1
    assert workshop.image().state == ImageState.FOUND
    assert "image.failed" not in workshop.events()


def test_a_lease_keeps_others_away_for_fifteen_seconds(workshop: Workshop, picture: Path):
    earliest = now()
    with workshop.database.system_session() as session:
        claim(session, [workshop.image().id], None)
        assert claim(session, [workshop.image().id], None) == []

    due_at = workshop.image().due_at
    assert due_at is not None
    assert earliest + timedelta(seconds=15) <= due_at <= now() + timedelta(seconds=15)


def test_a_picture_that_was_seen_before_is_not_asked_about_again(workshop: Workshop, picture: Path):
    workshop.home.photo("copy/IMG_0002.JPG", seed=1)
    workshop.take_in()

    workshop.work_off()

    with workshop.database.reading(OWN_TENANT) as session:
        assert len(session.scalars(select(SeenDescription)).all()) == 1
    assert len({Path(image.path).name for image in workshop.images()}) == 1


def test_a_file_that_vanishes_before_it_is_looked_at_is_missing(workshop: Workshop, picture: Path):
    picture.unlink()

    workshop.work_off()

    assert workshop.image().state == ImageState.MISSING
    assert "no longer there" in workshop.image().reason


def test_a_file_that_vanishes_before_it_is_renamed_is_missing(workshop: Workshop, picture: Path):
    workshop.until(ImageState.PLANNED)
    picture.unlink()

    workshop.work_off()

    assert workshop.image().state == ImageState.MISSING
    assert [row.state for row in workshop.moves()] == [RenameState.MISSING]


def test_a_file_that_is_edited_before_it_is_renamed_is_looked_at_afresh(workshop: Workshop, picture: Path):
    workshop.until(ImageState.PLANNED)
    workshop.home.photo(picture.name, seed=7)
    before = workshop.home.contents()

    workshop.work_off()

    assert workshop.image().state == ImageState.RENAMED
    assert [row.state for row in workshop.moves()] == [RenameState.CONFLICT, RenameState.DONE]
    assert workshop.home.contents() == before


def test_a_file_that_is_touched_before_it_is_renamed_is_still_the_same(workshop: Workshop, picture: Path):
    workshop.until(ImageState.PLANNED)
    os.utime(picture, (1, 1))

    workshop.work_off()

    assert [row.state for row in workshop.moves()] == [RenameState.DONE]


def test_a_name_that_is_taken_after_the_plan_makes_a_new_plan(workshop: Workshop, picture: Path):
    workshop.until(ImageState.PLANNED)
    (planned,) = workshop.moves()
    (workshop.home.pictures / planned.to_path).write_bytes(b"a stranger's")

    workshop.work_off()

    assert (workshop.home.pictures / planned.to_path).read_bytes() == b"a stranger's"
    assert [row.state for row in workshop.moves()] == [RenameState.CONFLICT, RenameState.DONE]
    assert workshop.moves()[1].to_path != planned.to_path


def test_a_planned_name_is_reserved_against_other_plans(workshop: Workshop, picture: Path):
    workshop.until(ImageState.PLANNED)
    workshop.home.photo("DSC00001.JPG", seed=1)
    workshop.take_in()
    first, second = workshop.images()

    while workshop.images()[1].state != ImageState.PLANNED:
        assert pipeline.advance(workshop.worker, [second.id]) == 1

    assert workshop.images()[0].state == first.state == ImageState.PLANNED
    reserved = [row.to_path for row in workshop.moves()]
    assert len(set(reserved)) == 2
    workshop.work_off()
    assert workshop.home.tree() == set(reserved)
    assert {row.state for row in workshop.moves()} == {RenameState.DONE}


def test_a_cancelled_batch_gives_its_names_back_and_leaves_nothing_due(workshop: Workshop, picture: Path):
    workshop.until(ImageState.PLANNED)

    with workshop.database.session(OWN_TENANT) as session:
        batches.finish(session, workshop.batch, BatchState.CANCELLED)

    assert workshop.image().due_at is None
    assert [row.state for row in workshop.moves()] == [RenameState.CANCELLED]
    assert workshop.home.tree() == {picture.name}


def test_an_unexpected_error_is_tried_again_and_in_the_end_said(workshop: Workshop, picture: Path):
    workshop.worker.storage.blobs = Folder(Path("/proc/nowhere"))

    for _ in range(7):
        pipeline.advance(workshop.worker, [workshop.image().id])
        workshop.expire_leases()

    assert workshop.image().state == ImageState.FAILED
    assert workshop.image().reason
    assert picture.exists()


def test_three_hundred_images_of_one_name_get_a_name_each(workshop: Workshop):
    source = workshop.home.photo("IMG_0000.JPG", seed=1)
    for number in range(1, 300):
        os.link(source, workshop.home.pictures / f"IMG_{number:04}.JPG")
    workshop.take_in()

    workshop.work_off()

    # Two threads may plan for the same name; who comes second finds it taken, and gets the next one.
    states = Counter(row.state for row in workshop.moves())
    assert states[RenameState.DONE] == 300
    assert states.keys() <= {RenameState.DONE, RenameState.CONFLICT}
    assert {image.state for image in workshop.images()} == {ImageState.RENAMED}
    assert len(workshop.home.tree()) == 300


def test_naming_a_folder_takes_as_many_questions_whatever_it_holds(workshop: Workshop):
    """Free numbers are found by one query and one listing, not by probing."""
    few, many = (_statements_of_a_plan(workshop, count) for count in (10, 200))
    assert many == few


def _statements_of_a_plan(workshop: Workshop, count: int) -> int:
    folder = workshop.home.pictures / str(count)
    source = workshop.home.photo(f"{count}/IMG_0000.JPG", seed=1)
    for number in range(1, count):
        os.link(source, folder / f"IMG_{number:04}.JPG")
    workshop.take_in()
    while waiting := [image.id for image in workshop.images() if image.state in (ImageState.FOUND, ImageState.FETCHED)]:
        pipeline.advance(workshop.worker, waiting)
    statements: list[str] = []
    count_statement = functools.partial(_note, statements)
    event.listen(workshop.database.engine, "before_cursor_execute", count_statement)
    described = [image.id for image in workshop.images() if image.state == ImageState.DESCRIBED]
    pipeline.advance(workshop.worker, described)
    event.remove(workshop.database.engine, "before_cursor_execute", count_statement)
    assert statements
    assert len(described) == count
    assert {move.state for move in workshop.moves()} == {RenameState.PLANNED}
    return len(statements)


def _note(statements: list[str], connection: object, cursor: object, statement: str, *_: object) -> None:
    if threading.current_thread() is threading.main_thread():  # others keep leases and figures now and then
        statements.append(statement)


def test_rows_that_belong_to_a_living_command_are_left_to_it(workshop: Workshop, picture: Path):
    with workshop.database.session(OWN_TENANT) as session:
        register(session, OWN_TENANT, "somebody")
        session.execute(update(Image).values(owner="somebody"))

    assert pipeline.advance(workshop.worker, [workshop.image().id]) == 0
    with workshop.database.system_session() as session:
        assert len(claim(session, [workshop.image().id], "somebody")) == 1


def test_a_late_heartbeat_does_not_wake_what_is_finished(workshop: Workshop, picture: Path):
    with workshop.database.system_session() as session:
        claims = claim(session, [workshop.image().id], None)

    with workshop.worker.heartbeat.holding(claims, time.monotonic()):
        workshop.database.write(
            OWN_TENANT, lambda session: finish(session, [Outcome(claims[0].becomes(ImageState.KEPT))], actor="test")
        )
        workshop.worker.heartbeat.beat()

    assert workshop.image().due_at is None
