"""The schema: numbered migrations, applied in one transaction."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect, text

from appliance.db import Database
from appliance.errors import OldSchema, Unavailable

_LOCK = 7_311_904_221  # one migration at a time on PostgreSQL; any number that nobody else uses


def head() -> str:
    """The number of the newest migration, as its file is named."""
    return max(path.name[1:5] for path in (Path(__file__).parent / "versions").glob("m[0-9]*.py"))


def current(database: Database) -> str | None:
    """The number of the last migration that was applied; None for an empty database."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        number = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if number is None else str(number)


def upgrade(database: Database) -> tuple[str | None, str]:
    """Brings the schema to head, after a copy where the database is a file that holds something.

    Safe to run from several processes at once. Returns the numbers before and after. Raises OldSchema for a database of
    a newer program.
    """
    before = current(database)
    if before is not None and before >= head():
        check(database)
        return before, before
    if database.sqlite and before:
        copy_aside(database, before)
    from appliance.migrations import running  # Alembic is large, and most commands find nothing to do

    with database.engine.begin() as connection:
        if not database.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        running.upgrade(connection)
    return before, head()


def check(database: Database) -> None:
    """Raises OldSchema, with the remedy, where the schema is not at head."""
    found = current(database)
    if found == head():
        return
    if found is not None and found > head():
        raise OldSchema(
            f"The database is at schema {found}, newer than this program's {head()}; update the program to use it."
        )
    raise OldSchema(
        f"The database is at schema {found or 'none'}, and this program needs {head()}; run `image-renamer migrate`."
    )


def copy_aside(database: Database, number: str) -> Path:
    """A copy beside the embedded database, whole even while somebody writes; kept, since a person may want it."""
    path = Path(str(database.engine.url.database))
    if shutil.disk_usage(path.parent).free < 2 * path.stat().st_size:
        raise Unavailable(f"There is no room beside {path} for the copy made before a migration; free some space.")
    copy = path.with_name(f"{path.name}.before-{number}-{os.getpid()}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
