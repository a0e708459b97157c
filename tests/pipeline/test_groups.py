"""An image and its companions keep one stem: all are renamed or none, also where a worker dies in between."""

from collections.abc import Callable
from pathlib import Path

import pytest

from appliance import pipeline, renames
from appliance.models import OWN_TENANT, ImageState, RenameState
from appliance.renames import Move
from connectors.base import Entry
from connectors.watchfolder import Protocol
from tests.pipeline.conftest import Killed, Workshop, killed_at

OLD_NAMES = {"IMG_0001.JPG", "IMG_0001.xmp"}


@pytest.fixture
def pair(workshop: Workshop, picture: Path) -> Workshop:
    """A picture and its sidecar, planned; a stranger has taken the sidecar's new name since."""
    picture.with_suffix(".xmp").write_text("<x>the sidecar</x>")
    workshop.until(ImageState.PLANNED)
    assert [row.from_path for row in workshop.moves()] == sorted(OLD_NAMES)
    strangers(workshop).write_bytes(b"a stranger's")
    return workshop


def strangers(workshop: Workshop) -> Path:
    return workshop.home.pictures / workshop.moves()[1].to_path


def new_name(workshop: Workshop) -> Path:
    return workshop.home.pictures / workshop.moves()[0].to_path


def die_while_taking_back(workshop: Workshop, step: str = "") -> None:
    """The image had its new name, and was on its way back since its sidecar could not follow. Without a step the
    worker died when it had written that down, and before it did anything."""
    move = workshop.intend()[0]
    with workshop.database.session(OWN_TENANT) as session:
        renames.note_step(session, OWN_TENANT, move, workshop.image().fence, "back")
    renamed = workshop.connector.rename(
        move.entry, move.to_path, key=str(move.id), step=lambda _: None, protocol=move.protocol
    )
    if step:
        with pytest.raises(Killed):
            take_back(workshop, move, renamed, killed_at(step))


def take_back(workshop: Workshop, move: Move, renamed: Entry, step: Callable[[str], None]) -> None:
    workshop.connector.rename(renamed, move.from_path, key=f"{move.id}-back", step=step, protocol=move.protocol)


def assert_all_got_the_next_stem_together(workshop: Workshop) -> None:
    first, second = workshop.moves()[:2], workshop.moves()[2:]
    assert [row.state for row in first] == [RenameState.CONFLICT] * 2
    assert [row.state for row in second] == [RenameState.DONE] * 2
    assert {Path(row.to_path).stem for row in second} == {Path(workshop.image().path).stem}
    assert workshop.home.tree() == {strangers(workshop).name} | {row.to_path for row in second}
    assert strangers(workshop).read_bytes() == b"a stranger's"


def test_where_the_sidecars_new_name_is_taken_neither_is_renamed(pair: Workshop):
    before = pair.home.snapshot()

    pipeline.advance(pair.worker, [pair.image().id])

    assert pair.home.snapshot() == before
    assert {row.state for row in pair.moves()} == {RenameState.CONFLICT}
    assert pair.image().state == ImageState.DESCRIBED


def test_where_the_sidecars_new_name_is_taken_both_get_the_next_stem(pair: Workshop):
    before = pair.home.contents()

    pair.work_off()

    assert_all_got_the_next_stem_together(pair)
    assert pair.home.contents() == before


def test_what_was_to_be_taken_back_is_taken_back_after_a_crash(pair: Workshop):
    before = pair.home.snapshot()
    die_while_taking_back(pair)
    assert new_name(pair).exists()
    pair.expire_leases()

    pipeline.advance(pair.worker, [pair.image().id])

    assert pair.home.snapshot() == before
    pair.work_off()
    assert_all_got_the_next_stem_together(pair)


@pytest.mark.parametrize("protocol", ["link", "copy"])
@pytest.mark.parametrize("step", ["marked", "linked or copied", "retired"])
def test_a_crash_in_the_middle_of_taking_back_is_put_right(pair: Workshop, protocol: Protocol, step: str):
    pair.use(protocol)
    before, names = pair.home.contents(), pair.home.tree()
    die_while_taking_back(pair, {"link": "linked", "copy": "copied"}[protocol] if "or" in step else step)
    assert pair.home.tree() != names
    pair.expire_leases()

    pipeline.advance(pair.worker, [pair.image().id])

    assert pair.home.tree() == names
    assert pair.home.contents() == before
    pair.work_off()
    assert_all_got_the_next_stem_together(pair)


def test_a_stranger_who_takes_the_name_that_was_given_back_is_left_alone(pair: Workshop):
    die_while_taking_back(pair)
    new_name(pair).rename(pair.home.pictures / "IMG_0001.JPG")  # it was taken back, and nobody knows of it yet
    new_name(pair).write_bytes(b"another stranger's")
    before = pair.home.snapshot()
    pair.expire_leases()

    pipeline.advance(pair.worker, [pair.image().id])

    assert pair.home.snapshot() == before
    pair.work_off()
    assert new_name(pair).read_bytes() == b"another stranger's"
    assert Path(pair.image().path).stem == Path(pair.moves()[-1].to_path).stem


def test_a_strangers_file_is_not_taken_back_in_place_of_ours_that_is_gone(pair: Workshop):
    die_while_taking_back(pair)
    new_name(pair).unlink()
    new_name(pair).write_bytes(b"another stranger's")
    before = pair.home.snapshot()
    pair.expire_leases()

    pair.work_off()

    assert pair.home.snapshot() == before
    assert pair.image().state == ImageState.MISSING
