"""A MariaDB for one test run: its workers share it, and it ends when the run does, however that ends."""

import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

OPTIONS = ("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--skip-log-bin", "--skip-networking")


def shared(run: Path, owner: int) -> Path:
    """The folder with the server's socket. The first caller of a run starts the server, which ends with `owner`;
    then all process groups end too that files in `groups` name, and the folder goes."""
    note = run / "mariadb"
    with (run / "mariadb.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            note.write_text(_start(owner))
    return Path(note.read_text())


def run(server: Path, sql: str, database: str = "") -> str:
    """What the server answers, a row a line, its columns apart by tabs."""
    command = ["mariadb", *_access(server), "--batch", "--skip-column-names", *([database] if database else [])]
    return subprocess.run(command, input=sql, capture_output=True, text=True, check=True).stdout


def session(server: Path, database: str) -> "subprocess.Popen[str]":
    """A connection that reads statements until its input is closed, and prints what each gives at once."""
    command = ["mariadb", *_access(server), "--batch", "--skip-column-names", "--unbuffered", database]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def dump(server: Path, database: str, *options: str) -> str:
    command = ["mariadb-dump", *_access(server), "--skip-dump-date", *options, database]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def end_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _access(server: Path) -> tuple[str, ...]:
    return ("--no-defaults", f"--socket={server}/socket", "--user=root", "--default-character-set=utf8mb4")


def _start(owner: int) -> str:
    if not (shutil.which("mariadbd") and shutil.which("mariadb-install-db")):
        raise RuntimeError("There is no MariaDB on this machine; run `make test`, or install mariadb-server.")
    command = [sys.executable, __file__, str(owner)]
    keeper = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert keeper.stdout is not None
    folder = keeper.stdout.readline().strip()
    if not folder:
        raise RuntimeError("MariaDB did not start; what it said stands above.")
    return folder


def _keep(owner: int) -> None:
    """Runs a server until the process `owner` has ended."""
    alive = os.pidfd_open(owner)
    folder = Path(tempfile.mkdtemp(prefix="renamer-mariadb-"))
    folder.chmod(0o755)
    (folder / "groups").mkdir()
    server = _serve(folder)
    try:
        _wait_until_it_answers(folder, server)
        print(folder, flush=True)
        select.select([alive], [], [])
    finally:
        for note in (folder / "groups").iterdir():
            end_group(int(note.name))
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _serve(folder: Path) -> "subprocess.Popen[bytes]":
    user = ["--user=mysql"] if os.geteuid() == 0 else []
    data = folder / "data"
    data.mkdir()
    if user:
        shutil.chown(folder, "mysql")
        shutil.chown(data, "mysql")
    common = ["--no-defaults", *user, f"--datadir={data}"]
    install = ["mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db"]
    log = (folder / "log").open("wb")
    subprocess.run(install, stdout=log, stderr=log, check=True)
    command = ["mariadbd", *common, f"--socket={folder}/socket", *OPTIONS]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def _wait_until_it_answers(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    ping = ["mariadb-admin", *_access(folder), "--wait=30", "--connect-timeout=1", "--silent", "ping"]
    if subprocess.run(ping, capture_output=True, check=False).returncode or server.poll() is not None:
        sys.stderr.write((folder / "log").read_text())
        raise RuntimeError("MariaDB did not start.")


if __name__ == "__main__":
    _keep(int(sys.argv[1]))
