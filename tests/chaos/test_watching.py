"""Many photos come into a watched folder in every way at once, while its disk comes and goes and workers are killed."""

import os
import random
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

from tests.home import Home, contents
from tests.watching import Watched, copy_slowly, eventually, watched

FILES = int(os.environ.get("RENAMER_TEST_FILES", "100")) // 2


def test_whatever_comes_in_is_named_once_and_nothing_is_lost(home: Home):
    with watched(home) as inbox:
        photos = [inbox.photo(f"IMG_{n:05}.JPG") for n in range(FILES)]
        before = contents(inbox.incoming)
        parts = [photos[n::5] for n in range(5)]
        ways = (_by_cp, _by_rsync, _by_mv, _by_folder, _slowly)
        coming = [threading.Thread(target=way, args=(part, inbox.root)) for way, part in zip(ways, parts, strict=True)]
        for thread in coming:
            thread.start()
        while any(thread.is_alive() for thread in coming):
            time.sleep(random.uniform(0.5, 3))
            inbox.stop(signal.SIGKILL)
            inbox.start()
        _unplug_for_a_while(inbox)

        inbox.settled(FILES, seconds=60 + FILES)

        assert contents(inbox.root) == before
        assert inbox.renamed_twice() == []
        inbox.scan()
        assert inbox.counts() == {"renamed": FILES}


def _by_cp(photos: list[Path], root: Path) -> None:
    for photo in photos:
        subprocess.run(["cp", "-p", photo, root], check=True)


def _by_rsync(photos: list[Path], root: Path) -> None:
    subprocess.run(["rsync", "-a", *photos, f"{root}/"], check=True)


def _by_mv(photos: list[Path], root: Path) -> None:
    for photo in photos:
        shutil.copy(photo, photo.with_suffix(".copy"))
        subprocess.run(["mv", photo.with_suffix(".copy"), root / photo.name], check=True)


def _by_folder(photos: list[Path], root: Path) -> None:
    """Folders in folders, moved in as a whole."""
    for n in range(0, len(photos), 10):
        folder = photos[0].parent.parent / f"card-{n}" / "DCIM"
        folder.mkdir(parents=True)
        for photo in photos[n : n + 10]:
            shutil.copy(photo, folder)
        folder.parent.rename(root / folder.parent.name)


def _slowly(photos: list[Path], root: Path) -> None:
    for photo in photos:
        copy_slowly(photo, root / photo.name, pieces=5, pause=0.05)


def _unplug_for_a_while(inbox: Watched) -> None:
    inbox.await_first_look()
    away = inbox.home.root / "unplugged"
    inbox.root.rename(away)
    eventually(lambda: inbox.source().problem, what=inbox.log)
    away.rename(inbox.root)
