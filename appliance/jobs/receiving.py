"""Takes in what others bring: one listener for each kind of source that has one."""

import logging
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

import connectors
from appliance import sources
from appliance.auth import throttles
from appliance.auth.throttles import Limit
from appliance.config import Settings
from appliance.db import Database
from appliance.errors import Problem, TooMany
from appliance.models import Rename, RenameState, Source
from appliance.secrets import Vault, vault_of
from connectors.base import Account, ConnectorError, Listens, Reception

KIND = "sftp"
EACH_ACCOUNT = Limit(20, timedelta(minutes=15))  # of one account, from anywhere
EACH_ADDRESS = Limit(60, timedelta(minutes=15))
NAMES_SECONDS = 2.0  # for which the names of an account are remembered

logger = logging.getLogger(__name__)


@dataclass
class Accounts:
    """The sources to which others may upload now."""

    database: Database
    vault: Vault
    data: Path
    _names: dict[int, tuple[float, Mapping[str, str]]] = field(default_factory=dict)

    def all(self) -> list[Account]:
        """A source that cannot be read is left out, which its watcher tells of."""
        wanted = select(Source).where(Source.kind == KIND, Source.made_by_command.is_(False))
        with self.database.reading(None) as session:
            found = list(session.scalars(wanted.order_by(Source.id)))
        return [account for source in found if (account := self._account(source)) is not None]

    def _account(self, source: Source) -> Account | None:
        try:
            options = sources.wanted_of(source.kind, sources.options_of(source, self.vault))
            name = sources.kept_name(source.kind, options)
        except (ConnectorError, Problem) as error:
            logger.warning("Nothing can be uploaded to %s: %s", source.name, error)
            return None
        if not name:
            return None
        folder = sources.kept_in(self.data, name)
        return Account(source.id, options, folder, lambda: self._names_of(source.id))

    def _names_of(self, source_id: int) -> Mapping[str, str]:
        read_at, names = self._names.get(source_id, (0.0, {}))
        if time.monotonic() - read_at > NAMES_SECONDS:
            names = self.read_names(source_id)
            self._names[source_id] = time.monotonic(), names
        return names

    def read_names(self, source_id: int) -> Mapping[str, str]:
        """Where each file is by now, by the path that it came with: through all renames since, without those that were
        undone."""
        wanted = select(Rename.from_path, Rename.to_path).where(
            Rename.source_id == source_id, Rename.state == RenameState.DONE, Rename.undoes_id.is_(None)
        )
        with self.database.reading(None) as session:
            rows = session.execute(wanted.order_by(Rename.id)).all()
        came_as: dict[str, str] = {}
        for old, new in rows:
            came_as[new] = came_as.pop(old, old)
        return {first: present for present, first in came_as.items()}


@dataclass(frozen=True)
class Tries:
    """How often a password may be tried: counted in rows, like those of the dashboard."""

    database: Database

    def allow(self, name: str, address: str) -> bool:
        try:
            throttles.take(self.database, [(_account_key(name), EACH_ACCOUNT), (_address_key(address), EACH_ADDRESS)])
        except (TooMany, SQLAlchemyError):
            return False
        return True

    def forget(self, name: str, address: str) -> None:
        try:
            with self.database.system_session() as session:
                throttles.forget(session, _account_key(name))
                throttles.forget(session, _address_key(address))
        except SQLAlchemyError as error:
            logger.warning("The tries of %s stay counted: %s", name, error)


def _account_key(name: str) -> str:
    return f"sftp account:{name[:60]}"


def _address_key(address: str) -> str:
    return throttles.address_key("sftp", address)


def keys_in(data: Path) -> Path:
    return data / "sftp"


def shown(data: Path) -> list[str]:
    """What clients know our listener by."""
    module = connectors.load(KIND)
    return list(module.shown(keys_in(data))) if isinstance(module, Listens) else []


def told(settings: Settings, source: Source) -> list[tuple[str, str]]:
    """What somebody must know who uploads to a source; nothing for one to which nobody can."""
    if source.kind != KIND or source.options.get("mode") == "remote":
        return []
    if settings.sftp_listen is None:
        return [("Uploads", "nobody can: RENAMER_SFTP_LISTEN is not set")]
    account = f"SFTP, port {settings.sftp_listen[1]}, user {source.options['username']}"
    return [("Uploads", account), ("Host key", shown(settings.data)[0])]


@contextmanager
def receiving(settings: Settings, database: Database, listener: socket.socket) -> Iterator[None]:
    """Within the block, takes what is uploaded."""
    accounts, tries = Accounts(database, vault_of(settings), settings.data), Tries(database)
    reception = Reception(keys_in(settings.data), accounts.all, tries.allow, tries.forget)
    module = connectors.load(KIND)
    if isinstance(module, Listens):
        with module.listening(listener, reception):
            yield


def receive(settings: Settings, database: Database, listener: socket.socket, stopping: threading.Event) -> None:
    """Until it is to stop."""
    with receiving(settings, database, listener):
        stopping.wait()
