"""What becomes of files that come into a watched folder, with a real worker beside it."""

import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance import sources
from appliance.config import Settings
from appliance.models import OWN_TENANT
from appliance.secrets import vault_of
from appliance.sources import Choices
from tests.home import Home, contents
from tests.servers import fuse
from tests.watching import Watched, copy_slowly, eventually, watched

WINDOW_SECONDS = 5  # in which nothing may change before a file is taken for finished


@pytest.fixture
def inbox(home: Home) -> Iterator[Watched]:
    with watched(home) as inbox:
        yield inbox


def test_files_that_come_in_every_usual_way_get_their_names(inbox: Watched):
    """cp, rsync, mv, mv of a folder, hard links, and a program that takes its time."""
    for n in range(12):
        inbox.photo(f"IMG_{n:04}.JPG")
    one = inbox.incoming
    (one / "tree" / "inner").mkdir(parents=True)
    for n in (8, 9):
        (one / f"IMG_{n:04}.JPG").rename(one / "tree" / "inner" / f"IMG_{n:04}.JPG")
    before = contents(one)

    subprocess.run(["cp", one / "IMG_0000.JPG", one / "IMG_0001.JPG", inbox.root], check=True)
    subprocess.run(["cp", "-p", one / "IMG_0002.JPG", inbox.root], check=True)
    subprocess.run(["rsync", "-a", one / "IMG_0003.JPG", one / "IMG_0004.JPG", f"{inbox.root}/"], check=True)
    subprocess.run(["mv", one / "IMG_0005.JPG", one / "IMG_0006.JPG", inbox.root], check=True)
    subprocess.run(["ln", one / "IMG_0007.JPG", inbox.root], check=True)
    subprocess.run(["mv", one / "tree", inbox.root], check=True)
    copy_slowly(one / "IMG_0010.JPG", inbox.root / "IMG_0010.JPG", pieces=8, pause=0.4)
    (inbox.root / "IMG_0011.JPG.part").write_bytes((one / "IMG_0011.JPG").read_bytes())
    (inbox.root / "IMG_0011.JPG.part").rename(inbox.root / "IMG_0011.JPG")

    inbox.settled(12)
    names = inbox.home.tree()
    assert len(names) == 12
    assert not [name for name in names if "IMG_" in name]
    assert len([name for name in names if name.startswith("tree/inner/")]) == 2
    assert contents(inbox.root) == before
    assert inbox.renamed_twice() == []
    assert inbox.events()["image.found"] == 12


def test_a_finished_file_has_its_name_two_seconds_after_the_window_at_the_latest(inbox: Watched):
    """The quickest of a few, as other work on this machine takes its time; the first one starts the decoder."""
    took = [_seconds_until_named(inbox, f"IMG_{n}.JPG") for n in range(4)]

    assert WINDOW_SECONDS - 1 < min(took) < WINDOW_SECONDS + 2


def _seconds_until_named(inbox: Watched, name: str) -> float:
    shutil.copy(inbox.photo(name), inbox.root)
    return eventually(lambda: not (inbox.root / name).exists())


def test_what_was_there_before_keeps_its_name_and_what_comes_later_gets_one(home: Home):
    home.photo("IMG_0001.JPG", seed=100)
    with watched(home) as inbox:
        shutil.copy(inbox.photo("IMG_0002.JPG"), inbox.root)
        inbox.settled(1)

        assert (inbox.root / "IMG_0001.JPG").exists()
        assert inbox.images()["IMG_0001.JPG"] == "kept"
        assert "It was there before this source was added." in inbox.reasons()


def test_a_backlog_is_named_where_the_owner_wants_it(home: Home):
    home.photo("IMG_0001.JPG", seed=100)
    home.photo("red-lighthouse-at-dusk.jpg", seed=101)

    with watched(home, choices=Choices(review="auto", backlog=True)) as inbox:
        inbox.settled(1)

        assert (inbox.root / "red-lighthouse-at-dusk.jpg").exists()
        assert not (inbox.root / "IMG_0001.JPG").exists()
        assert inbox.counts() == {"renamed": 1, "kept": 1}
        eventually(lambda: [str(batch.state) for batch in inbox.batches()] == ["completed"])


def test_junk_and_ignored_files_are_left_alone(home: Home):
    with watched(home, ignore=["raw", "*_draft.jpg"]) as inbox:
        photo = inbox.photo("IMG_0001.JPG")
        left = {".IMG_2.JPG.x8Qz", "IMG_3.JPG.crdownload", "~IMG_4.JPG", "a_draft.jpg", "raw/IMG_5.JPG", "@eaDir/6.JPG"}
        for name in left:
            (inbox.root / name).parent.mkdir(exist_ok=True)
            shutil.copy(photo, inbox.root / name)
        shutil.copy(photo, inbox.root)

        inbox.settled(1)

        assert left < inbox.home.tree()
        assert len(inbox.images()) == 1


