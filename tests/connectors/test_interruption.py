"""What a rename finds that was interrupted, or in whose way another program came: each case by itself."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.base import Entry, FileChanged, FileGone, NameTaken
from tests.connectors import disks
from tests.connectors.conformance import Crash, no_step
from tests.connectors.disks import DISKS, Disk
from tests.connectors.folders import FolderFromOutside, names

OLD, NEW = "IMG_1.jpg", "beach.jpg"
PHOTO = b"photo" * 1000

LINKS, COPIES = DISKS[1], DISKS[2]
BY_LINK_OR_COPY = [disk for disk in DISKS if disk.old == OLD and disk.protocol != "noreplace"]
BY_COPY = [COPIES, DISKS[4]]
CASE_ONLY = [disk for disk in DISKS if disk.old != OLD]


@pytest.fixture
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FolderFromOutside]:
    disk: Disk = request.param
    with disks.mounted(disk, tmp_path) as root:
        source = FolderFromOutside(root, disk.protocol)
        source.put(disk.old, PHOTO)
        yield source


def on(some: list[Disk]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("source", some, indirect=True, ids=str)


def seen(source: FolderFromOutside, path: str = OLD) -> Entry:
    entry = source.connector.stat(path)
    assert entry is not None
    return entry


def crash_before(wanted: str) -> Callable[[str], None]:
    def step(name: str) -> None:
        if name == wanted:
            raise Crash

    return step


def at(wanted: str, act: Callable[[], object]) -> Callable[[str], None]:
    def step(name: str) -> None:
        if name == wanted:
            act()

    return step


def crashed(source: FolderFromOutside, before: str, path: str = OLD, to: str = NEW) -> Entry:
    """Renames until the step, and returns what the caller had seen and will name again."""
    entry = seen(source, path)
    with pytest.raises(Crash):
        source.connector.rename(entry, to, key="7", step=crash_before(before))
    return entry


def made(source: FolderFromOutside) -> str:
    """The step after which the photo has both names."""
    return "copied" if source.connector.protocol("") == "copy" else "linked"


def again(source: FolderFromOutside, entry: Entry, to: str = NEW) -> Entry:
    return source.another().rename(entry, to, key="7", step=no_step)


# After a crash


@on(BY_LINK_OR_COPY)
@pytest.mark.parametrize("step", ["marked", "made", "retired"])
def test_an_interrupted_rename_goes_on_where_it_was(source: FolderFromOutside, step: str):
    again(source, crashed(source, made(source) if step == "made" else step))
    assert source.everything() == {NEW: PHOTO}


@on(CASE_ONLY)
def test_a_change_of_case_goes_on_where_it_was(source: FolderFromOutside):
    entry = crashed(source, "aside", "IMG_1.JPG", "img_1.jpg")
    assert "IMG_1.JPG" not in source.everything()
    again(source, entry, "img_1.jpg")
    assert source.everything() == {"img_1.jpg": PHOTO}


@on([disk for disk in BY_LINK_OR_COPY if disk is not LINKS])
def test_a_new_file_under_the_old_name_is_kept_when_the_old_one_had_gone(source: FolderFromOutside):
    entry = crashed(source, "retired")
    source.put(OLD, b"new from the camera")
    with pytest.raises(FileChanged):
        again(source, entry)
    assert source.everything() == {NEW: PHOTO, OLD: b"new from the camera"}


@on([LINKS])
@pytest.mark.parametrize("step", ["linked", "retired"])
def test_where_inodes_stay_a_new_file_under_the_old_name_does_not_hide_that_all_is_done(
    source: FolderFromOutside, step: str
):
    entry = crashed(source, step)
    (source.root / OLD).unlink(missing_ok=True)
    source.put(OLD, b"new from the camera")
    assert again(source, entry).path == NEW
    assert source.everything() == {NEW: PHOTO, OLD: b"new from the camera"}


@on(BY_LINK_OR_COPY)
def test_a_file_that_waits_aside_comes_back_where_its_new_name_was_removed(source: FolderFromOutside):
    entry = crashed(source, "retired")
    source.remove(NEW)
    assert again(source, entry).path == NEW
    assert source.everything() == {NEW: PHOTO}


@on(BY_LINK_OR_COPY)
def test_a_file_that_waits_aside_gets_its_old_name_where_a_stranger_took_the_new_one(source: FolderFromOutside):
    entry = crashed(source, "retired")
    source.remove(NEW)
    source.put(NEW, b"stranger's")
    with pytest.raises((NameTaken, FileChanged)):
        again(source, entry)
    assert source.everything() == {OLD: PHOTO, NEW: b"stranger's"}


@on(BY_LINK_OR_COPY)
def test_a_file_that_waits_aside_gets_a_name_beside_where_both_its_names_were_taken(source: FolderFromOutside):
    entry = crashed(source, "retired")
    source.remove(NEW)
    source.put(NEW, b"stranger's")
    source.put(OLD, b"new from the camera")
    with pytest.raises(FileChanged):
        again(source, entry)
    beside = source.everything().keys() - {OLD, NEW}
    assert len(beside) == 1
    assert next(iter(beside)).startswith("IMG_1-kept-7")
    assert sorted(source.everything().values()) == sorted([PHOTO, b"stranger's", b"new from the camera"])


@on(BY_LINK_OR_COPY)
@pytest.mark.parametrize("theirs", [b"stranger's", PHOTO + b"more", b"x" * len(PHOTO)], ids=["short", "more", "other"])
def test_a_new_name_that_a_stranger_took_after_the_crash_is_theirs(source: FolderFromOutside, theirs: bytes):
    entry = crashed(source, "marked")
    source.put(NEW, theirs)
    with pytest.raises(NameTaken):
        again(source, entry)
    assert source.everything() == {OLD: PHOTO, NEW: theirs}


@on(BY_COPY)
@pytest.mark.parametrize(
    "half",
    [b"", PHOTO[:2000], PHOTO, PHOTO[:4096] + bytes(904), bytes(len(PHOTO)), bytes(10)],
    ids=["nothing", "half", "all", "a block of it and zeros", "zeros", "some zeros"],
)
def test_a_copy_that_was_cut_off_is_finished(source: FolderFromOutside, half: bytes):
    os.utime(source.root / OLD, ns=(5, 1_234_567_890_123_456_789))
    entry = crashed(source, "marked")
    source.put(NEW, half)
    again(source, entry)
    assert source.everything() == {NEW: PHOTO}
    assert (source.root / NEW).stat().st_mtime_ns == 1_234_567_890_123_456_789


@on(BY_COPY)
def test_half_a_copy_is_left_alone_where_its_original_was_edited(source: FolderFromOutside):
    entry = crashed(source, "marked")
    source.put(NEW, PHOTO[:2000])
    source.put(OLD, b"edited")
    with pytest.raises(FileChanged):
        again(source, entry)
    assert source.everything() == {OLD: b"edited", NEW: PHOTO[:2000]}


@on(BY_LINK_OR_COPY)
def test_a_photo_that_was_deleted_after_the_crash_stays_deleted(source: FolderFromOutside):
    entry = crashed(source, made(source))
    source.remove(OLD)
    source.remove(NEW)
    try:
        again(source, entry)
    except FileGone:
        assert source.everything() == {}
    else:  # another link of it was still there: better one photo too many
        assert source.everything() == {NEW: PHOTO}


@on(DISKS[:3])
def test_another_rename_with_the_same_key_does_not_mistake_what_was_left(source: FolderFromOutside):
    source.put("IMG_2.jpg", b"two")
    if source.connector.protocol("") == "noreplace":
        source.put(".rn-7.old", b"left")
    else:
        crashed(source, "retired")
    before = source.everything()
    again(source, seen(source, "IMG_2.jpg"), "forest.jpg")
    assert source.everything() == {name: data for name, data in before.items() if name != "IMG_2.jpg"} | {
        "forest.jpg": b"two"
    }


# Another program in the way


@on(BY_LINK_OR_COPY)
def test_a_file_that_replaced_the_photo_in_between_is_put_back(source: FolderFromOutside):
    def replace() -> None:
        source.put("upload", b"new from the camera")
        (source.root / "upload").rename(source.root / OLD)

    done = source.connector.rename(seen(source), NEW, key="7", step=at(made(source), replace))
    assert done.path == NEW
    assert source.everything() == {NEW: PHOTO, OLD: b"new from the camera"}


@on(BY_LINK_OR_COPY)
def test_of_two_files_that_came_to_the_old_name_in_between_both_are_kept(source: FolderFromOutside):
    arrivals = iter([b"first", b"second"])

    def arrive(name: str) -> None:
        if name in ("linked", "copied", "retired"):
            if source.get(OLD) is not None:
                source.remove(OLD)
            source.put(OLD, next(arrivals))

    source.connector.rename(seen(source), NEW, key="7", step=arrive)
    assert sorted(source.everything().values()) == sorted([PHOTO, b"first", b"second"])
    assert source.everything().items() >= {NEW: PHOTO, OLD: b"second"}.items()
    assert not [name for name in source.everything() if name.startswith(".")]


@on([LINKS])
def test_a_photo_that_was_moved_elsewhere_in_between_stays_there_alone(source: FolderFromOutside):
    def move() -> None:
        (source.root / OLD).rename(source.root / "album.jpg")

    with pytest.raises(FileGone):
        source.connector.rename(seen(source), NEW, key="7", step=at("linked", move))
    assert source.everything() == {"album.jpg": PHOTO}


@on(BY_LINK_OR_COPY)
def test_a_photo_that_a_tool_for_duplicates_deletes_in_between_is_there_under_its_new_name(source: FolderFromOutside):
    source.connector.rename(seen(source), NEW, key="7", step=at(made(source), lambda: source.remove(OLD)))
    assert source.everything() == {NEW: PHOTO}


@on(BY_LINK_OR_COPY)
def test_a_folder_that_took_the_old_name_in_between_is_put_back(source: FolderFromOutside):
    def replace() -> None:
        source.remove(OLD)
        source.put(f"{OLD}/inside.jpg", b"inside")

    source.connector.rename(seen(source), NEW, key="7", step=at(made(source), replace))
    assert source.everything() == {NEW: PHOTO, f"{OLD}/inside.jpg": b"inside"}


@on(BY_LINK_OR_COPY)
def test_a_link_that_took_the_old_name_in_between_is_put_back(source: FolderFromOutside):
    def replace() -> None:
        source.remove(OLD)
        (source.root / OLD).symlink_to("elsewhere")

    source.connector.rename(seen(source), NEW, key="7", step=at(made(source), replace))
    assert source.everything() == {NEW: PHOTO}
    assert names(source.root) == [OLD, NEW]
    assert (source.root / OLD).readlink() == Path("elsewhere")


@on(BY_LINK_OR_COPY)
def test_a_stranger_who_takes_the_new_name_last_of_all_keeps_it(source: FolderFromOutside):
    with pytest.raises(NameTaken):
        source.connector.rename(seen(source), NEW, key="7", step=at("marked", lambda: source.put(NEW, b"stranger's")))
    assert source.everything() == {OLD: PHOTO, NEW: b"stranger's"}
