"""Databases with the newest tables and nothing in them, copied for each test: migrating takes longer than most."""

import fcntl
import tempfile
from functools import cache
from pathlib import Path

from appliance.db import Database
from appliance.migrations import upgrade
from tests.servers import postgres

PREPARED = "prepared"


@cache
def _file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "renamer.db"
        _migrate(f"sqlite:///{path}")
        return path.read_bytes()


def put(path: Path) -> str:
    """The URL of a new one in a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_file())
    return f"sqlite:///{path}"


def prepare(server: Path) -> str:
    """The name of the one that is the template of all others on a server, made by whoever asks first."""
    note = server / PREPARED
    with (server / f"{PREPARED}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            _migrate(postgres.create(server, PREPARED))
            note.touch()
    return PREPARED


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()