def test_a_file_that_is_written_for_long_is_waited_for(inbox: Watched):
    """With a pause that is longer than the window, while the file is open."""
    photo = inbox.photo("IMG_0001.JPG")

    copy_slowly(photo, inbox.root / photo.name, pieces=3, pause=6.5)

    assert (inbox.root / photo.name).exists()
    inbox.settled(1)
    assert inbox.events()["image.failed"] == 0


def test_half_a_file_that_is_finished_later_gets_its_name_then(inbox: Watched):
    photo = inbox.photo("IMG_0001.JPG")
    half = photo.read_bytes()[:-2000]
    (inbox.root / photo.name).write_bytes(half)
    eventually(lambda: inbox.counts()["failed"] == 1)

    (inbox.root / photo.name).write_bytes(photo.read_bytes())

    inbox.settled(1)


def test_a_sidecar_that_comes_after_its_image_was_renamed_takes_its_name(inbox: Watched):
    shutil.copy(inbox.photo("IMG_0001.JPG"), inbox.root)
    inbox.settled(1)
    (name,) = inbox.home.tree()

    (inbox.root / "IMG_0001.xmp").write_text("<x/>")

    eventually(lambda: f"{Path(name).stem}.xmp" in inbox.home.tree(), what=inbox.log)


def test_an_old_name_that_was_put_back_by_hand_stays(inbox: Watched):
    shutil.copy(inbox.photo("IMG_0001.JPG"), inbox.root)
    inbox.settled(1)
    (name,) = inbox.home.tree()

    (inbox.root / name).rename(inbox.root / "IMG_0001.JPG")

    eventually(lambda: inbox.images() == {"IMG_0001.JPG": "kept"}, what=inbox.images)
    inbox.scan()
    assert inbox.home.tree() == {"IMG_0001.JPG"}
    assert inbox.images() == {"IMG_0001.JPG": "kept"}


def test_a_file_that_is_removed_is_missing_and_one_that_comes_back_keeps_its_name(inbox: Watched):
    shutil.copy(inbox.photo("IMG_0001.JPG"), inbox.root)
    inbox.settled(1)
    (name,) = inbox.home.tree()

    (inbox.root / name).rename(inbox.incoming / "aside.jpg")
    eventually(lambda: inbox.counts() == {"missing": 1})
    (inbox.incoming / "aside.jpg").rename(inbox.root / name)

    eventually(lambda: inbox.images() == {name: "renamed"})


def test_an_edited_picture_keeps_the_name_that_it_got(inbox: Watched):
    shutil.copy(inbox.photo("IMG_0001.JPG"), inbox.root)
    inbox.settled(1)
    (name,) = inbox.home.tree()

    shutil.copy(inbox.photo("IMG_0002.JPG"), inbox.root / name)

    inbox.scan()
    assert inbox.images() == {name: "renamed"}
    assert inbox.home.tree() == {name}


def test_a_folder_that_disappears_loses_nothing_and_is_watched_again_when_it_is_back(inbox: Watched):
    for n in range(5):
        shutil.copy(inbox.photo(f"IMG_{n:04}.JPG"), inbox.root)
    inbox.settled(5)
    before = inbox.home.tree()

    inbox.root.rename(inbox.home.root / "unplugged")
    eventually(lambda: "plug in" in inbox.source().problem)
    inbox.root.mkdir()  # the empty place where the disk is mounted
    eventually(lambda: "is empty" in inbox.source().problem)
    assert inbox.counts() == {"renamed": 5}
    inbox.root.rmdir()
    shutil.copy(inbox.photo("IMG_0009.JPG"), inbox.home.root / "unplugged")
    (inbox.home.root / "unplugged").rename(inbox.root)

    inbox.settled(6)
    assert before < inbox.home.tree()
    assert inbox.source().problem == ""
    assert inbox.events()["source.failing"] == 1
    assert inbox.events()["source.recovered"] == 1
    assert inbox.events()["image.missing"] == 0
    shutil.copy(inbox.photo("IMG_0010.JPG"), inbox.root)
    inbox.settled(7)


def test_a_disk_that_was_unplugged_while_nobody_looked_is_not_taken_for_emptied(inbox: Watched):
    shutil.copy(inbox.photo("IMG_0001.JPG"), inbox.root)
    inbox.settled(1)
    inbox.stop()
    inbox.root.rename(inbox.home.root / "unplugged")
    inbox.root.mkdir()

    inbox.start()

    eventually(lambda: "is empty" in inbox.source().problem)
    assert inbox.counts() == {"renamed": 1}


