"""OpenSSH's server for one test run, on a free port, for the account that runs the tests and a key of its own."""

import getpass
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "/usr/sbin/sshd"
PATIENCE = 20.0
_ports = iter(range(20000 + os.getpid() * 97 % 9000, 32000))  # far from those of a test run beside this one


@dataclass(frozen=True)
class Server:
    """`folder` holds its keys and its log."""

    folder: Path
    port: int
    username: str

    @property
    def private_key(self) -> Path:
        return self.folder / "account"

    @property
    def host_key(self) -> str:
        return fingerprint(self.folder / "host")


@contextmanager
def running(folder: Path, *settings: str) -> Iterator[Server]:
    """`settings` are lines of sshd_config that outrank ours."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    for name in ("host", "account"):
        make_key(folder / name)
    shutil.copy(folder / "account.pub", folder / "authorized")
    server = Server(folder, free_port(), getpass.getuser())
    configuration = folder / "sshd_config"
    configuration.write_text("\n".join([*settings, *_configuration(server)]) + "\n")
    command = [SSHD, "-D", "-e", "-f", str(configuration)]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stderr=log, start_new_session=True) as process:
        try:
            wait_for(server.port)
            yield server
        finally:
            process.terminate()


def _configuration(server: Server) -> list[str]:
    return [
        f"Port {server.port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {server.folder / 'host'}",
        f"AuthorizedKeysFile {server.folder / 'authorized'}",
        f"PidFile {server.folder / 'pid'}",
        "UsePAM no",
        "PasswordAuthentication no",
        "PermitRootLogin prohibit-password",
        "StrictModes no",
        "MaxStartups 300",
        "Subsystem sftp internal-sftp",
    ]


def make_key(path: Path, passphrase: str = "", kind: str = "ed25519") -> Path:
    if not path.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path)], check=True)
    return path


def fingerprint(path: Path) -> str:
    said = subprocess.run(["ssh-keygen", "-lf", str(path)], check=True, capture_output=True, text=True).stdout
    found = re.search(r"SHA256:\S+", said)
    assert found
    return found[0]


def free_port() -> int:
    """One that no outgoing connection of this machine takes meanwhile, and another each time."""
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("There is no free port.")


def wait_for(port: int) -> None:
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < give_up, f"Nothing listens on port {port}."
            time.sleep(0.05)
        else:
            return
