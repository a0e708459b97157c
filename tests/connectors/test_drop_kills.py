"""A drop that is killed before any system call by which an upload becomes a photo: nothing is lost, and it goes on."""

import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import paramiko
import pytest

from connectors import sftp
from tests.connectors.folders import FilesFromOutside
from tests.servers import drops
from tests.servers.drops import Drop
from tests.watching import eventually

OLD, NEW = random.Random(8).randbytes(70_000), random.Random(9).randbytes(90_000)
CALLS = [("fdatasync", 1), ("fsync", 1), ("fsync", 2), *(("renameat2", nth) for nth in range(1, 5))]


@pytest.mark.parametrize(("call", "nth"), CALLS)
def test_a_kill_leaves_the_old_photo_and_the_new_one(tmp_path: Path, call: str, nth: int):
    root = tmp_path / "uploads" / "alice"
    root.mkdir(parents=True)
    (root / "IMG_1.jpg").write_bytes(OLD)

    acknowledged = _killed(tmp_path, call, nth)

    left = FilesFromOutside(root).everything()
    assert OLD in left.values()
    assert NEW in left.values() or not acknowledged
    drop = Drop(tmp_path, 0)
    drop.add()
    with drops.running(tmp_path, drop), drop.client() as client:
        if ".up-IMG_1.jpg" in left:
            with client.open("IMG_1.jpg", "a") as rest:
                rest.write(NEW[client.stat("IMG_1.jpg").st_size :])
        assert client.stat("IMG_1.jpg").st_size == len(NEW)
    assert FilesFromOutside(root).everything() == {"IMG_1.jpg": NEW, "IMG_1-before-1.jpg": OLD}


def _killed(folder: Path, call: str, nth: int) -> bool:
    """Whether the client was told that its photo is there."""
    told = folder / "port"
    inject = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:signal=SIGKILL:when={nth}"]
    command = [*inject, sys.executable, "-m", "tests.servers.drop_process", str(folder)]
    command += [str(Drop(folder, 0).keys), str(told)]
    sftp.shown(Drop(folder, 0).keys)
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], start_new_session=True) as process:
        try:
            eventually(lambda: told.exists() and told.read_text().endswith("\n"))
            drop = Drop(folder, int(told.read_text()))
            acknowledged = False
            with suppress(OSError, EOFError, paramiko.SSHException), drop.client() as client:
                file = client.open("IMG_1.jpg", "w")
                file.write(NEW)
                file.flush()
                file.close()
                acknowledged = True
            process.wait(30)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode != 0, f"{call} no. {nth} never came"
    return acknowledged
