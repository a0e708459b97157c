"""Signing in to a server: the way there, its host key, and then the account."""

import io
import re
import socket

import paramiko

from connectors.base import ConnectorError
from connectors.sftp import algorithms, hosts, sentences
from connectors.sftp.session import Session

CONNECT_SECONDS = 15.0
ANSWER_SECONDS = 60.0  # for one request
KEEPALIVE_SECONDS = 20
_WINDOW = 8 << 20  # bytes that may be on their way to us
_PEM = re.compile(r"(-----BEGIN [A-Z ]+-----)([^:]*?)(-----END [A-Z ]+-----)", re.DOTALL)
_KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


class Account:
    """Where to sign in, and as whom. Raises ConnectorError for a key that cannot be read."""

    def __init__(
        self, host: str, port: int, username: str, password: str, private_key: str, passphrase: str, host_key: str
    ) -> None:
        self.host, self.port, self.username = host, port, username
        self._password = password
        self._key = _read(private_key, passphrase) if private_key else None
        self._pin = hosts.accepted(host_key)

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port}"

    def sign_in(self) -> Session:
        """A new connection. Raises ConnectorError. Nothing is sent to a server that is not the accepted one."""
        transport = self._reached()
        try:
            self._pin.prove(transport.get_remote_server_key(), self.where)
            self._authenticate(transport)
            return self._talking(transport)
        except BaseException:
            transport.close()
            raise

    def _reached(self) -> paramiko.Transport:
        try:
            line = socket.create_connection((self.host, self.port), timeout=CONNECT_SECONDS)
        except OSError as error:
            raise sentences.unreachable(error, self.where) from error
        transport = paramiko.Transport(line, default_window_size=_WINDOW, disabled_algorithms=algorithms.UNSAFE)
        if self._pin.type:
            transport.get_security_options().key_types = algorithms.of_key(self._pin.type)
        try:
            transport.start_client(timeout=CONNECT_SECONDS)
        except (paramiko.SSHException, EOFError, OSError) as error:
            transport.close()
            raise sentences.unreachable(error, self.where) from error
        return transport

    def _authenticate(self, transport: paramiko.Transport) -> None:
        transport.auth_timeout = CONNECT_SECONDS
        try:
            if self._key is not None:
                transport.auth_publickey(self.username, self._key)
            if not transport.is_authenticated():
                transport.auth_password(self.username, self._password)
        except paramiko.BadAuthenticationType as error:
            raise self._refused(f"it takes {' or '.join(error.allowed_types)}") from error
        except paramiko.AuthenticationException as error:
            raise self._refused("look at the name, and at the password or key") from error
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise sentences.lost(error, self.where) from error

    def _refused(self, why: str) -> ConnectorError:
        return ConnectorError(f"{self.where} does not let {self.username} in: {why}.", permanent=True)

    def _talking(self, transport: paramiko.Transport) -> Session:
        transport.set_keepalive(KEEPALIVE_SECONDS)
        try:
            channel = transport.open_session(timeout=CONNECT_SECONDS)
            channel.settimeout(ANSWER_SECONDS)
            channel.invoke_subsystem("sftp")
            return Session(channel)
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise ConnectorError(
                f"{self.where} lets {self.username} in, and offers no SFTP: ask the server's owner to switch it on.",
                permanent=True,
            ) from error


def _read(text: str, passphrase: str) -> paramiko.PKey:
    """A private key in any of the usual forms, also where a form made one line of it."""
    text = _PEM.sub(lambda found: "\n".join([found[1], *found[2].split(), found[3]]), text)
    for kind in _KINDS:
        try:
            return kind.from_private_key(io.StringIO(text.strip() + "\n"), passphrase or None)
        except paramiko.PasswordRequiredException as error:
            raise ConnectorError("“private_key” needs its “passphrase”: give that too.", permanent=True) from error
        except (paramiko.SSHException, ValueError, IndexError, TypeError):
            continue
    raise ConnectorError(
        "“private_key” cannot be read: give the whole text of the file, such as ~/.ssh/id_ed25519, and the passphrase "
        "that opens it, if it has one.",
        permanent=True,
    )
