"""What is kept secret in the database, under the keys of the settings."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from appliance.config import Settings
from appliance.errors import Unavailable


class Unreadable(Unavailable):
    """A secret that no key of the settings opens, or that was sealed for another place."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed text belongs: moved to another row, column or tenant, it does not open."""

    tenant_id: int
    purpose: str
    row_id: int

    def __str__(self) -> str:
        return f"{self.purpose} {self.row_id} of tenant {self.tenant_id}"


class Vault:
    """Seals under the first key; opens and recognises with every key."""

    def __init__(self, keys: Sequence[str]) -> None:
        fernets = [Fernet(base64.urlsafe_b64encode(_derived(key, "seal"))) for key in keys]
        self._first, self._fernet = fernets[0], MultiFernet(fernets)
        self._digest_keys = [_derived(key, "digest") for key in keys]

    def seal(self, text: str, place: Place) -> str:
        body = json.dumps([place.tenant_id, place.purpose, place.row_id, text])
        return self._fernet.encrypt(body.encode()).decode()

    def is_newest(self, sealed: str) -> bool:
        """Whether it was sealed under the first key."""
        try:
            self._first.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True

    def open(self, sealed: str, place: Place) -> str:
        """Raises Unreadable."""
        try:
            tenant_id, purpose, row_id, text = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken as error:
            raise Unreadable(
                f"The secret in {place} was sealed with another key; add that key to RENAMER_SECRET_KEY, after the new."
            ) from error
        if Place(tenant_id, purpose, row_id) != place:
            raise Unreadable(f"The secret in {place} was sealed for another place, so it is not used.")
        return str(text)

    def digest(self, purpose: str, text: str) -> str:
        """What a text is recognised by, where neither it nor what could be guessed from it may be stored."""
        return self.digests(purpose, text)[0]

    def digests(self, purpose: str, text: str) -> list[str]:
        """The same under every key, the newest first."""
        message = f"{purpose}\0{text}".encode()
        return [hmac.new(key, message, hashlib.sha256).hexdigest() for key in self._digest_keys]

    def recognises(self, purpose: str, text: str, digest: str) -> bool:
        """Takes the same time for every wrong digest of the same length."""
        return any(hmac.compare_digest(one.encode(), digest.encode()) for one in self.digests(purpose, text))


def vault_of(settings: Settings) -> Vault:
    return _vault(settings.keys())


@lru_cache(maxsize=8)
def _vault(keys: tuple[str, ...]) -> Vault:
    return Vault(keys)


def fingerprint(proof: str) -> str:
    """The SHA-256 of a proof that is random enough to need no key (160 bits and more)."""
    return hashlib.sha256(proof.encode()).hexdigest()


def _derived(key: str, purpose: str) -> bytes:
    info = f"image-renamer {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.encode())
