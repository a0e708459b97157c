"""The drop of the sftp kind, on a free port of this process, with accounts of which a test may have several."""

import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko

from connectors import sftp
from connectors.base import Account, Reception
from connectors.sftp.drop import door

PASSWORD = "correct horse battery"
_HASH = door.hashed(PASSWORD)


@dataclass
class Drop:
    """`tries` is how often a wrong password may still be given."""

    folder: Path
    port: int
    accounts: list[Account] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    tries: int = 1_000_000
    keys: Path = Path(tempfile.gettempdir()) / f"renamer-test-keys-{os.getpid()}"  # it takes a while to make them
    signed_in: list[tuple[str, str]] = field(default_factory=list)

    def add(self, username: str = "alice", **options: Any) -> Path:
        """The folder of a new account."""
        values: dict[str, Any] = {"password": _HASH, "delay": 0} | options
        folder = self.folder / "uploads" / username
        account = Account(
            len(self.accounts) + 1, sftp.Options(mode="drop", username=username, **values), folder, self._names
        )
        self.accounts = [*self.accounts, account]
        return folder

    def _names(self) -> Mapping[str, str]:
        return self.names

    @property
    def host_key(self) -> str:
        return sftp.shown(self.keys)[0].split()[0]

    @contextmanager
    def client(self, username: str = "alice", password: str = PASSWORD) -> Iterator[paramiko.SFTPClient]:
        with self.transport() as transport:
            transport.auth_password(username, password)
            client = paramiko.SFTPClient.from_transport(transport)
            assert client is not None
            yield client

    @contextmanager
    def transport(self) -> Iterator[paramiko.Transport]:
        transport = paramiko.Transport(socket.create_connection(("127.0.0.1", self.port), timeout=30))
        transport.start_client(timeout=60)
        try:
            yield transport
        finally:
            transport.close()
            transport.join(10)

    def _let_try(self, username: str, address: str) -> bool:
        self.tries -= 1
        return self.tries >= 0

    def _signed_in(self, username: str, address: str) -> None:
        self.signed_in.append((username, address))

    @property
    def reception(self) -> Reception:
        return Reception(self.keys, lambda: self.accounts, self._let_try, self._signed_in)


@contextmanager
def bound() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        yield listener


@contextmanager
def running(folder: Path, drop: Drop | None = None) -> Iterator[Drop]:
    """`drop` is one that ran before and goes on with the same accounts."""
    with bound() as listener:
        port = listener.getsockname()[1]
        drop = drop or Drop(folder, port)
        drop.port = port
        if not drop.accounts:
            drop.add()
        with sftp.listening(listener, drop.reception):
            yield drop
