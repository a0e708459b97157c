"""Takes connections on one socket, for all accounts, and ends those that lead nowhere."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import paramiko

from connectors.base import Account, Reception
from connectors.sftp import algorithms
from connectors.sftp.drop import hostkeys
from connectors.sftp.drop.conversation import Conversation
from connectors.sftp.drop.desks import Desk
from connectors.sftp.drop.door import Door
from connectors.sftp.drop.files import Files
from connectors.sftp.drop.keeping import Delays

LOGIN_SECONDS = 30.0
IDLE_SECONDS = 900.0
MOST_CONNECTIONS = 512
MOST_STRANGERS = 256  # connections that have not signed in
LOOK_SECONDS = 1.0
STOP_SECONDS = 3.0
_WINDOW = 4 << 20  # bytes that a client may send ahead
_PACKET = 128 << 10
_ACCEPT_SECONDS = 0.2

logger = logging.getLogger(__name__)


@dataclass
class _Connection:
    transport: paramiko.Transport
    door: Door

    def is_over(self, accounts: dict[int, Account]) -> bool:
        """Nobody is there any more, or has come in, or does anything; or the account has become another."""
        now = time.monotonic()
        if not self.transport.is_alive():
            return True
        if not self.transport.is_authenticated():
            return now - self.door.came_at > LOGIN_SECONDS
        desk = self.door.desk
        return now - self.door.touched_at > IDLE_SECONDS or accounts.get(desk.account.source_id) is not desk.account


class Listener:
    """One for a process. Safe to use from several threads."""

    def __init__(self, listener: socket.socket, reception: Reception) -> None:
        self._listener = listener
        self._reception = reception
        self._keys = hostkeys.of(reception.keys)
        self._delays = Delays()
        self._accounts: dict[int, Account] = {}
        self._desks: dict[int, Desk] = {}
        self._connections: list[_Connection] = []
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._accept), threading.Thread(target=self._tend)]

    def start(self) -> None:
        self._listener.settimeout(_ACCEPT_SECONDS)
        self._refresh()
        self._delays.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """What clients were sending stays as far as it has come, and can be gone on with."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        for connection in self._connections:
            connection.transport.close()
        give_up = time.monotonic() + STOP_SECONDS
        for connection in self._connections:
            connection.transport.join(max(give_up - time.monotonic(), 0))
        self._delays.stop()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                line, address = self._listener.accept()
            except TimeoutError:
                continue
            except OSError as error:
                logger.warning("No connection can be taken for a moment: %s", error)
                self._stopping.wait(LOOK_SECONDS)
                continue
            self._begin(line, str(address[0]))

    def _begin(self, line: socket.socket, address: str) -> None:
        with self._lock:
            strangers = sum(not one.transport.is_authenticated() for one in self._connections)
            if len(self._connections) >= MOST_CONNECTIONS or strangers >= MOST_STRANGERS:
                line.close()
                return
        try:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            connection = self._greeted(line, Door(self._reception, self._find, address))
        except (OSError, paramiko.SSHException) as error:
            logger.info("A connection from %s ended before it began: %s", address, error)
            line.close()
            return
        with self._lock:
            self._connections.append(connection)

    def _greeted(self, line: socket.socket, door: Door) -> _Connection:
        transport = paramiko.Transport(
            line,
            default_window_size=_WINDOW,
            default_max_packet_size=_PACKET,
            disabled_algorithms=algorithms.UNSAFE,
        )
        transport.local_version = "SSH-2.0-ImageRenamer"
        transport.handshake_timeout = LOGIN_SECONDS
        for key in self._keys:
            transport.add_server_key(key)
        transport.set_subsystem_handler("sftp", Conversation, Files)
        transport.start_server(event=threading.Event(), server=door)
        return _Connection(transport, door)

    def _tend(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            try:
                self._refresh()
            except Exception:  # whoever is signed in goes on
                logger.exception("The SFTP accounts could not be read, and will be again")
            with self._lock:
                over = [one for one in self._connections if one.is_over(self._accounts)]
                self._connections = [one for one in self._connections if one not in over]
            for connection in over:
                with suppress(OSError, EOFError, paramiko.SSHException):
                    connection.transport.close()

    def _refresh(self) -> None:
        """Takes over which accounts there are. One that stayed as it was keeps its connections."""
        accounts = self._reception.accounts()
        with self._lock:
            self._accounts = {account.source_id: self._same(account) for account in accounts}
            self._desks = {one: self._desk(account) for one, account in self._accounts.items()}

    def _same(self, account: Account) -> Account:
        before = self._accounts.get(account.source_id)
        if before is None or (before.options, before.folder) != (account.options, account.folder):
            return account
        return before

    def _desk(self, account: Account) -> Desk:
        known = self._desks.get(account.source_id)
        return known if known is not None and known.account is account else Desk(account, self._delays)

    def _find(self, username: str) -> Desk | None:
        """Looks again for one that may have been added just now."""
        desk = self._known(username)
        if desk is None:
            self._refresh()
            desk = self._known(username)
        return desk

    def _known(self, username: str) -> Desk | None:
        with self._lock:
            desks = list(self._desks.values())
        return next((desk for desk in desks if desk.account.options.username == username), None)


@contextmanager
def listening(listener: socket.socket, reception: Reception) -> Iterator[None]:
    """See base.Listens."""
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # strangers fill it with their mistakes
    running = Listener(listener, reception)
    running.start()
    try:
        yield
    finally:
        running.stop()
