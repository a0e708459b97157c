"""Uploads over SFTP: megabytes a second into a drop, against OpenSSH's own server, by OpenSSH's `sftp`.

Both take the same files from the same client over loopback, in turns. Ours makes each file safe on the disk before it
says that it is there; OpenSSH does not.
"""

import argparse
import hashlib
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import openssh


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--megabytes", type=int, default=8, help="the size of each file")
    parser.add_argument("--rounds", type=int, default=5)


def run(arguments: argparse.Namespace) -> dict[str, object]:
    """Interleaved rounds in random order; hashes are verified after each."""
    figures: dict[str, list[float]] = {"image-renamer": [], "openssh": []}
    with tempfile.TemporaryDirectory(prefix="bench-sftp-") as place:
        folder = Path(place)
        photos = _photos(folder / "photos", arguments.files, arguments.megabytes)
        with openssh.running(folder / "sshd") as server, _drop(folder, server.private_key) as port:
            peers = {
                "image-renamer": (port, "camera", folder / "data" / "uploads" / "camera", ""),
                "openssh": (server.port, server.username, folder / "openssh", f"{folder}/openssh/"),
            }
            for number in range(arguments.rounds):
                for name in random.Random(number).sample(sorted(peers), len(peers)):
                    figures[name].append(_measured(folder, photos, *peers[name]))
    return _report(figures, arguments)


def _photos(folder: Path, files: int, megabytes: int) -> Path:
    folder.mkdir()
    for number in range(files):
        (folder / f"IMG_{number:04}.JPG").write_bytes(random.Random(number).randbytes(1 << 20) * megabytes)
    os.sync()
    return folder


@contextmanager
def _drop(folder: Path, key: Path) -> Iterator[int]:
    """The real receiver, with the client's key."""
    port = openssh.free_port()
    environment = os.environ | {"RENAMER_SFTP_LISTEN": f"127.0.0.1:{port}", "RENAMER_DATA": str(folder / "data")}
    command = [sys.executable, "-m", "appliance"]
    account = ["username=camera", f"public_key=@{key}.pub", "delay=3600"]
    subprocess.run([*command, "source", "add", "sftp", "Camera", *account], env=environment, check=True)
    with subprocess.Popen([*command, "receive"], env=environment) as receiver:
        try:
            openssh.wait_for(port)
            yield port
        finally:
            receiver.terminate()


def _measured(folder: Path, photos: Path, port: int, account: str, into: Path, path: str) -> float:
    """Megabytes a second."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    os.sync()
    known = ["UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "LogLevel=ERROR"]
    asked = [part for one in (*known, f"IdentityFile={folder}/sshd/account") for part in ("-o", one)]
    began = time.monotonic()
    command = ["sftp", "-q", "-b", "-", *asked, "-P", str(port), f"{account}@127.0.0.1"]
    subprocess.run(command, input=f"put {photos}/* {path}\n", text=True, check=True, stdout=subprocess.DEVNULL)
    took = time.monotonic() - began
    _verify(photos, into)
    return sum(photo.stat().st_size for photo in photos.iterdir()) / took / 1e6


def _verify(photos: Path, into: Path) -> None:
    hashes = [
        sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in place.iterdir()) for place in (photos, into)
    ]
    if hashes[0] != hashes[1]:
        raise SystemExit(f"What arrived in {into} is not what was sent.")


def _report(figures: dict[str, list[float]], arguments: argparse.Namespace) -> dict[str, object]:
    print(f"{arguments.files} files of {arguments.megabytes} MB, {arguments.rounds} rounds, megabytes a second")
    for name, rounds in figures.items():
        print(f"  {name:14} {statistics.median(rounds):7.1f}   ({min(rounds):.1f} to {max(rounds):.1f})")
    ratio = statistics.median(figures["image-renamer"]) / statistics.median(figures["openssh"])
    print(f"  {ratio:.2f} times as fast as OpenSSH; 0.65 is the aim")
    return {"megabytes_a_second": figures, "ratio": ratio, "load": os.getloadavg()[0]}
