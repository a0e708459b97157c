"""The host key of a server: what the owner has accepted, and whether it is what the server shows."""

import base64
import re
from dataclasses import dataclass

import paramiko

from connectors.base import ConnectorError, Unproven

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_LINE = re.compile(r"(?:^|\s)(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+)\s+(AAAA[A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class Pin:
    """The accepted key: a fingerprint, or a whole key, whose type the server is then asked for."""

    fingerprint: str = ""
    type: str = ""

    def prove(self, key: paramiko.PKey, where: str) -> None:
        """Raises Unproven where no key was accepted yet, ConnectorError where this is another one."""
        shown = key.fingerprint
        if not self.fingerprint:
            raise Unproven(
                f"{where} shows the host key {shown} ({key.get_name()}): compare it with what the server's owner says, "
                f"and accept it with host_key={shown}.",
                {"host_key": shown},
            )
        if shown != self.fingerprint:
            raise ConnectorError(
                f"{where} shows the host key {shown}, and not the accepted {self.fingerprint}: something else may "
                "stand in its place. Nothing was sent to it; ask the server's owner, and add the source again with "
                "the new key if it is right.",
                permanent=True,
            )


def accepted(text: str) -> Pin:
    """From `SHA256:…`, a line of `known_hosts`, or a public key. Raises ConnectorError for anything else."""
    if not text.strip():
        return Pin()
    if found := _FINGERPRINT.search(text):
        return Pin(found[0])
    if found := _LINE.search(text):
        try:
            key = paramiko.PKey.from_type_string(found[1], base64.b64decode(found[2]))
        except (paramiko.SSHException, ValueError, KeyError) as error:
            raise _no_key() from error
        return Pin(key.fingerprint, found[1])
    raise _no_key()


def is_public_key(line: str) -> bool:
    try:
        return bool(_LINE.search(line)) and bool(accepted(line).fingerprint)
    except ConnectorError:
        return False


def _no_key() -> ConnectorError:
    return ConnectorError("“host_key” is no host key: give SHA256:… or a line of `ssh-keyscan`.", permanent=True)
