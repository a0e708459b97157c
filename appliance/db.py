"""The database: SQLite or PostgreSQL, in transactions that belong to one tenant."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Insert, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session

from appliance.errors import DiskFull, Unavailable
from appliance.telemetry import Tally

RESERVE_BYTES = 4 << 20
BUSY_SECONDS = 30
MOST_PARAMETERS = 10_000
MOST_TRIES = 3

T = TypeVar("T")


class Database:
    """One engine. Transactions are short: no I/O, no model and no network while one is open."""

    def __init__(self, url: str) -> None:
        self.tally = Tally()
        self.engine = _engine(url)
        self._reading = self.engine.execution_options(renamer_reads=True)
        name = self.engine.url.database
        self._reserve = Path(f"{name}.reserve") if self.sqlite and name else None

    @property
    def sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def session(self, tenant_id: int) -> Iterator[Session]:
        """A transaction of one tenant, committed at the end, rolled back where the block raises."""
        with self._transaction(self.engine, tenant_id) as session:
            yield session

    @contextmanager
    def reading(self, tenant_id: int | None) -> Iterator[Session]:
        """A transaction of one tenant (None: of all, for a worker) that writes nothing, so it waits for no writer."""
        with self._transaction(self._reading, tenant_id) as session:
            yield session

    @contextmanager
    def system_session(self) -> Iterator[Session]:
        """A transaction over all tenants: for claiming, sweeping and migrating, never for a person's request."""
        with self._transaction(self.engine, None) as session:
            yield session

    def write(self, tenant_id: int, work: Callable[[Session], T]) -> T:
        """Runs `work` in a transaction; again where the disk was full and the reserve made room, or where the database
        broke a deadlock at this one's cost.

        For what must not be lost: the side effect outside has happened already. `work` may run several times.
        """
        for _ in range(MOST_TRIES):
            with suppress(DiskFull, OperationalError), self.session(tenant_id) as session:
                return work(session)
        with self.session(tenant_id) as session:
            return work(session)

    def keep_reserve(self) -> None:
        """Puts aside some space of the disk, to be freed when it is full."""
        if self._reserve and not self._reserve.exists():
            with suppress(OSError):
                self._reserve.write_bytes(bytes(RESERVE_BYTES))

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _transaction(self, engine: Engine, tenant_id: int | None) -> Iterator[Session]:
        info = {"tenant_id": tenant_id, _TALLY: Tally()}
        try:
            with Session(engine, expire_on_commit=False, info=info) as session, session.begin():
                session.connection()  # begun, and the lock waited for, before the block looks at the clock
                yield session
            self.tally.add(tally_of(session).take())
        except OperationalError as error:
            if not disk_is_full(error):
                raise
            if self._reserve:
                self._reserve.unlink(missing_ok=True)
            raise explained(error) from error


_TALLY = "tally"


def tally_of(session: Session) -> Tally:
    """What this transaction counts, which is counted once it is committed."""
    tally: Tally = session.info.setdefault(_TALLY, Tally())
    return tally


def portions(values: Iterable[T]) -> Iterator[list[T]]:
    """Values for `IN (…)`, no more at once than any database takes as parameters of one statement."""
    rest = iter(values)
    while portion := list(islice(rest, MOST_PARAMETERS)):
        yield portion


def insert_once(session: Session, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
    """Adds those rows of which no unique constraint says that they are there already."""
    session.execute(_insert_once(table, session.get_bind().dialect.name), rows)


def insert_into(table: type[DeclarativeBase], dialect: str) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may say what happens where the row is there already; both databases say it in the same words."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table.__table__)  # type: ignore[arg-type]  # declared as FromClause


@cache
def _insert_once(table: type[DeclarativeBase], dialect: str) -> Insert:
    return insert_into(table, dialect).on_conflict_do_nothing()


def explained(error: DBAPIError) -> Unavailable:
    """The same, as a sentence for the operator."""
    if disk_is_full(error):
        return DiskFull("The disk that holds the database is full; free some space, then run this again.")
    said = " ".join(str(error.orig).split()).rstrip("?.")
    if "not a database" in said or "malformed" in said:
        said += "; put it aside, or take it back from a backup"
    return Unavailable(f"The database cannot be used: {said}.")


def disk_is_full(error: DBAPIError) -> bool:
    said = str(error.orig)
    return "is full" in said or "No space left" in said or "disk I/O error" in said


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=32)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=8, max_overflow=32)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Autocommit, so that BEGIN is ours; every commit is on the disk before it is acknowledged."""
    connection.isolation_level = None
    cursor = connection.cursor()
    _use_write_ahead_log(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _use_write_ahead_log(cursor: Any) -> None:
    """The switch to WAL takes an exclusive lock without waiting for the busy timeout."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("renamer_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
