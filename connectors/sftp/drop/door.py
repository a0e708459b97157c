"""Who may come in: one connection's way from a stranger to an account."""

import hashlib
import hmac
import logging
import secrets
import threading
import time
from collections.abc import Callable
from functools import cache

import paramiko
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from paramiko import common

from connectors.base import Reception
from connectors.sftp.drop.desks import Desk

_MOST_CHANNELS = 8
_hasher = PasswordHasher()
_at_once = threading.BoundedSemaphore(2)  # each takes 64 MiB, and whoever is not signed in can ask for many
_proofs_key = secrets.token_bytes(32)
_proofs: dict[str, bytes] = {}

logger = logging.getLogger(__name__)


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher.hash(password)


def is_hashed(password: str) -> bool:
    return password.startswith("$argon2")


class Door(paramiko.ServerInterface):
    """`find` knows the desk of an account by its name."""

    def __init__(self, reception: Reception, find: Callable[[str], Desk | None], address: str) -> None:
        self._reception = reception
        self._find = find
        self.address = address
        self.came_at = self.touched_at = time.monotonic()
        self._desk: Desk | None = None
        self._channels = 0

    @property
    def desk(self) -> Desk:
        if self._desk is None:
            raise PermissionError("Nobody has signed in")
        return self._desk

    @property
    def account_id(self) -> int | None:
        return self._desk.account.source_id if self._desk else None

    def touch(self) -> None:
        self.touched_at = time.monotonic()

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002  # the same for all, so that none can be guessed
        return "publickey,password"

    def check_auth_password(self, username: str, password: str) -> int:
        if not self._reception.let_try(username, self.address):
            return self._refused(username, "was tried too often")
        desk = self._find(username)
        if not _matches(password, desk.account.options.password if desk else ""):
            return self._refused(username, "was tried with a wrong password")
        self._desk = desk
        self._reception.signed_in(username, self.address)
        return int(common.AUTH_SUCCESSFUL)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Asked before the proof as well. No try is counted: clients offer all that they have, and none is guessed."""
        desk = self._find(username)
        if desk is None or key.get_base64() not in desk.account.options.public_key.split():
            return int(common.AUTH_FAILED)
        self._desk = desk  # whoever signs in otherwise afterwards gets another
        return int(common.AUTH_SUCCESSFUL)

    def _refused(self, username: str, why: str) -> int:
        shown = username[:64].encode("ascii", "backslashreplace").decode()
        logger.warning("The SFTP account %s %s from %s.", shown, why, self.address)
        return int(common.AUTH_FAILED)

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        if kind != "session" or self._channels >= _MOST_CHANNELS:
            return int(common.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED)
        self._channels += 1
        return int(common.OPEN_SUCCEEDED)


def _matches(password: str, stored: str) -> bool:
    """Found out in the same time for an account that there is not. One that was right before is known at once."""
    proof = hmac.digest(_proofs_key, f"{stored}\0{password}".encode(), hashlib.sha256)
    if stored and hmac.compare_digest(_proofs.get(stored, b""), proof):
        return True
    with _at_once:
        try:
            _hasher.verify(stored or _nobody(), password)
        except (VerificationError, InvalidHashError):
            return False
    if stored:
        _proofs[stored] = proof
    return bool(stored)


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))
