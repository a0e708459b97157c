"""The whole program, killed before each system call that changes a name or makes a change durable.

`make test` tries the calls of two pictures and a sidecar; `make chaos` sets RENAMER_TEST_CALLS to those of SQLite too.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.home import Home

CALLS = os.environ.get("RENAMER_TEST_CALLS", "renameat2,linkat,unlinkat,fsync").split(",")
PROTOCOLS = ("noreplace", "link", "copy")
KILLED = {-signal.SIGKILL, 128 + signal.SIGKILL}
MOST_CALLS = 400


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("call", CALLS)
def test_killed_before_any_call_the_next_run_puts_all_right(home: Home, protocol: str, call: str):
    home.photo("IMG_0001.JPG", seed=1)
    home.photo("IMG_0002.JPG", seed=1)
    (home.pictures / "IMG_0001.xmp").write_text("<x/>")
    home.run("history")  # makes the database, which is not what is tried here
    points = 0

    for number in range(1, MOST_CALLS):
        tried = _copy(home, number)
        before = tried.contents()
        if not _killed_before(call, number, tried, protocol):
            break
        points = number
        assert _run(tried, protocol).returncode == 0
        _assert_all_is_well(tried, before)

    assert points or call not in _EXPECTED[protocol]


_EXPECTED = {
    "noreplace": {"renameat2", "fsync"},
    "link": {"linkat", "unlinkat", "fsync"},
    "copy": {"unlinkat", "fsync"},
}


def _copy(home: Home, number: int) -> Home:
    copy = Home(home.root / f"try-{number}")
    shutil.copytree(home.pictures, copy.pictures)
    shutil.copytree(home.root / "data", copy.root / "data")
    return copy


def _run(home: Home, protocol: str, *tracer: str) -> subprocess.CompletedProcess[bytes]:
    renaming = [sys.executable, "-m", "tests.chaos.rename_all", str(home.root / "data"), str(home.pictures), protocol]
    return subprocess.run([*tracer, *renaming], capture_output=True)


def _killed_before(call: str, number: int, home: Home, protocol: str) -> bool:
    """The calls are counted per thread, and one thread does all the renaming."""
    tracer = ["strace", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf", f"--trace={call}"]
    ran = _run(home, protocol, *tracer, f"--inject={call}:signal=SIGKILL:when={number}")
    assert ran.returncode in KILLED | {0}, ran.stderr.decode()
    return ran.returncode != 0


def _assert_all_is_well(home: Home, before: object) -> None:
    assert home.contents() == before
    names = home.tree()
    assert len(names) == 3
    assert not [name for name in names if name.startswith(("IMG_", "."))]
    assert {Path(name).stem for name in names if name.endswith(".xmp")} < {
        Path(name).stem for name in names if name.endswith(".jpg")
    }
    history = home.run("history", "--json").lines
    assert sorted(Path(str(line["to"])).name for line in history) == sorted(names)
    assert home.run("undo").exit_code == 0
    assert home.tree() == {"IMG_0001.JPG", "IMG_0002.JPG", "IMG_0001.xmp"}
    assert home.contents() == before
