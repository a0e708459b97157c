"""A worker that has lost an image to another one, or cannot know that it has not, leaves the disk alone."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance import pipeline, renames
from appliance.models import OWN_TENANT, ImageState, RenameState, now
from appliance.pipeline import applying, leases
from appliance.pipeline.leases import Claim, claim
from connectors.base import Entry
from connectors.watchfolder.folder import Folder
from tests.pipeline.conftest import Workshop


class Slow(Folder):
    """A folder renamed in by links, in which something happens between two steps of a rename."""

    def __init__(self, root: Path, meanwhile: Callable[[str], None]) -> None:
        super().__init__(root, recursive=True, ignore=(), protocol="link")
        self._meanwhile = meanwhile

    def rename(self, entry: Entry, to: str, *, key: str, step: Callable[[str], None], protocol: str = "") -> Entry:
        def slowly(reached: str) -> None:
            self._meanwhile(reached)
            step(reached)

        return super().rename(entry, to, key=key, step=slowly, protocol=protocol)


def claimed(workshop: Workshop) -> Claim:
    """The only image, by a worker that finds the lease of the last one run out."""
    workshop.expire_leases()
    with workshop.database.system_session() as session:
        (one,) = claim(session, [workshop.image().id], None)
    return one


def take_over(workshop: Workshop) -> Claim:
    """As far as another worker gets before it touches the disk."""
    quick = claimed(workshop)
    workshop.intend()
    return quick


@contextmanager
def another_beats_at_once(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Iterator[leases.Heartbeat]:
    monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.02)
    worker = workshop.another_worker()
    yield worker.heartbeat
    worker.close()


def test_a_claim_that_another_worker_has_taken_over_changes_no_name(workshop: Workshop, picture: Path):
    workshop.until(ImageState.PLANNED)
    slow = claimed(workshop)
    claimed(workshop)

    with workshop.worker.heartbeat.holding([slow], time.monotonic()):
        outcomes = applying.apply(workshop.worker, workshop.worker.order(slow), [slow])

    assert outcomes == []
    assert workshop.home.tree() == {picture.name}
    assert [row.state for row in workshop.moves()] == [RenameState.PLANNED]


def test_a_recovery_that_another_worker_has_taken_over_changes_no_name(workshop: Workshop, picture: Path):
    workshop.until(ImageState.PLANNED)
    slow = take_over(workshop)
    quick = take_over(workshop)

    with workshop.worker.heartbeat.holding([slow], time.monotonic()):
        outcomes = applying.recover(workshop.worker, workshop.worker.order(slow), [slow])

    assert outcomes == []
    assert workshop.home.tree() == {picture.name}
    assert [row.fence for row in workshop.moves()] == [quick.fence]


def test_a_worker_whose_lease_may_have_run_out_by_its_own_clock_changes_no_name(workshop: Workshop, picture: Path):
    workshop.until(ImageState.PLANNED)
    slow = claimed(workshop)

    with workshop.worker.heartbeat.holding([slow], time.monotonic() - leases.LEASE.total_seconds()):
        outcomes = applying.apply(workshop.worker, workshop.worker.order(slow), [slow])

    assert outcomes == []
    assert workshop.home.tree() == {picture.name}
    workshop.expire_leases()
    workshop.work_off()
    assert [row.state for row in workshop.moves()] == [RenameState.DONE]


def test_a_worker_that_is_overtaken_in_the_middle_of_a_rename_changes_nothing_more(workshop: Workshop, picture: Path):
    workshop.until(ImageState.PLANNED)
    steps: list[str] = []

    def meanwhile(reached: str) -> None:
        steps.append(reached)
        if reached == "linked":
            take_over(workshop)
            workshop.home.before = workshop.home.snapshot()

    workshop.worker.connections.use(workshop.source, Slow(workshop.home.pictures, meanwhile))
    workshop.expire_leases()

    pipeline.advance(workshop.worker, [workshop.image().id])

    assert steps[-1] == "linked"
    assert workshop.home.snapshot() == workshop.home.before
    assert workshop.image().state == ImageState.RENAMING


def test_the_other_worker_finishes_what_the_overtaken_one_had_begun(workshop: Workshop, picture: Path):
    workshop.until(ImageState.PLANNED)
    before, other = workshop.home.contents(), workshop.another_worker()

    def meanwhile(reached: str) -> None:
        if reached == "linked":
            workshop.expire_leases()
            pipeline.advance(other, [workshop.image().id])

    workshop.worker.connections.use(workshop.source, Slow(workshop.home.pictures, meanwhile))
    workshop.expire_leases()

    pipeline.advance(workshop.worker, [workshop.image().id])

    assert workshop.image().state == ImageState.RENAMED
    assert workshop.home.tree() == {workshop.image().path}
    assert workshop.home.contents() == before
    assert workshop.events().count("image.renamed") == 1
    other.close()


def test_a_step_of_a_worker_that_was_overtaken_is_not_stored(workshop: Workshop, picture: Path):
    workshop.until(ImageState.PLANNED)
    slow, quick = take_over(workshop), take_over(workshop)
    with workshop.database.reading(OWN_TENANT) as session:
        (move,) = renames.open_moves(session, OWN_TENANT, [slow.id])[slow.id]

    with pytest.raises(renames.LeaseLost), workshop.database.session(OWN_TENANT) as session:
        renames.note_step(session, OWN_TENANT, move, slow.fence, "linked")

    assert [row.step for row in workshop.moves()] == [""]
    with workshop.database.session(OWN_TENANT) as session:
        renames.note_step(session, OWN_TENANT, move, quick.fence, "linked")
    assert [row.step for row in workshop.moves()] == ["linked"]


def test_a_heartbeat_renews_the_lease_here_and_in_the_database(workshop: Workshop, picture: Path):
    one = claimed(workshop)
    heartbeat = workshop.worker.heartbeat

    with heartbeat.holding([one], time.monotonic() - leases.LEASE.total_seconds()):
        assert not heartbeat.holds(one)
        earliest = now() + leases.LEASE
        heartbeat.beat()
        assert heartbeat.holds(one)

    due_at = workshop.image().due_at
    assert due_at is not None
    assert due_at >= earliest


def test_the_heart_of_a_worker_beats_by_itself(workshop: Workshop, picture: Path, monkeypatch: pytest.MonkeyPatch):
    one, give_up = claimed(workshop), time.monotonic() + 30

    with (
        another_beats_at_once(workshop, monkeypatch) as heartbeat,
        heartbeat.holding([one], time.monotonic() - leases.LEASE.total_seconds()),
    ):
        while not heartbeat.holds(one):
            assert time.monotonic() < give_up, "It never beat."
            time.sleep(0.01)


def test_a_heartbeat_does_not_hold_what_another_worker_has_taken_over(workshop: Workshop, picture: Path):
    slow, quick = claimed(workshop), claimed(workshop)
    heartbeat = workshop.worker.heartbeat

    with heartbeat.holding([slow], time.monotonic() - leases.LEASE.total_seconds()):
        heartbeat.beat()
        assert not heartbeat.holds(slow)

    assert workshop.image().fence == quick.fence
