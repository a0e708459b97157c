"""After a crash, the world and the journal decide; each row of the table in docs/reliability.md is one test."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import update

from appliance import app, pipeline
from appliance.models import OWN_TENANT, Batch, BatchState, Image, ImageState, Owner, RenameState, now
from appliance.pipeline.leases import register
from appliance.pipeline.worker import Worker
from tests.pipeline.conftest import Killed, Workshop, killed_at


@pytest.fixture
def crashed(workshop: Workshop, picture: Path) -> Workshop:
    """The worker died after it had said what it was about to do, and before it did it."""
    workshop.until(ImageState.PLANNED)
    workshop.intend()
    return workshop


@pytest.fixture
def abandoned(crashed: Workshop) -> Workshop:
    """The same, by a command, whose lease has run out."""
    with crashed.database.session(OWN_TENANT) as session:
        register(session, OWN_TENANT, "a command")
        session.execute(update(Owner).values(until=now()))
        session.execute(update(Batch).values(owner="a command"))
        session.execute(update(Image).values(owner="a command"))
    return crashed


def old(workshop: Workshop) -> Path:
    return workshop.home.pictures / workshop.moves()[0].from_path


def new(workshop: Workshop) -> Path:
    return workshop.home.pictures / workshop.moves()[0].to_path


def recover(workshop: Workshop) -> None:
    workshop.expire_leases()
    workshop.work_off()


def test_ours_under_the_old_name_alone_is_renamed_again(crashed: Workshop):
    recover(crashed)

    assert crashed.image().state == ImageState.RENAMED
    assert new(crashed).exists()
    assert not old(crashed).exists()


def test_ours_under_the_new_name_alone_is_finished(crashed: Workshop):
    old(crashed).rename(new(crashed))

    recover(crashed)

    assert crashed.image().state == ImageState.RENAMED
    assert [row.state for row in crashed.moves()] == [RenameState.DONE]
    assert crashed.events().count("image.renamed") == 1


def test_a_strangers_file_under_the_new_name_stays_and_ours_gets_the_next_name(crashed: Workshop):
    new(crashed).write_bytes(b"a stranger's")

    recover(crashed)

    assert new(crashed).read_bytes() == b"a stranger's"
    assert [row.state for row in crashed.moves()] == [RenameState.CONFLICT, RenameState.DONE]
    assert len(crashed.home.tree()) == 2


def test_a_strangers_file_of_the_same_bytes_is_still_a_strangers(crashed: Workshop):
    new(crashed).write_bytes(old(crashed).read_bytes())
    before = crashed.home.contents()

    recover(crashed)

    assert crashed.home.contents() == before
    assert crashed.image().state == ImageState.RENAMED
    assert crashed.image().path != crashed.moves()[0].to_path


def test_a_file_that_was_changed_meanwhile_is_looked_at_afresh(crashed: Workshop):
    crashed.home.photo(old(crashed).name, seed=9)
    before = crashed.home.contents()

    recover(crashed)

    assert crashed.moves()[0].state == RenameState.CONFLICT
    assert crashed.image().state == ImageState.RENAMED
    assert crashed.home.contents() == before


def test_a_file_that_was_touched_meanwhile_is_still_the_same(crashed: Workshop):
    os.utime(old(crashed), (1, 1))

    recover(crashed)

    assert [row.state for row in crashed.moves()] == [RenameState.DONE]
    assert crashed.home.tree() == {crashed.moves()[0].to_path}


def test_a_strangers_file_of_our_size_and_time_under_the_new_name_is_not_taken_for_ours(crashed: Workshop):
    ours = old(crashed).stat()
    old(crashed).unlink()
    new(crashed).write_bytes(bytes(ours.st_size))
    os.utime(new(crashed), ns=(ours.st_atime_ns, ours.st_mtime_ns))
    before = crashed.home.snapshot()

    recover(crashed)

    assert crashed.moves()[0].state != RenameState.DONE
    assert crashed.image().state == ImageState.MISSING
    assert crashed.home.snapshot() == before


def test_another_picture_under_the_old_name_does_not_hide_that_ours_was_renamed(crashed: Workshop):
    old(crashed).rename(new(crashed))
    crashed.home.photo(old(crashed).name, seed=9)
    before = crashed.home.contents()

    recover(crashed)

    assert crashed.moves()[0].state == RenameState.DONE
    assert crashed.image().path == crashed.moves()[0].to_path
    assert crashed.home.contents() == before


def test_a_file_that_is_gone_under_both_names_is_missing(crashed: Workshop):
    old(crashed).unlink()

    recover(crashed)

    assert crashed.image().state == ImageState.MISSING
    assert [row.state for row in crashed.moves()] == [RenameState.MISSING]


def test_recovering_twice_changes_nothing_more(crashed: Workshop):
    recover(crashed)
    before, told = crashed.home.snapshot(), crashed.events()

    recover(crashed)

    assert crashed.home.snapshot() == before
    assert crashed.events() == told


def test_two_workers_that_recover_the_same_image_rename_it_once(crashed: Workshop):
    crashed.expire_leases()
    workers, image_id = [crashed.worker, crashed.another_worker()], crashed.image().id
    barrier = threading.Barrier(len(workers))

    def put_right(worker: Worker) -> int:
        barrier.wait()
        return pipeline.advance(worker, [image_id])

    with ThreadPoolExecutor(len(workers)) as pool:
        assert sorted(pool.map(put_right, workers)) == [0, 1]

    assert crashed.events().count("image.renamed") == 1
    assert [row.state for row in crashed.moves()] == [RenameState.DONE]
    workers[1].close()


def test_what_recovery_cannot_reach_stays_due(crashed: Workshop):
    folder = crashed.home.pictures
    folder.rename(folder.with_name("unplugged"))
    crashed.expire_leases()

    pipeline.advance(crashed.worker, [crashed.image().id])

    assert crashed.image().state == ImageState.RENAMING
    assert crashed.image().due_at is not None
    folder.with_name("unplugged").rename(folder)
    recover(crashed)
    assert crashed.image().state == ImageState.RENAMED


def test_an_image_that_forgot_that_it_was_being_renamed_is_put_right_by_its_journal(crashed: Workshop):
    old(crashed).rename(new(crashed))
    with crashed.database.system_session() as session:
        session.execute(update(Image).values(state=ImageState.PLANNED))

    recover(crashed)

    assert crashed.image().state == ImageState.RENAMED
    assert [row.state for row in crashed.moves()] == [RenameState.DONE]


def test_what_a_dead_command_was_renaming_is_finished_and_its_batch_is_ended(abandoned: Workshop):
    app.put_right(abandoned.worker)

    assert abandoned.image().state == ImageState.RENAMED
    assert new(abandoned).exists()
    with abandoned.database.reading(OWN_TENANT) as session:
        assert session.get_one(Batch, abandoned.batch.id).state == BatchState.CANCELLED


def test_what_a_dead_command_could_not_rename_is_put_right_and_then_left_alone(abandoned: Workshop):
    new(abandoned).write_bytes(b"a stranger's")
    before = abandoned.home.snapshot()

    app.put_right(abandoned.worker)

    assert [row.state for row in abandoned.moves()] == [RenameState.CONFLICT]
    assert abandoned.image().due_at is None
    abandoned.expire_leases()
    abandoned.work_off()
    assert abandoned.home.snapshot() == before


@pytest.fixture
def linked(workshop: Workshop, picture: Path) -> Workshop:
    """The worker died when the file had its new name, and still its old one, on a disk that can only link."""
    workshop.use("link")
    workshop.until(ImageState.PLANNED)
    (move,) = workshop.intend()
    with pytest.raises(Killed):
        workshop.connector.rename(
            move.entry, move.to_path, key=str(move.id), step=killed_at("linked"), protocol=move.protocol
        )
    return workshop


def test_of_two_names_of_one_file_the_new_one_stays(linked: Workshop):
    assert old(linked).samefile(new(linked))
    content = old(linked).read_bytes()

    recover(linked)

    assert linked.home.tree() == {new(linked).name}
    assert new(linked).read_bytes() == content
    assert [row.state for row in linked.moves()] == [RenameState.DONE]


def test_a_strangers_file_under_the_old_name_stays_beside_ours_under_the_new_one(linked: Workshop):
    old(linked).unlink()
    old(linked).write_bytes(b"a stranger's")
    content = new(linked).read_bytes()

    recover(linked)

    assert linked.home.tree() == {old(linked).name, new(linked).name}
    assert old(linked).read_bytes() == b"a stranger's"
    assert new(linked).read_bytes() == content
    assert [row.state for row in linked.moves()] == [RenameState.DONE]
