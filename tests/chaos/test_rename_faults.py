"""A disk that answers with errors, or says that it did what it did not, and a second kill while the first is made good.

`make test` runs a sample; `make chaos` sets RENAMER_TEST_FAULTS to the number of runs on each sort of disk.
"""

import os
import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from connectors.base import ConnectorError
from tests.connectors import disks, sweeping
from tests.connectors.disks import Disk
from tests.connectors.folders import FolderFromOutside, names
from tests.connectors.sweeping import DONE, KILLED, REFUSED, Call, Order, Renamer

RUNS = int(os.environ.get("RENAMER_TEST_FAULTS", "30"))
PHOTO = random.Random(5).randbytes(5_000)
TAKEN_AT = 1_234_567_890_123_456_789

ERRORS = ("EIO", "ENOSPC", "EACCES", "ENOENT", "ESTALE", "EDQUOT")
LIES = {
    "renameat2": "retval=0",
    "rename": "retval=0",
    "renameat": "retval=0",
    "linkat": "retval=0",
    "unlinkat": "retval=0",
    "fsync": "retval=0",
    "fchmod": "retval=0",
    "utimensat": "retval=0",
    "pwrite64": f"retval={len(PHOTO)}",
}
NEVER_FAIL = {"close"}  # an injected error leaves the descriptor open, which no kernel does


@pytest.fixture
def renamer(tmp_path: Path) -> Iterator[Renamer]:
    with sweeping.renamer(tmp_path) as renamer:
        yield renamer


@pytest.fixture(params=disks.DISKS, ids=str)
def disk(request: pytest.FixtureRequest) -> Disk:
    disk: Disk = request.param
    return disk


@pytest.fixture
def source(disk: Disk, tmp_path: Path) -> Iterator[FolderFromOutside]:
    with disks.mounted(disk, tmp_path) as root:
        yield FolderFromOutside(root, disk.protocol)


def test_an_error_of_any_system_call_loses_nothing_and_is_made_good(
    disk: Disk, source: FolderFromOutside, renamer: Renamer
):
    for call, error in _sample(product(_calls(source, disk, renamer), ERRORS)):
        if call.name in NEVER_FAIL:
            continue
        order = _prepared(source, disk)
        _assert_nothing_lost(source, renamer.faulty(order, call, f"error={error}"), f"{error} of {call}")
        _assert_made_good(source, disk, order, f"{error} of {call}")


def test_a_disk_that_lies_about_any_system_call_loses_nothing_and_is_made_good(
    disk: Disk, source: FolderFromOutside, renamer: Renamer
):
    for call in _calls(source, disk, renamer):
        if call.name in LIES:
            order = _prepared(source, disk)
            _assert_nothing_lost(source, renamer.faulty(order, call, LIES[call.name]), f"lie of {call}")
            _assert_made_good(source, disk, order, f"lie of {call}")


def test_a_second_kill_while_the_first_is_made_good_loses_nothing(
    disk: Disk, source: FolderFromOutside, renamer: Renamer
):
    dice = random.Random(6)
    calls = _calls(source, disk, renamer)
    for _ in range(RUNS // 3):
        first = dice.choice(calls)
        order = _prepared(source, disk)
        assert renamer.killed_before(order, first) == KILLED
        second = dice.choice(_repaired(renamer, order))
        order = _prepared(source, disk)
        assert renamer.killed_before(order, first) == KILLED
        assert renamer.killed_before(order, second) in (KILLED, DONE)
        assert PHOTO in source.everything().values(), f"{first}, then {second}"
        _assert_made_good(source, disk, order, f"{first}, then {second}")


def _repaired(renamer: Renamer, order: Order) -> list[Call]:
    return renamer.calls(order)


def _calls(source: FolderFromOutside, disk: Disk, renamer: Renamer) -> list[Call]:
    return renamer.calls(_prepared(source, disk))


def _sample(every: "product[tuple[Call, str]]") -> list[tuple[Call, str]]:
    faults = list(every)
    return random.Random(7).sample(faults, min(RUNS, len(faults)))


def _prepared(source: FolderFromOutside, disk: Disk) -> Order:
    for name in names(source.root):
        source.remove(name)
    source.put(disk.old, PHOTO)
    os.utime(source.root / disk.old, ns=(TAKEN_AT, TAKEN_AT))
    entry = source.connector.stat(disk.old)
    assert entry is not None
    return Order(source.root, disk.protocol, entry, disk.new)


def _assert_nothing_lost(source: FolderFromOutside, ended: int, fault: str) -> None:
    assert ended in (DONE, REFUSED), f"{fault} was answered by neither success nor a sentence"
    assert PHOTO in source.everything().values(), fault


def _assert_made_good(source: FolderFromOutside, disk: Disk, order: Order, fault: str) -> None:
    try:
        source.another().rename(order.entry, order.to, key=order.key, step=lambda _: None)
    except ConnectorError as error:
        pytest.fail(f"after {fault}: {error} {names(source.root)}")
    assert source.everything() == {disk.new: PHOTO}, fault
    assert (source.root / disk.new).stat().st_mtime_ns == TAKEN_AT, fault
