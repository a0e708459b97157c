"""A PostgreSQL for one test run: its workers share it, and it ends when the run does, however that ends."""

import fcntl
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

USER = "renamer"


def shared(run: Path, owner: int) -> Path:
    """The folder with the server's socket. The first caller of a run starts the server, which ends with `owner`."""
    note = run / "postgres"
    with (run / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            note.write_text(_start(owner))
    return Path(note.read_text())


@contextmanager
def database(server: Path, template: str = "template0") -> Iterator[str]:
    """The SQLAlchemy URL of a new database, which is dropped afterwards with all its connections; it is empty, but for
    what the template holds."""
    name = f"test_{uuid4().hex}"
    yield create(server, name, template)
    with _connected(server) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def create(server: Path, name: str, template: str = "template0") -> str:
    """The SQLAlchemy URL of a new database that stays."""
    with _connected(server) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"postgresql+psycopg://{USER}@/{name}?host={server}"


def _connected(server: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(server), user=USER, dbname="postgres", autocommit=True)


def _start(owner: int) -> str:
    command = [sys.executable, __file__, str(owner)]
    # Not the parent but `owner` decides when it ends, and an interrupt at the terminal must reach pytest first.
    keeper = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert keeper.stdout is not None
    folder = keeper.stdout.readline().strip()
    if not folder:
        raise RuntimeError("PostgreSQL did not start; what it said stands above.")
    return folder


def _programs() -> Path:
    """Debian keeps the server's programs off the PATH, in a folder for each version."""
    found = shutil.which("pg_ctl")
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found and not versions:
        raise RuntimeError("There is no PostgreSQL on this machine; run `make test`, or install it.")
    return Path(found).parent if found else versions[-1]


def _run(folder: Path, program: str, *arguments: str) -> None:
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    command = [str(_programs() / program), "-D", str(folder / "data"), *arguments]
    subprocess.run(command, user=user, cwd=folder, stdout=sys.stderr, check=True)


def _keep(owner: int) -> None:
    """Runs a server until the process `owner` has ended."""
    alive = os.pidfd_open(owner)
    folder = Path(tempfile.mkdtemp(prefix="renamer-postgres-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=200"
        _run(folder, "initdb", "-U", USER, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        _run(folder, "pg_ctl", "-w", "-s", "-l", str(folder / "log"), "-o", options, "start")
        print(folder, flush=True)
        select.select([alive], [], [])
        _run(folder, "pg_ctl", "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    _keep(int(sys.argv[1]))
