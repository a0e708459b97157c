"""What a watched folder tells of its changes, on real file systems."""

import os
import queue
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors import watchfolder
from connectors.base import ConnectorError, FileGone, Watch, Watches
from connectors.watchfolder.folder import Folder
from tests.servers import fuse

PATIENCE_SECONDS = 60


class Told:
    """Collects what a watch tells."""

    def __init__(self) -> None:
        self._queue: queue.Queue[str | None] = queue.Queue()

    def __call__(self, folder: str | None) -> None:
        self._queue.put(folder)

    def until(self, *wanted: str | None) -> set[str | None]:
        """Everything that was told until all of these were."""
        told: set[str | None] = set()
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not set(wanted) <= told:
            try:
                told.add(self._queue.get(timeout=max(0, give_up - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"Told was only {told}, not {set(wanted) - told}.") from None
        return told


def opened(root: Path, **options: object) -> Folder:
    return watchfolder.connect(watchfolder.Options(path=str(root), **options))  # type: ignore[arg-type]


@contextmanager
def watching(root: Path, **options: object) -> Iterator[tuple[Told, Watch]]:
    told = Told()
    with opened(root, **options).watching(told) as watch:
        yield told, watch


def test_a_folder_has_the_ability(tmp_path: Path):
    assert isinstance(opened(tmp_path), Watches)


ACTS: dict[str, Callable[[Path, Path], object]] = {
    "written": lambda inside, _: (inside / "a.jpg").write_bytes(b"new"),
    "moved in": lambda inside, outside: outside.rename(inside / "a.jpg"),
    "linked": lambda inside, outside: os.link(outside, inside / "a.jpg"),
    "removed": lambda inside, _: (inside / "there.jpg").unlink(),
    "moved out": lambda inside, outside: (inside / "there.jpg").rename(outside),
    "written over": lambda inside, _: (inside / "there.jpg").write_bytes(b"other"),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_file_that_comes_or_goes_is_told_by_its_folder(tmp_path: Path, act: Callable[[Path, Path], object]):
    root, outside = tmp_path / "root", tmp_path / "outside.jpg"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "there.jpg").write_bytes(b"old")
    outside.write_bytes(b"from elsewhere")

    with watching(root) as (told, watch):
        act(root / "sub", outside)
        assert told.until("sub") == {"sub"}
        assert watch.blind == ""


def test_a_whole_tree_that_comes_is_told_folder_by_folder(tmp_path: Path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    (outside / "one" / "two").mkdir(parents=True)

    with watching(root) as (told, _):
        outside.rename(root / "tree")
        told.until("tree", "tree/one", "tree/one/two")
        (root / "tree" / "one" / "two" / "a.jpg").write_bytes(b"later")
        told.until("tree/one/two")


def test_a_folder_that_was_renamed_is_watched_under_its_new_name(tmp_path: Path):
    (tmp_path / "old" / "inner").mkdir(parents=True)

    with watching(tmp_path) as (told, _):
        (tmp_path / "old").rename(tmp_path / "new")
        told.until("old", "new", "new/inner")
        (tmp_path / "new" / "inner" / "a.jpg").write_bytes(b"new")
        assert told.until("new/inner") == {"new/inner"}


def test_junk_and_unfinished_names_and_what_is_ignored_are_not_told(tmp_path: Path):
    (tmp_path / "raw").mkdir()

    with watching(tmp_path, ignore=("raw", "*_draft.jpg")) as (told, _):
        for name in (".a.jpg.Xy12", "a.jpg.part", "~a.jpg", ".rn-7.old", "notes.txt", "a_draft.jpg", "raw/a.jpg"):
            (tmp_path / name).write_bytes(b"new")
        (tmp_path / "@eaDir").mkdir()
        (tmp_path / "@eaDir" / "a.jpg").write_bytes(b"new")
        (tmp_path / "sub").mkdir()
        assert told.until("sub") == {"sub"}


def test_links_are_not_followed(tmp_path: Path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "link").symlink_to(outside)

    with watching(root) as (told, _):
        (outside / "a.jpg").write_bytes(b"new")
        (root / "b.jpg").write_bytes(b"new")
        assert told.until("") == {""}


def test_without_sub_folders_only_the_folder_itself_is_watched(tmp_path: Path):
    (tmp_path / "sub").mkdir()

    with watching(tmp_path, recursive=False) as (told, _):
        (tmp_path / "sub" / "a.jpg").write_bytes(b"new")
        (tmp_path / "b.jpg").write_bytes(b"new")
        assert told.until("") == {""}


def test_a_root_that_is_moved_away_is_told(tmp_path: Path):
    root = tmp_path / "root"
    root.mkdir()

    with watching(root) as (told, _):
        root.rename(tmp_path / "away")
        told.until(None)


def test_a_root_that_is_not_there_is_said(tmp_path: Path):
    (tmp_path / "root").mkdir()
    folder = opened(tmp_path / "root")
    (tmp_path / "root").rmdir()

    with pytest.raises(ConnectorError, match="plug in or mount"), folder.watching(Told()):
        pass
    with pytest.raises(ConnectorError, match="plug in or mount"):
        folder.identity()
    with pytest.raises(FileGone):
        opened(tmp_path).listing("root")


def test_when_the_queue_overflows_everything_must_be_looked_through_and_new_folders_are_watched(tmp_path: Path):
    """The reader is held up while more happens than the kernel keeps for it."""
    (tmp_path / "busy").mkdir()
    held_up = Told()
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())

    def changed(folder: str | None) -> None:
        held_up(folder)
        if folder == "" and not (tmp_path / "unheard").exists():
            for n in range(most // 2 + 1000):  # creating and closing are two events
                (tmp_path / "busy" / f"{n}.jpg").touch()
            (tmp_path / "unheard").mkdir()

    with opened(tmp_path).watching(changed):
        (tmp_path / "first.jpg").touch()
        held_up.until(None)
        (tmp_path / "unheard" / "a.jpg").touch()
        held_up.until("unheard")


def test_where_others_change_files_without_a_word_the_watch_is_blind(tmp_path: Path):
    """A FUSE mount stands for every network folder: SMB and NFS mounts take rights that a test does not have."""
    with fuse.mounted(tmp_path / "backing", tmp_path / "mount") as mount:
        with watching(mount) as (_, watch):
            assert "FUSE" in watch.blind
        with watching(mount, watch="events") as (told, watch):
            assert watch.blind == ""
            (mount / "a.jpg").write_bytes(b"new")
            told.until("")


def test_a_folder_with_a_network_folder_inside_is_blind_too(tmp_path: Path):
    root = tmp_path / "root"
    root.mkdir()
    with fuse.mounted(tmp_path / "backing", root / "mount"), watching(root) as (_, watch):
        assert watch.blind.startswith("mount lies on")


def test_polling_is_what_an_owner_may_ask_for(tmp_path: Path):
    with watching(tmp_path, watch="polling") as (_, watch):
        assert watch.blind


def test_the_limit_of_the_system_makes_the_watch_blind_and_is_named(tmp_path: Path):
    """In a user namespace of its own, whose limits are its own to set."""
    for name in "abc":
        (tmp_path / name).mkdir()
    program = f"""
from connectors import watchfolder
with open("/proc/sys/user/max_inotify_watches", "w") as limit:
    limit.write("2")
folder = watchfolder.connect(watchfolder.Options(path={str(tmp_path)!r}))
with folder.watching(print) as watch:
    print(watch.blind)
"""
    command = ["unshare", "--user", "--map-root-user", sys.executable, "-c", program]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "max_user_watches is reached" in said.stdout, said.stderr


def test_nothing_is_left_open(tmp_path: Path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        with watching(tmp_path):
            pass
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1
