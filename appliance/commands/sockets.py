"""Sockets on which servers listen, opened before anything else is begun."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from appliance.config import Settings
from appliance.errors import Unavailable

BACKLOG = 4096  # connections that wait to be accepted


@contextmanager
def listening(host: str, port: int, *, host_from: str, port_from: str) -> Iterator[socket.socket]:
    """It stays open while the children that accept on it are started again. Raises Unavailable, which says what gives
    another host or port."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except socket.gaierror as error:
        raise Unavailable(f"There is no address {host} to listen on: give another {host_from}.") from error
    except OSError as error:
        raise Unavailable(_cannot_listen(host, port, error, port_from)) from error
    with listener:
        yield listener


@contextmanager
def for_uploads(settings: Settings) -> Iterator[socket.socket]:
    """Where RENAMER_SFTP_LISTEN says. Raises Unavailable, also where it says nothing."""
    if settings.sftp_listen is None:
        raise Unavailable("RENAMER_SFTP_LISTEN is not set: say where to listen, such as 0.0.0.0:2022.")
    setting = "RENAMER_SFTP_LISTEN"
    with listening(*settings.sftp_listen, host_from=setting, port_from=setting) as listener:
        yield listener


def _cannot_listen(host: str, port: int, error: OSError, port_from: str) -> str:
    if isinstance(error, PermissionError):
        return f"Port {port} is not for this account to listen on: give a {port_from} above 1023."
    return f"Port {port} on {host} cannot be used ({error.strerror}): stop what uses it, or give another {port_from}."
