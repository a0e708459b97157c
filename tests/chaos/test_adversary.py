"""Four workers rename what another program moves, swaps and creates meanwhile: nothing is lost.

`make test` runs the quick form; `make chaos` sets RENAMER_TEST_SECONDS.
"""

import itertools
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.base import ConnectorError, Entry, FileChanged, FileGone, NameTaken
from tests.connectors.disks import DISKS, Disk
from tests.connectors.folders import FolderFromOutside, names

SECONDS = float(os.environ.get("RENAMER_TEST_SECONDS", "2"))
PHOTOS = 60
WORKERS = 4
LEAST = 25  # tries of each, however slow the machine is


@dataclass
class Rename:
    entry: Entry
    to: str
    key: str


@pytest.mark.parametrize("disk", DISKS[:3], ids=str)
def test_nothing_is_lost_while_another_program_swaps_and_creates_files(disk: Disk, tmp_path: Path):
    pictures = tmp_path / "pictures"
    (pictures / "moved").mkdir(parents=True)
    source = FolderFromOutside(pictures, disk.protocol)
    for number in range(PHOTOS):
        source.put(f"IMG_{number}.jpg", f"photo {number}".encode())
    keys = itertools.count()

    with adversary(pictures, tmp_path):
        end = time.monotonic() + SECONDS
        with ThreadPoolExecutor(WORKERS) as pool:
            unclear = list(itertools.chain(*pool.map(lambda seed: _work(source, seed, keys, end), range(WORKERS))))
    for rename in unclear:
        assert _ends(source, rename), rename

    assert not [name for name in names(pictures) if name.startswith(".")]
    found = Counter(source.everything().values())
    made = [f"photo {number}" for number in range(PHOTOS)] + (tmp_path / "log").read_text().splitlines()
    assert next(keys) > 50
    assert {text.encode() for text in made} == set(found)
    if disk.protocol == "noreplace":  # while a photo has both its names, a stranger may move one of them away
        assert found.most_common(1)[0][1] == 1


@contextmanager
def adversary(pictures: Path, folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.chaos.adversary", str(pictures), str(folder / "log"), "8"]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as process:
        try:
            yield
        finally:
            (folder / "stop").touch()
            assert process.wait(30) == 0


def _work(source: FolderFromOutside, seed: int, keys: Iterator[int], end: float) -> list[Rename]:
    """Renames at random; returns what has to be tried again, as the journal of the program does."""
    dice, unclear, tried = random.Random(seed), [], 0
    while time.monotonic() < end or tried < LEAST:
        tried += 1
        entry = source.connector.stat(dice.choice([name for name in names(source.root) if name.endswith(".jpg")]))
        if entry and entry.size:  # an empty one is a copy that another worker has just begun, which no program takes up
            rename = Rename(entry, f"target-{dice.randrange(60)}.jpg", str(next(keys)))
            if not _ends(source, rename):
                unclear.append(rename)
    return unclear


def _ends(source: FolderFromOutside, rename: Rename) -> bool:
    """With success, or with an error that says that nothing was done."""
    try:
        source.connector.rename(rename.entry, rename.to, key=rename.key, step=lambda _: None)
    except (FileChanged, FileGone, NameTaken):
        return True
    except ConnectorError:
        return False
    return True
