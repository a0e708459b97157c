"""Other contents for a sidecar: all of them or none, and never over what somebody else wrote."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import kernel
from connectors.base import ConnectorError, Entry, FileChanged, FileGone
from connectors.watchfolder import rewriting
from connectors.watchfolder.moving import Mount
from connectors.watchfolder.places import Place
from tests.connectors import sweeping
from tests.connectors.folders import FolderFromOutside, names
from tests.connectors.sweeping import KILLED, Order, Renamer

OLD, NEW = b"<x>IMG_1.NEF</x>" * 50, b"<x>beach.nef</x>" * 60
TAKEN_AT = 1_234_567_890_123_456_789
SIDECAR = "beach.xmp"


@pytest.fixture
def source(tmp_path: Path) -> FolderFromOutside:
    root = tmp_path / "pictures"
    root.mkdir()
    return written(FolderFromOutside(root))


def written(source: FolderFromOutside) -> FolderFromOutside:
    """The sidecar with its old contents, and nothing else."""
    for name in names(source.root):
        source.remove(name)
    source.put(SIDECAR, OLD)
    (source.root / SIDECAR).chmod(0o640)
    os.utime(source.root / SIDECAR, ns=(TAKEN_AT, TAKEN_AT))
    return source


def seen(source: FolderFromOutside) -> Entry:
    entry = source.connector.stat(SIDECAR)
    assert entry is not None
    return entry


def hidden(source: FolderFromOutside) -> list[str]:
    return [name for name in names(source.root) if name.startswith(".")]


def test_the_file_has_the_new_contents_and_is_otherwise_as_it_was(source: FolderFromOutside):
    done = source.connector.rewrite(seen(source), NEW, key="1")

    assert source.everything() == {SIDECAR: NEW}
    found = (source.root / SIDECAR).stat()
    assert (found.st_mtime_ns, found.st_mode & 0o777) == (TAKEN_AT, 0o640)
    assert done == seen(source)


def test_a_second_time_changes_nothing(source: FolderFromOutside):
    entry = seen(source)
    done = source.connector.rewrite(entry, NEW, key="1")
    before = (source.root / SIDECAR).stat()

    assert source.connector.rewrite(entry, NEW, key="1") == done
    assert (source.root / SIDECAR).stat() == before


def test_there_and_back_again(source: FolderFromOutside):
    done = source.connector.rewrite(seen(source), NEW, key="1")
    source.connector.rewrite(done, OLD, key="2")
    assert source.everything() == {SIDECAR: OLD}


def test_what_was_changed_since_it_was_seen_is_left_alone(source: FolderFromOutside):
    entry = seen(source)
    source.put(SIDECAR, b"edited")

    with pytest.raises(FileChanged, match=r"beach\.xmp"):
        source.connector.rewrite(entry, NEW, key="1")

    assert source.everything() == {SIDECAR: b"edited"}


def test_what_is_gone_is_not_made_again(source: FolderFromOutside):
    entry = seen(source)
    source.remove(SIDECAR)
    with pytest.raises((FileGone, FileChanged)):
        source.connector.rewrite(entry, NEW, key="1")
    assert source.everything() == {}


def test_an_edit_in_the_very_moment_of_the_exchange_stays(source: FolderFromOutside, monkeypatch: pytest.MonkeyPatch):
    exchange = kernel.exchange

    def late(folder: int, one: str, other: str) -> None:
        monkeypatch.setattr(kernel, "exchange", exchange)
        source.put(SIDECAR, b"edited")
        exchange(folder, one, other)

    monkeypatch.setattr(kernel, "exchange", late)
    with pytest.raises(FileChanged):
        source.connector.rewrite(seen(source), NEW, key="1")

    assert source.everything() == {SIDECAR: b"edited"}


def test_while_a_program_has_it_open_for_writing_it_is_left_alone(source: FolderFromOutside):
    with (source.root / SIDECAR).open("r+b"), pytest.raises(FileChanged):
        source.connector.rewrite(seen(source), NEW, key="1")
    assert source.everything() == {SIDECAR: OLD}


def test_an_edit_that_an_interrupted_exchange_took_away_comes_back(source: FolderFromOutside):
    entry = seen(source)
    beside = interrupted(source, entry)
    (source.root / beside).write_bytes(b"edited")

    with pytest.raises(FileChanged):
        source.another().rewrite(entry, NEW, key="1")

    assert source.everything() == {SIDECAR: b"edited"}


def interrupted(source: FolderFromOutside, entry: Entry) -> str:
    """Leaves what a kill after the exchange leaves; the name of the hidden file with the old contents."""
    (source.root / SIDECAR).rename(source.root / "aside")
    source.put(SIDECAR, NEW)
    place = Place(0, SIDECAR)
    name = rewriting.Rewriting(entry, place, NEW, "1", Mount("noreplace", inodes_stay=True)).beside.name
    (source.root / "aside").rename(source.root / name)
    return name


@pytest.mark.parametrize("protocol", ["link", "copy"])
def test_a_disk_on_which_files_cannot_change_places_says_so(tmp_path: Path, protocol: str):
    source = written(FolderFromOutside(tmp_path, protocol))  # type: ignore[arg-type]  # the two are protocols
    with pytest.raises(ConnectorError, match="change places") as refused:
        source.connector.rewrite(seen(source), NEW, key="1")
    assert refused.value.permanent
    assert source.everything() == {SIDECAR: OLD}


@pytest.fixture
def renamer(tmp_path: Path) -> Iterator[Renamer]:
    with sweeping.renamer(tmp_path) as renamer:
        yield renamer


def test_a_kill_before_any_system_call_leaves_the_old_or_the_new_and_is_made_good(
    source: FolderFromOutside, renamer: Renamer
):
    calls = renamer.calls(order(source))
    assert source.everything() == {SIDECAR: NEW}
    assert len(calls) > 20
    for call in calls:
        asked = order(written(source))
        assert renamer.killed_before(asked, call) == KILLED, call
        assert source.get(SIDECAR) in (OLD, NEW), call

        source.another().rewrite(asked.entry, NEW, key=asked.key)
        assert source.everything() == {SIDECAR: NEW}, call
        assert (source.root / SIDECAR).stat().st_mtime_ns == TAKEN_AT, call


def order(source: FolderFromOutside) -> Order:
    return Order(source.root, None, seen(source), "", contents=NEW.decode())
