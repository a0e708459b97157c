"""A few connections to one server, each lent to one thread at a time, and made anew when one is lost."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from paramiko import SFTPError, SSHException

from connectors.base import ConnectorError
from connectors.sftp import sentences
from connectors.sftp.session import Session

_TRIES = 3
_PATIENCE = 120.0  # seconds that a thread waits for a free line
_LOST = (SSHException, EOFError, SFTPError, TimeoutError, ConnectionError)

T = TypeVar("T")


class Lost(ConnectorError):
    """The connection ended in the middle of a request; whether that was carried out is not known."""


class Lines:
    """At most `most` connections, which `sign_in` makes."""

    def __init__(self, sign_in: Callable[[], Session], where: str, most: int) -> None:
        self._sign_in = sign_in
        self._where = where
        self._free: list[Session] = []
        self._places = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Raises Lost where the connection ends within the block; OSError is what the server refused."""
        if not self._places.acquire(timeout=_PATIENCE):
            raise ConnectorError(f"All connections to {self._where} are busy: it is tried again later.")
        try:
            session = self._taken()
            try:
                yield session
            except (*_LOST, OSError) as error:
                if isinstance(error, _LOST) or not _is_alive(session):
                    _end(session)
                    raise Lost(str(sentences.lost(error, self._where))) from error
                self._give_back(session)
                raise
            except BaseException:
                _end(session)  # an answer may still be on its way
                raise
            else:
                self._give_back(session)
        finally:
            self._places.release()

    def asking(self, ask: Callable[[Session], T]) -> T:
        """The answer to what changes nothing, asked again where a connection was lost."""
        for _ in range(_TRIES - 1):
            with suppress(Lost), self.session() as session:
                return ask(session)
        with self.session() as session:
            return ask(session)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            free, self._free = self._free, []
        for session in free:
            _end(session)

    def _taken(self) -> Session:
        while True:
            with self._lock:
                session = self._free.pop() if self._free else None
            if session is None:
                return self._sign_in()
            if _is_alive(session):
                return session
            _end(session)

    def _give_back(self, session: Session) -> None:
        with self._lock:
            if not self._closed:
                self._free.append(session)
                return
        _end(session)


def _is_alive(session: Session) -> bool:
    channel = session.get_channel()
    return not channel.closed and not channel.eof_received and bool(channel.get_transport().is_active())


def _end(session: Session) -> None:
    with suppress(*_LOST, OSError):
        session.get_channel().get_transport().close()
