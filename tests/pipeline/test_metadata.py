"""Approved texts are written into the metadata, and go again with the new name."""

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pictures
from sqlalchemy import select, update

from appliance import batches, metadata, pipeline, reviews
from appliance.imaging import xmp
from appliance.metadata import Said
from appliance.models import OWN_TENANT, Image, ImageState, Picture, Source, Writing, WritingState
from appliance.pipeline import inscribing
from appliance.sources import name_of
from appliance.words import FileWords, TextState
from connectors.base import ConnectorError, Entry
from tests import databases
from tests.imaging.written import packet
from tests.pipeline.conftest import Killed, Workshop

ALICE = "user:1"
SAID = reviews.Said(alt="A cat on a sofa.", title="Tom", caption="Tom at home.", keywords=("cat", "sofa"))
WORDS = FileWords({"": "Tom"}, captions={"": "Tom at home."}, keywords=("cat", "sofa"), alts={"": "A cat on a sofa."})


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLite, but where a test asks for both."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return databases.put(tmp_path / "renamer.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


def choose(workshop: Workshop, how: str) -> None:
    with workshop.database.session(OWN_TENANT) as session:
        session.execute(update(Source).values(choices={"metadata": how}))


def renamed(workshop: Workshop, *names: str, how: str = "sidecar") -> Path:
    """The first file of a group, under its new name."""
    if not (workshop.home.pictures / names[0]).exists():
        workshop.home.photo(names[0], seed=1)
    for name in names[1:]:
        if not (workshop.home.pictures / name).exists():
            (workshop.home.pictures / name).write_bytes(b"a raw file")
    workshop.take_in(rename="all")
    workshop.until(ImageState.RENAMED)
    choose(workshop, how)
    return workshop.home.pictures / workshop.image().path


def approve(workshop: Workshop, said: reviews.Said = SAID) -> None:
    with workshop.database.session(OWN_TENANT) as session:
        image = reviews.find(session, OWN_TENANT, workshop.image().id)
        reviews.say(session, image, said, actor=ALICE)
        assert reviews.approve_texts(session, OWN_TENANT, [image.id], actor=ALICE) == []
    settle(workshop)


def undo(workshop: Workshop) -> None:
    with workshop.database.session(OWN_TENANT) as session:
        assert reviews.undo(session, OWN_TENANT, [workshop.image().id], actor=ALICE) == []
    settle(workshop)


def settle(workshop: Workshop) -> None:
    """Until there is nothing left to do for the image."""
    for _ in range(10):
        if workshop.image().due_at is None:
            return
        pipeline.advance(workshop.worker, [workshop.image().id])
    raise AssertionError(workshop.image().reason)


def texts(workshop: Workshop) -> dict[str, Any]:
    return workshop.image().texts


