"""SFTP: uploads to a server of our own, and folders on somebody else's; README.md says how each is treated."""

import re
import socket
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from connectors.base import ConnectorError, Reception
from connectors.sftp import hosts
from connectors.sftp.drop import door, hostkeys
from connectors.sftp.drop import listener as server
from connectors.sftp.lines import Lines
from connectors.sftp.remote import Remote
from connectors.sftp.signing import Account

_SECRET = {"writeOnly": True}
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_LEAST_PASSWORD = 10
_PORT = 22


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an SFTP source needs."""

    mode: Annotated[
        Literal["drop", "remote"],
        msgspec.Meta(description="drop: others upload to a server of ours; remote: files are renamed on a server"),
    ] = "drop"
    username: Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="the name to sign in with")]
    password: Annotated[
        str, msgspec.Meta(description="the password; of a drop, ten characters or more", extra_json_schema=_SECRET)
    ] = ""
    public_key: Annotated[
        str, msgspec.Meta(description="drop: public keys that may sign in, as in authorized_keys")
    ] = ""
    after: Annotated[
        Literal["rename", "keep-names"],
        msgspec.Meta(description="drop: whether clients see new names, or go on seeing those that they gave"),
    ] = "rename"
    delay: Annotated[
        int, msgspec.Meta(ge=0, le=3600, description="drop: seconds in which a client may still look at its upload")
    ] = 10
    quota: Annotated[int, msgspec.Meta(ge=0, description="drop: megabytes for the whole account; 0 for no limit")] = 0
    largest: Annotated[int, msgspec.Meta(ge=0, description="drop: megabytes of one file; 0 for no limit")] = 0
    host: Annotated[str, msgspec.Meta(description="remote: the server's name or address")] = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535, description="remote: its port")] = 22
    path: Annotated[str, msgspec.Meta(description="remote: the folder there; empty for the one that it shows")] = ""
    private_key: Annotated[
        str, msgspec.Meta(description="remote: the text of a private key", extra_json_schema=_SECRET)
    ] = ""
    passphrase: Annotated[str, msgspec.Meta(description="remote: what opens that key", extra_json_schema=_SECRET)] = ""
    host_key: Annotated[
        str, msgspec.Meta(description="remote: the server's key, as SHA256:…; leave it empty to be shown it")
    ] = ""
    connections: Annotated[int, msgspec.Meta(ge=1, le=16, description="remote: at most so many at a time")] = 3
    ignore: Annotated[tuple[str, ...], msgspec.Meta(description="names or paths to leave alone, with * and ?")] = ()


def where(options: Options) -> str:
    """Names the place for people, and tells two sources apart."""
    if options.mode == "drop":
        return f"uploads of {options.username}"
    port = f":{options.port}" if options.port != _PORT else ""
    path = options.path.strip("/")
    return f"sftp://{options.username}@{options.host}{port}/{path}"


def kept(options: Options) -> str:
    """See base.Keeps: the uploads of an account lie with us."""
    if options.mode == "remote":
        return ""
    if not _USERNAME.fullmatch(options.username):
        raise _wrong("“username” of a drop is made of a to z, 0 to 9, dots, dashes and underscores, at most 32")
    if not options.password and not options.public_key.strip():
        raise _wrong("A drop needs a “password” or a “public_key” to sign in with")
    if options.password and len(options.password) < _LEAST_PASSWORD:
        raise _wrong(f"“password” has at least {_LEAST_PASSWORD} characters; choose another")
    for line in filter(None, map(str.strip, options.public_key.splitlines())):
        if not hosts.is_public_key(line):
            raise _wrong("“public_key” cannot be read: give whole lines, such as those of ~/.ssh/id_ed25519.pub")
    return options.username


def stored(options: dict[str, Any]) -> dict[str, Any]:
    """See base.Keeps: of the password of a drop only its hash, as nobody need know it again."""
    password = options.get("password", "")
    if options.get("mode") == "remote" or not password or door.is_hashed(password):
        return options
    return options | {"password": door.hashed(password)}


def listening(listener: socket.socket, reception: Reception) -> AbstractContextManager[None]:
    """See base.Listens."""
    return server.listening(listener, reception)


def shown(keys: Path) -> Sequence[str]:
    """See base.Listens."""
    return [f"{key.fingerprint} ({key.get_name()})" for key in hostkeys.of(keys)]


def connect(options: Options) -> Remote:
    """Signs in to a server. Raises ConnectorError where that is not possible, Unproven where its host key is to be
    accepted."""
    if not options.host:
        raise _wrong("“host” is missing: give the server's name or address")
    account = Account(
        options.host,
        options.port,
        options.username,
        options.password,
        options.private_key,
        options.passphrase,
        options.host_key,
    )
    lines = Lines(account.sign_in, account.where, options.connections)
    try:
        return Remote(lines, account.where, options.path, options.ignore)
    except BaseException:
        lines.close()
        raise


def _wrong(sentence: str) -> ConnectorError:
    return ConnectorError(f"{sentence}.", permanent=True)
