"""A database with a tenant, its owner Alice, and Bob who works for her."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from argon2 import PasswordHasher

from appliance import auth
from appliance.auth import Client, SignedIn, passwords
from appliance.db import Database
from appliance.models import OWN_TENANT, Role
from appliance.secrets import Vault

ALICE = "alice@example.org"
BOB = "bob@example.org"
PASSWORD = "a walk on the beach"
CLIENT = Client("192.0.2.1", "a browser")


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of sign-ins in a run: with argon2's parameters for people it would take minutes."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
    passwords._nobody.cache_clear()


@cache
def hashed(password: str) -> str:
    """The same password is hashed once in a run of the tests."""
    return passwords.hashed(password, "")


@dataclass
class Registry:
    """The accounts of a database; each act is a transaction of its own."""

    database: Database
    vault: Vault

    def add(self, email: str, role: Role, password: str | None = PASSWORD, *, tenant_id: int = OWN_TENANT) -> int:
        """A member, by number; without a password, one who is invited only."""
        stored = password and hashed(password)
        with self.database.session(tenant_id) as session:
            user = auth.members.add(session, tenant_id, self.vault, email, role, actor="a test")
            user.password = stored
        return user.id

    def sign_in(self, email: str, password: str = PASSWORD, client: Client = CLIENT) -> SignedIn:
        return auth.sign_in(self.database, self.vault, email, password, client)

    def who(self, *, proof: str | None = None, bearer: str | None = None) -> auth.Member | None:
        return auth.authenticate(self.database, bearer=bearer, proof=proof)

    def setup_token(self) -> str | None:
        with self.database.session(OWN_TENANT) as session:
            path = auth.setup_link(session)
        return path and path.partition("token=")[2]

    def token(self, name: str, role: Role, created_by: int | None = None) -> str:
        with self.database.session(OWN_TENANT) as session:
            text, _ = auth.tokens.add(session, OWN_TENANT, name, role, actor="a test", created_by=created_by)
        return text


@pytest.fixture
def registry(database_url: str) -> Iterator[Registry]:
    database = Database(database_url)
    yield Registry(database, Vault(["key"]))
    database.close()