def words_in(photo: Path) -> FileWords:
    with Pictures.open(photo) as image:
        return xmp.words(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp", "").encode())


def rows(workshop: Workshop) -> list[Writing]:
    with workshop.database.reading(OWN_TENANT) as session:
        return list(session.scalars(select(Writing).order_by(Writing.id)))


def told(workshop: Workshop) -> list[str]:
    return [event for event in workshop.events() if event.startswith("image.texts_") and "approved" not in event]


@pytest.mark.parametrize("how", ["sidecar", "file"])
def test_what_a_person_wrote_into_the_file_is_proposed_and_stays_as_it_is(workshop: Workshop, how: str):
    photo = workshop.home.photo("IMG_0001.JPG", seed=1)
    with Pictures.open(photo) as picture:
        picture.save(photo, xmp=packet(title="Tom", caption="Tom at home, in 2019."))
    os.utime(photo, (0, 0))
    photo = renamed(workshop, photo.name, how=how)
    said = reviews.texts_of(workshop.image())
    assert (said.title, said.caption, said.from_file) == ("Tom", "Tom at home, in 2019.", ("title", "caption"))

    approve(workshop, reviews.Said(alt="A cat."))

    assert reviews.texts_of(workshop.image()).from_file == ("title", "caption")
    written = words_in(photo) if how == "file" else xmp.words(photo.with_name(f"{photo.name}.xmp").read_bytes())
    assert (written.titles, written.captions) == ({"": "Tom"}, {"": "Tom at home, in 2019."})
    assert written.alts == {"": "A cat."}


def test_a_sidecar_is_made_beside_the_photo_and_goes_with_its_new_name(workshop: Workshop):
    before = workshop.home.photo("IMG_0001.JPG", seed=1).read_bytes()
    photo = renamed(workshop, "IMG_0001.JPG")
    approve(workshop)

    sidecar = photo.with_name(f"{photo.name}.xmp")
    assert xmp.words(sidecar.read_bytes()) == WORDS
    assert b"<xmpMM:PreservedFileName>IMG_0001.JPG<" in sidecar.read_bytes()
    assert workshop.home.tree() == {photo.name, sidecar.name}
    assert (texts(workshop)["state"], texts(workshop)["written_in"]) == (TextState.WRITTEN, "sidecar")
    assert workshop.image().state is ImageState.RENAMED

    undo(workshop)
    assert workshop.home.tree() == {"IMG_0001.JPG"}
    assert (workshop.home.pictures / "IMG_0001.JPG").read_bytes() == before
    assert texts(workshop)["state"] == TextState.APPROVED
    assert told(workshop) == ["image.texts_written", "image.texts_taken_back"]


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_the_texts_stand_in_the_file_and_undo_brings_back_the_very_bytes(workshop: Workshop):
    name = "IMG_0001.WEBP"
    before = workshop.home.photo(name, seed=1)
    bytes_before, time_before = before.read_bytes(), before.stat().st_mtime_ns
    photo = renamed(workshop, name, how="file")
    approve(workshop)

    image = workshop.image()
    assert words_in(photo) == WORDS
    assert workshop.home.tree() == {photo.name}
    assert photo.stat().st_mtime_ns == time_before
    assert image.sha256 == digest(photo)
    assert workshop.connector.stat(image.path) == Entry(image.path, image.size, image.version)
    assert texts(workshop)["written_in"] == "file"
    (row,) = rows(workshop)
    assert (row.before, row.after) == (workshop.moves()[0].sha256, image.sha256)
    with workshop.database.reading(OWN_TENANT) as session:
        assert session.scalar(select(Picture.id).where(Picture.sha256 == image.sha256)) is not None

    undo(workshop)
    assert {path.name: path.read_bytes() for path in workshop.home.pictures.iterdir()} == {name: bytes_before}
    assert (workshop.image().sha256, workshop.image().state) == (row.before, ImageState.KEPT)
    assert "changed" not in workshop.image().reason


def digest(photo: Path) -> str:
    return hashlib.sha256(photo.read_bytes()).hexdigest()


def test_texts_that_are_not_approved_or_not_wanted_there_are_written_nowhere(workshop: Workshop):
    photo = renamed(workshop, "IMG_0001.JPG", how="none")
    approve(workshop)

    assert workshop.home.tree() == {photo.name}
    assert texts(workshop)["state"] == TextState.APPROVED


def test_texts_that_are_approved_before_the_name_are_written_once_it_has_it(workshop: Workshop):
    workshop.home.photo("IMG_0001.JPG", seed=1)
    workshop.take_in(rename="all")
    workshop.until(ImageState.PLANNED)
    choose(workshop, "sidecar")
    with workshop.database.session(OWN_TENANT) as session:
        session.execute(update(Image).values(alt="A cat.", texts={"title": "Tom", "state": "approved"}))
    settle(workshop)

    name = workshop.image().path
    assert workshop.home.tree() == {name, f"{name}.xmp"}
    assert workshop.image().state is ImageState.RENAMED


def test_an_editors_sidecar_is_added_to_and_gets_its_own_bytes_back(workshop: Workshop):
    own = metadata.new_sidecar(Said(title="Cat", keywords=("mine",))).replace(b"<x:", b"<!-- an editor's --><x:", 1)
    (workshop.home.pictures / "IMG_0001.xmp").write_bytes(own)
    photo = renamed(workshop, "IMG_0001.JPG", "IMG_0001.xmp")
    approve(workshop)

    sidecar = photo.with_suffix(".xmp")
    assert xmp.words(sidecar.read_bytes()).keywords == ("mine", "cat", "sofa")
    assert b"<!-- an editor's -->" in sidecar.read_bytes()
    assert workshop.home.tree() == {photo.name, sidecar.name}

    undo(workshop)
    assert workshop.home.tree() == {"IMG_0001.JPG", "IMG_0001.xmp"}
    assert (workshop.home.pictures / "IMG_0001.xmp").read_bytes() == own


def test_what_somebody_changed_since_is_left_alone_and_said(workshop: Workshop):
    photo = renamed(workshop, "IMG_0001.JPG")
    approve(workshop)
    sidecar = photo.with_name(f"{photo.name}.xmp")
    sidecar.write_bytes(sidecar.read_bytes() + b" ")

    undo(workshop)
    assert workshop.home.tree() == {"IMG_0001.JPG", sidecar.name}
    assert f"{sidecar.name} was changed since" in workshop.image().reason
    assert [row.state for row in rows(workshop)] == [WritingState.LEFT]


def test_a_photo_that_was_edited_since_keeps_its_edit_and_gets_its_name_back(workshop: Workshop):
    photo = renamed(workshop, "IMG_0001.JPG", how="file")
    approve(workshop)
    edited = photo.read_bytes() + b"edited"
    photo.write_bytes(edited)

    undo(workshop)
    assert (workshop.home.pictures / "IMG_0001.JPG").read_bytes() == edited
    assert "was changed since the texts were written" in workshop.image().reason


def test_other_texts_take_the_place_of_the_first_and_undo_goes_all_the_way_back(workshop: Workshop):
    photo = renamed(workshop, "IMG_0001.JPG", how="file")
    before = photo.read_bytes()
    approve(workshop)
    approve(workshop, reviews.Said(title="Minka", keywords=("cat", "basket")))

    assert words_in(photo) == FileWords(
        {"": "Minka"}, captions={"": "Tom at home."}, keywords=("cat", "basket"), alts={"": "A cat on a sofa."}
    )
    undo(workshop)
    assert (workshop.home.pictures / "IMG_0001.JPG").read_bytes() == before
    assert [row.state for row in rows(workshop)] == [WritingState.UNDONE] * 2


def test_what_says_it_already_is_not_written_again(workshop: Workshop):
    renamed(workshop, "IMG_0001.JPG")
    approve(workshop)
    approve(workshop)

    assert len(rows(workshop)) == 1
    assert texts(workshop)["state"] == TextState.WRITTEN


def test_a_format_that_is_not_written_into_gets_a_sidecar_and_says_so(workshop: Workshop):
    photo = renamed(workshop, "IMG_0001.TIF", how="file")
    approve(workshop)

    assert workshop.home.tree() == {photo.name, f"{photo.name}.xmp"}
    assert texts(workshop)["written_in"] == "sidecar"
    assert "format" in texts(workshop)["note"]


@pytest.mark.parametrize("protocol", ["link", "copy"])
def test_a_disk_on_which_files_cannot_change_places_gets_a_sidecar(workshop: Workshop, protocol: Any):
    workshop.use(protocol)
    photo = renamed(workshop, "IMG_0001.JPG", how="file")
    before = photo.read_bytes()
    approve(workshop)

    assert photo.read_bytes() == before
    assert workshop.home.tree() == {photo.name, f"{photo.name}.xmp"}
    assert "change places" in texts(workshop)["note"]
    undo(workshop)
    assert workshop.home.tree() == {"IMG_0001.JPG"}


def test_a_sidecar_that_is_damaged_stays_and_the_texts_are_not_written(workshop: Workshop):
    (workshop.home.pictures / "IMG_0001.xmp").write_bytes(b"<x:xmpmeta")
    photo = renamed(workshop, "IMG_0001.JPG", "IMG_0001.xmp")
    approve(workshop)

    assert photo.with_suffix(".xmp").read_bytes() == b"<x:xmpmeta"
    assert (texts(workshop)["state"], rows(workshop)) == (TextState.APPROVED, [])
    assert "damaged" in texts(workshop)["note"]


def test_a_photo_whose_bytes_are_others_by_now_is_left_alone(workshop: Workshop):
    photo = renamed(workshop, "IMG_0001.JPG", how="file")
    edited = photo.read_bytes() + b"edited"
    photo.write_bytes(edited)
    approve(workshop)

    assert photo.read_bytes() == edited
    assert "not the file that it was" in texts(workshop)["note"]


def test_a_source_that_does_not_answer_is_asked_again(workshop: Workshop, monkeypatch: pytest.MonkeyPatch):
    photo = renamed(workshop, "IMG_0001.JPG")
    add, calls = workshop.connector.add, []  # type: ignore[attr-defined]  # a folder

    def fails(*arguments: Any, **named: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 1:
            raise ConnectorError("The disk is full.")
        return add(*arguments, **named)

    monkeypatch.setattr(workshop.connector, "add", fails)
    with workshop.database.session(OWN_TENANT) as session:
        image = reviews.find(session, OWN_TENANT, workshop.image().id)
        reviews.say(session, image, SAID, actor=ALICE)
        reviews.approve_texts(session, OWN_TENANT, [image.id], actor=ALICE)
    pipeline.advance(workshop.worker, [workshop.image().id])
    assert (workshop.image().state, workshop.image().reason) == (ImageState.WRITING, "The disk is full.")

    workshop.expire_leases()
    settle(workshop)
    assert workshop.home.tree() == {photo.name, f"{photo.name}.xmp"}
    assert [row.state for row in rows(workshop)] == [WritingState.DONE]


def test_what_was_written_for_an_image_that_keeps_its_name_can_be_taken_back_too(workshop: Workshop):
    renamed(workshop, "IMG_0001.JPG")
    undo(workshop)
    approve(workshop)
    assert workshop.home.tree() == {"IMG_0001.JPG", "IMG_0001.JPG.xmp"}

    undo(workshop)
    assert workshop.home.tree() == {"IMG_0001.JPG"}
    assert workshop.image().state is ImageState.KEPT


def test_a_sidecar_of_ours_follows_the_next_rename(workshop: Workshop):
    renamed(workshop, "IMG_0001.JPG")
    approve(workshop)
    desk = reviews.Desk(workshop.database, workshop.worker.connections)
    desk.edit(OWN_TENANT, workshop.image().id, "tom.jpg", actor=ALICE)
    with workshop.database.session(OWN_TENANT) as session:
        reviews.approve(session, OWN_TENANT, [workshop.image().id], actor=ALICE)
    settle(workshop)
    assert workshop.home.tree() == {"tom.jpg", "tom.jpg.xmp"}

    first, *second = workshop.moves()
    with workshop.database.session(OWN_TENANT) as session:
        assert not batches.undo(session, OWN_TENANT, second, None).refused
    settle(workshop)
    assert workshop.home.tree() == {name_of(first.to_path), f"{name_of(first.to_path)}.xmp"}
    assert [row.state for row in rows(workshop)] == [WritingState.DONE]

    with workshop.database.session(OWN_TENANT) as session:
        assert not batches.undo(session, OWN_TENANT, [first], None).refused
    settle(workshop)
    assert workshop.home.tree() == {"IMG_0001.JPG"}


def test_texts_that_were_changed_after_an_attempt_was_cut_off_are_the_ones_that_stand_there(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
):
    photo = renamed(workshop, "IMG_0001.JPG", how="file")
    before = photo.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(inscribing, "_know_again", killed)
        with pytest.raises(Killed):
            approve(workshop)
    assert words_in(photo) == WORDS
    with workshop.database.system_session() as session:
        session.execute(update(Image).values(due_at=None, state="renamed"))  # as if it had been given up
    approve(workshop, reviews.Said(title="Minka"))

    assert words_in(photo).titles == {"": "Minka"}
    assert [row.state for row in rows(workshop)] == [WritingState.UNDONE, WritingState.DONE]
    assert workshop.home.tree() == {photo.name}
    undo(workshop)
    assert (workshop.home.pictures / "IMG_0001.JPG").read_bytes() == before


def killed(*_: object) -> None:
    raise Killed