def test_what_came_while_nobody_worked_is_found_and_a_kill_loses_and_doubles_nothing(inbox: Watched):
    for n in range(10):
        shutil.copy(inbox.photo(f"IMG_{n:04}.JPG"), inbox.root)
    eventually(lambda: inbox.counts()["renamed"] + inbox.counts()["found"] > 3)
    inbox.stop(signal.SIGKILL)
    for n in range(10, 20):
        shutil.copy(inbox.photo(f"IMG_{n:04}.JPG"), inbox.root)
    before = inbox.home.contents()

    inbox.start()

    inbox.settled(20, seconds=90)
    assert inbox.home.contents() == before
    assert inbox.renamed_twice() == []
    assert inbox.events()["image.found"] == 20


def test_when_more_happens_than_the_system_keeps_nothing_is_lost(inbox: Watched):
    """The worker stands still while the kernel's queue of events runs over."""
    photos = [inbox.photo(f"IMG_{n:04}.JPG") for n in range(10)]
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    assert inbox.worker is not None
    inbox.worker.send_signal(signal.SIGSTOP)
    noise = inbox.root / "noise.jpg"
    for _ in range(most // 3 + 1000):
        noise.touch()
        noise.unlink()
    (inbox.root / "unheard").mkdir()
    for photo in photos[:5]:
        shutil.copy(photo, inbox.root / "unheard")
    inbox.worker.send_signal(signal.SIGCONT)

    inbox.settled(5)
    for photo in photos[5:]:
        shutil.copy(photo, inbox.root / "unheard")
    inbox.settled(10)
    assert "overflow" in inbox.log()


def test_a_network_folder_is_polled(home: Home):
    """A FUSE mount stands for SMB and NFS, which cannot be mounted without the rights of root."""
    with fuse.mounted(home.root / "backing", home.pictures), watched(home) as inbox:
        shutil.copy(inbox.photo("IMG_0001.JPG"), home.root / "backing")  # unheard by this machine's mount
        (home.root / "backing" / "sub").mkdir()
        shutil.copy(inbox.photo("IMG_0002.JPG"), home.root / "backing" / "sub")

        inbox.settled(2)
        assert inbox.renamed_twice() == []


def test_a_share_that_is_unmounted_and_mounted_again_goes_on(home: Home):
    with fuse.mounted(home.root / "backing", home.pictures), watched(home) as inbox:
        shutil.copy(inbox.photo("IMG_0001.JPG"), inbox.root)
        inbox.settled(1)
        subprocess.run(["fusermount3", "-u", "-z", str(home.pictures)], check=True)
        eventually(lambda: inbox.source().problem)
        assert inbox.counts() == {"renamed": 1}
        with fuse.mounted(home.root / "backing", home.pictures):
            shutil.copy(inbox.photo("IMG_0002.JPG"), inbox.root)
            inbox.settled(2)
            assert inbox.renamed_twice() == []
            inbox.stop()


def test_of_two_workers_only_one_watches_and_the_other_takes_over(inbox: Watched):
    first = inbox.worker
    assert first is not None
    inbox.start()
    watcher = inbox.source().watcher
    shutil.copy(inbox.photo("IMG_0001.JPG"), inbox.root)
    inbox.settled(1)
    assert inbox.source().watcher == watcher
    assert inbox.events()["image.found"] == 1

    first.kill()
    first.wait()
    shutil.copy(inbox.photo("IMG_0002.JPG"), inbox.root)

    inbox.settled(2)
    assert inbox.source().watcher != watcher


def test_it_stops_soon_and_lets_others_watch(inbox: Watched):
    began = time.monotonic()

    assert inbox.stop() == 0

    assert time.monotonic() - began < 10  # of which an idle machine takes less than two
    assert inbox.source().watcher is None


def test_the_trouble_of_one_source_is_not_the_others(home: Home, inbox: Watched):
    other = Home(home.root / "other")
    other.pictures.mkdir(parents=True)
    with inbox.database.session(OWN_TENANT) as session:
        options = {"path": str(other.pictures)}
        sources.add(
            session,
            OWN_TENANT,
            vault_of(Settings.from_env({}, home.root / "data")),
            sources.Wanted(kind="watchfolder", name="Other", options=options, choices=Choices()),
            actor="test",
        )
    other.pictures.rmdir()

    shutil.copy(inbox.photo("IMG_0001.JPG"), inbox.root)

    inbox.settled(1)
    eventually(lambda: inbox.events()["source.failing"] == 1)


def test_a_burst_is_one_batch_and_our_own_names_never_come_back_as_new(inbox: Watched):
    photos = [inbox.photo(f"IMG_{n:04}.JPG") for n in range(30)]

    copying = threading.Thread(target=lambda: [shutil.copy(photo, inbox.root) for photo in photos])
    copying.start()
    copying.join()

    inbox.settled(30)
    inbox.scan()
    assert len(inbox.batches()) - 1 <= 1
    assert inbox.events()["image.found"] == 30
    assert inbox.counts() == {"renamed": 30}
    assert inbox.renamed_twice() == []
