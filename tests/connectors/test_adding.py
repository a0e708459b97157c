"""A sidecar of our own: it comes whole and over nothing, and goes only while nobody has changed it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import kernel
from connectors.base import Entry, FileChanged, NameTaken
from connectors.watchfolder import Protocol
from tests.connectors import sweeping
from tests.connectors.folders import FolderFromOutside, names
from tests.connectors.sweeping import KILLED, Order, Renamer

PHOTO, SIDECAR = "beach.jpg", "beach.jpg.xmp"
PIXELS, WORDS = b"\xff\xd8 pixels", b"<x>Sea and sand</x>" * 50
PROTOCOLS: list[Protocol] = ["noreplace", "link", "copy"]


@pytest.fixture(params=PROTOCOLS)
def source(tmp_path: Path, request: pytest.FixtureRequest) -> FolderFromOutside:
    root = tmp_path / "pictures"
    root.mkdir()
    return emptied(FolderFromOutside(root, request.param))


def emptied(source: FolderFromOutside) -> FolderFromOutside:
    """The photo alone."""
    for name in names(source.root):
        source.remove(name)
    source.put(PHOTO, PIXELS)
    (source.root / PHOTO).chmod(0o750)
    return source


def add(source: FolderFromOutside) -> Entry:
    return source.connector.add(SIDECAR, WORDS, beside=PHOTO, key="1")


def test_it_is_there_whole_for_those_who_may_read_the_photo(source: FolderFromOutside):
    done = add(source)

    assert source.everything() == {PHOTO: PIXELS, SIDECAR: WORDS}
    assert done == source.connector.stat(SIDECAR)
    assert (source.root / SIDECAR).stat().st_mode & 0o777 == 0o640
    assert add(source) == done


def test_what_stands_there_already_stays(source: FolderFromOutside):
    source.put(SIDECAR, b"mine")

    with pytest.raises(NameTaken, match=r"beach\.jpg\.xmp exists"):
        add(source)

    assert source.everything() == {PHOTO: PIXELS, SIDECAR: b"mine"}


def test_it_goes_again(source: FolderFromOutside):
    add(source)
    source.connector.withdraw(SIDECAR, WORDS, key="1")
    source.connector.withdraw(SIDECAR, WORDS, key="1")

    assert source.everything() == {PHOTO: PIXELS}


def test_what_somebody_wrote_into_it_does_not_go(source: FolderFromOutside):
    add(source)
    source.put(SIDECAR, b"edited")

    with pytest.raises(FileChanged):
        source.connector.withdraw(SIDECAR, WORDS, key="1")

    assert source.everything() == {PHOTO: PIXELS, SIDECAR: b"edited"}


def test_an_edit_in_the_very_moment_in_which_it_goes_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = emptied(FolderFromOutside(tmp_path))
    add(source)
    rename = kernel.rename_noreplace

    def late(folder: int, name: str, other_folder: int, other: str) -> None:
        monkeypatch.setattr(kernel, "rename_noreplace", rename)
        source.put(SIDECAR, b"edited")
        rename(folder, name, other_folder, other)

    monkeypatch.setattr(kernel, "rename_noreplace", late)
    with pytest.raises(FileChanged):
        source.connector.withdraw(SIDECAR, WORDS, key="1")

    assert source.everything() == {PHOTO: PIXELS, SIDECAR: b"edited"}


@pytest.fixture
def renamer(tmp_path: Path) -> Iterator[Renamer]:
    with sweeping.renamer(tmp_path) as renamer:
        yield renamer


def order(source: FolderFromOutside, act: str, protocol: str) -> Order:
    return Order(source.root, protocol, Entry(SIDECAR, 0, ""), PHOTO, contents=WORDS.decode(), act=act)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_kill_before_any_system_call_leaves_a_whole_file_or_none(
    tmp_path: Path, renamer: Renamer, protocol: Protocol
):
    (tmp_path / "pictures").mkdir()
    source = emptied(FolderFromOutside(tmp_path / "pictures", protocol))
    for call in _changing(renamer.calls(order(source, "add", protocol))):
        assert renamer.killed_before(order(emptied(source), "add", protocol), call) == KILLED, call
        assert source.get(SIDECAR) in (None, WORDS) or protocol == "copy", call
        source.another().add(SIDECAR, WORDS, beside=PHOTO, key="1")
        assert source.everything() == {PHOTO: PIXELS, SIDECAR: WORDS}, call


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_kill_before_any_system_call_of_its_removal_is_made_good(
    tmp_path: Path, renamer: Renamer, protocol: Protocol
):
    (tmp_path / "pictures").mkdir()
    source = emptied(FolderFromOutside(tmp_path / "pictures", protocol))
    add(source)
    for call in _changing(renamer.calls(order(source, "withdraw", protocol))):
        add(emptied(source))
        assert renamer.killed_before(order(source, "withdraw", protocol), call) == KILLED, call
        source.another().withdraw(SIDECAR, WORDS, key="1")
        assert source.everything() == {PHOTO: PIXELS}, call


def _changing(calls: list[sweeping.Call]) -> list[sweeping.Call]:
    """Those that change something, or make it durable: what only looks leaves the disk as the call before it did."""
    kept = {
        "openat",
        "ftruncate",
        "pwrite64",
        "fchmod",
        "fchown",
        "fsync",
        "renameat",
        "renameat2",
        "linkat",
        "unlinkat",
    }
    changing = [call for call in calls if call.name in kept]
    assert len(changing) >= 5
    return changing
