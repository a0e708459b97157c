"""A SeaweedFS for one test run, as a server that speaks S3: its workers share it, and it ends when the run does."""

import fcntl
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from minio import Minio
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

ACCESS_KEY, SECRET_KEY = "owner-key", "owner-secret"
READER_KEY, READER_SECRET = "reader-key", "reader-secret"
DOMAIN = "s3.localhost"
REGION = "us-east-1"
_PROGRAM = Path(sys.executable).with_name("weed")
_PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Seaweed:
    """`host` is where it listens, on the loopback."""

    host: str

    @property
    def client(self) -> Minio:
        return Minio(self.host, access_key=ACCESS_KEY, secret_key=SECRET_KEY, secure=False, region=REGION)

    def bucket(self, *, locked: bool = False, versioned: bool = False) -> str:
        """A new, empty one."""
        name = f"test-{uuid4().hex[:20]}"
        self.client.make_bucket(name, object_lock=locked)
        if versioned:
            self.client.set_bucket_versioning(name, VersioningConfig(ENABLED))
        return name


def shared(run: Path, owner: int) -> Seaweed:
    """The run's server. The first caller starts it, and it ends with the process `owner`."""
    note = run / "seaweed"
    with (run / "seaweed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            note.write_text(_start(owner))
    return Seaweed(note.read_text())


def _start(owner: int) -> str:
    command = [sys.executable, __file__, str(owner)]
    # Not the parent but `owner` decides when it ends, and an interrupt at the terminal must reach pytest first.
    keeper = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert keeper.stdout is not None
    host = keeper.stdout.readline().strip()
    if not host:
        raise RuntimeError("SeaweedFS did not start; what it said stands above.")
    return host


def _free_ports(count: int) -> list[int]:
    """Below those that outgoing connections take; each is free at this moment."""
    found: list[int] = []
    dice = int.from_bytes(os.urandom(4))
    while len(found) < count:
        dice = (dice * 1103515245 + 12345) % 2**31
        port = 20000 + dice % 12000
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if port not in found and tried.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
    return found


def _command(folder: Path, ports: Sequence[int]) -> list[str]:
    names = ("master.port", "volume.port", "filer.port", "s3.port")
    options = dict[str, object](zip(names, ports, strict=False))
    options |= {f"{name}.grpc": port for name, port in zip(names, ports[4:], strict=True)}
    options |= {"s3.port.iceberg": 0, "s3.port.lance": 0, "s3.config": folder / "identities.json"}
    options |= {"s3.domainName": DOMAIN, "dir": folder, "ip": "127.0.0.1", "ip.bind": "127.0.0.1"}
    options |= {"volume.max": 20000, "master.volumeSizeLimitMB": 64, "master.telemetry": "false"}
    return [str(_PROGRAM), "server", "-filer", "-s3", *(f"-{name}={value}" for name, value in options.items())]


def _write_settings(folder: Path) -> None:
    """Who may do what; and one volume at a time for a bucket, in place of seven."""
    (folder / "master.toml").write_text("[master.volume_growth]\ncopy_1 = 1\n")
    owner = {"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}
    reader = {"accessKey": READER_KEY, "secretKey": READER_SECRET}
    identities = [
        {"name": "owner", "credentials": [owner], "actions": ["Admin", "Read", "Write", "List", "Tagging"]},
        {"name": "reader", "credentials": [reader], "actions": ["Read", "List"]},
    ]
    (folder / "identities.json").write_text(json.dumps({"identities": identities}))


def _wait_for(host: str, server: "subprocess.Popen[bytes]") -> None:
    """Until a bucket can be made and an object be stored in it."""
    seaweed, give_up = Seaweed(host), time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            seaweed.client._http.clear()
            name = seaweed.bucket()
            seaweed.client.remove_bucket(name)
        except Exception:  # whatever a server says that is half there
            if time.monotonic() > give_up or server.poll() is not None:
                raise
            time.sleep(0.1)
        else:
            return


def _keep(owner: int) -> None:
    """Runs a server until the process `owner` has ended."""
    alive = os.pidfd_open(owner)
    folder = Path(tempfile.mkdtemp(prefix="renamer-seaweed-"))
    ports = _free_ports(8)
    _write_settings(folder)
    with (folder / "log").open("wb") as log:
        environment = {**os.environ, "WEED_S3_SSE_KEK": "5e" * 32}  # without which it encrypts nothing
        server = subprocess.Popen(_command(folder, ports), stdout=log, stderr=log, cwd=folder, env=environment)
    try:
        _wait_for(f"127.0.0.1:{ports[3]}", server)
        print(f"127.0.0.1:{ports[3]}", flush=True)
        select.select([alive], [], [])
    except Exception:
        print((folder / "log").read_text()[-3000:], file=sys.stderr)
        raise
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    _keep(int(sys.argv[1]))
