"""Who may upload, what they find afterwards, and how often a password may be tried: on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance import kinds, sources
from appliance.db import Database
from appliance.errors import Conflict, Invalid
from appliance.jobs import receiving
from appliance.jobs.receiving import Accounts, Tries
from appliance.models import OWN_TENANT, Source, Tenant
from appliance.secrets import Vault
from connectors.base import ConnectorError
from tests.pipeline.conftest import Workshop

PASSWORD = "correct horse battery"


@dataclass
class House:
    database: Database
    data: Path
    vault: Vault

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.database, self.vault, self.data)

    def add(self, username: str, tenant_id: int = OWN_TENANT, **options: object) -> int:
        values = {"mode": "drop", "username": username, "password": PASSWORD, **options}
        wanted = kinds.asked("sftp", values).named(username)
        with self.database.session(tenant_id) as session:
            return sources.add(session, tenant_id, self.vault, wanted, actor="test").id


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    database = Database(database_url)
    yield House(database, tmp_path, Vault(["key"]))
    database.close()


def test_an_account_is_a_source_of_its_own_with_a_folder_and_a_hash(house: House):
    house.add("alice")
    house.add("bob", quota=10)

    alice, bob = house.accounts.all()

    assert (alice.folder, bob.folder) == (house.data / "uploads" / "alice", house.data / "uploads" / "bob")
    assert alice.options.password.startswith("$argon2id$")
    assert bob.options.quota == 10


def test_a_paused_source_still_takes_uploads_and_a_removed_one_none(house: House):
    paused, removed = house.add("alice"), house.add("bob")
    with house.database.session(OWN_TENANT) as session:
        sources.pause(session, session.get_one(Source, paused), actor="test")
        sources.remove(session, session.get_one(Source, removed), actor="test")

    assert [account.source_id for account in house.accounts.all()] == [paused]


def test_a_user_name_belongs_to_one_source_of_the_whole_installation(house: House):
    house.add("alice")
    with pytest.raises(Conflict):
        house.add("alice")
    with house.database.system_session() as session:
        charlie = Tenant(name="Charlie")
        session.add(charlie)
        session.flush()
        other = charlie.id
    with pytest.raises(Conflict, match="“alice” is taken"):
        house.add("alice", other)
    house.add("charlie", other)


def test_a_source_that_was_removed_comes_back_with_its_folder(house: House):
    source = house.add("alice")
    with house.database.session(OWN_TENANT) as session:
        sources.remove(session, session.get_one(Source, source), actor="test")
    assert house.add("alice") == source


def test_an_account_that_cannot_be_is_not_added(house: House):
    with pytest.raises(ConnectorError, match="at least 10"):
        house.add("alice", password="short")
    with pytest.raises(Invalid, match="mode"):
        house.add("alice", mode="both")
    assert house.accounts.all() == []


def test_passwords_are_tried_so_often_and_no_more(house: House):
    tries = Tries(house.database)
    most = receiving.EACH_ACCOUNT.most
    assert [tries.allow("alice", f"192.0.2.{one}") for one in range(most + 2)] == [True] * most + [False] * 2
    assert tries.allow("bob", "192.0.2.250")
    tries.forget("alice", "192.0.2.1")
    assert tries.allow("alice", "192.0.2.1")

    each = receiving.EACH_ADDRESS.most
    assert [tries.allow(f"user{one}", "198.51.100.1") for one in range(each + 1)] == [True] * each + [False]


def test_a_photo_is_known_by_the_name_that_it_came_with(workshop: Workshop, picture: Path):
    accounts = Accounts(workshop.database, Vault(["key"]), workshop.home.root)
    known = accounts.read_names(workshop.source.id)
    workshop.work_off()
    assert (known, accounts.read_names(workshop.source.id)) == ({}, {picture.name: workshop.image().path})
