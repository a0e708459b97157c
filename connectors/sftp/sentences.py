"""What the errors of a server and of the way to it mean to the owner of a source."""

import errno
import socket

import paramiko

from connectors.base import ConnectorError, FileGone

_REFUSED = {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH}


def unreachable(error: Exception, where: str) -> ConnectorError:
    """The sentence for a server to which no connection comes about."""
    if isinstance(error, socket.gaierror):
        return ConnectorError(f"There is no host for {where}: look at the spelling, and at the name server.")
    if isinstance(error, TimeoutError):
        return ConnectorError(f"{where} does not answer: look at the host, the port and the firewall.")
    if isinstance(error, OSError) and error.errno in _REFUSED:
        return ConnectorError(f"{where} lets nobody in ({error.strerror}): look at the port, and whether it runs.")
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        return ConnectorError(
            f"{where} knows no method that is still safe ({error}): renew the server.", permanent=True
        )
    return ConnectorError(f"{where} cannot be talked to ({_said(error)}): look whether an SSH server is there.")


def lost(error: Exception, where: str) -> ConnectorError:
    return ConnectorError(f"The connection to {where} was lost ({_said(error)}): it is tried again later.")


def error_for(error: OSError, path: str) -> ConnectorError:
    """The connector's error for what the server answered; FileGone where the thing is not there."""
    if error.errno == errno.ENOENT:
        return FileGone(f"{path} is no longer there.")
    if error.errno == errno.EACCES:
        return ConnectorError(
            f"The server does not let this account reach or change {path}: give it the right to read and write there.",
            permanent=True,
        )
    return ConnectorError(f"The server could not reach or change {path} ({_said(error)}): it is tried again later.")


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
