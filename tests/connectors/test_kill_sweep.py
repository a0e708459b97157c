"""A rename that is killed before any one of its system calls, and repeated: nothing lost, nothing doubled, no rest."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors import disks, sweeping
from tests.connectors.disks import Disk
from tests.connectors.folders import FolderFromOutside, names
from tests.connectors.sweeping import KILLED, Call, Order, Renamer

BIG = random.Random(4).randbytes(1_200_000)  # more than is copied at once
SMALL = BIG[:5_000]  # for FUSE, where each read takes its time
TAKEN_AT = 1_234_567_890_123_456_789


@pytest.fixture
def renamer(tmp_path: Path) -> Iterator[Renamer]:
    with sweeping.renamer(tmp_path) as renamer:
        yield renamer


@pytest.mark.parametrize("disk", disks.DISKS, ids=str)
def test_a_kill_before_any_system_call_leaves_every_byte_and_is_made_good(disk: Disk, tmp_path: Path, renamer: Renamer):
    with disks.mounted(disk, tmp_path) as root:
        source = FolderFromOutside(root, disk.protocol)
        calls = renamer.calls(_order(source, disk))
        _assert_renamed(source, disk)
        for call in calls:
            _sweep(source, disk, renamer, call)


def _photo(disk: Disk) -> bytes:
    return BIG if disk.options is None else SMALL


def _sweep(source: FolderFromOutside, disk: Disk, renamer: Renamer, call: Call) -> None:
    order = _order(source, disk)
    assert renamer.killed_before(order, call) == KILLED, call
    assert _photo(disk) in source.everything().values(), f"lost when killed before {call}"
    done = source.another().rename(order.entry, order.to, key=order.key, step=lambda _: None)
    assert done == source.connector.stat(disk.new), call
    _assert_renamed(source, disk)


def _order(source: FolderFromOutside, disk: Disk) -> Order:
    """The photo under its old name, and nothing else."""
    for name in names(source.root):
        source.remove(name)
    source.put(disk.old, _photo(disk))
    photo = source.root / disk.old
    photo.chmod(0o640)
    os.utime(photo, ns=(TAKEN_AT, TAKEN_AT))
    entry = source.connector.stat(disk.old)
    assert entry is not None
    return Order(source.root, disk.protocol, entry, disk.new)


def _assert_renamed(source: FolderFromOutside, disk: Disk) -> None:
    assert names(source.root) == [disk.new]
    photo = source.root / disk.new
    assert photo.read_bytes() == _photo(disk)
    found = photo.stat()
    assert (found.st_mtime_ns, found.st_mode & 0o777, found.st_nlink) == (TAKEN_AT, 0o640, 1)
