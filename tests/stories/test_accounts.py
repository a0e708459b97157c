"""Accounts and tokens, as somebody makes them at a terminal."""

from pathlib import Path

import pytest

from appliance import auth
from appliance.app import open_accounts, open_database
from appliance.auth import Client
from appliance.config import Settings
from appliance.errors import Unauthorized
from appliance.models import Role
from appliance.secrets import vault_of
from tests.home import Home

PASSWORD = "a walk on the beach"


def settings(home: Home) -> Settings:
    return Settings.from_env({}, home.root / "data")


def link_in(said: str) -> str:
    (link,) = [line for line in said.splitlines() if line.startswith("http")]
    return link


def token_in(said: str) -> str:
    return link_in(said).partition("/setup?token=")[2]


@pytest.fixture
def password(tmp_path: Path) -> str:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    return f"@{tmp_path / 'password'}"


def test_the_first_member_is_an_owner_and_chooses_a_password_at_the_link(home: Home):
    said = home.run("user", "add", "alice@example.org", "--name", "Alice")
    assert "as owner" in said.output
    assert "alice@example.org (Alice)  owner, invited" in home.run("user", "list").output

    database, vault = open_database(settings(home)), vault_of(settings(home))
    assert open_accounts(settings(home), database) is None
    signed_in = auth.finish_setup(database, vault, token_in(said.output), PASSWORD, Client())
    database.close()

    assert signed_in.member.role is Role.OWNER
    assert home.run("user", "list").output == "alice@example.org (Alice)  owner\n"


def test_a_start_without_an_owner_says_where_the_first_account_is_made(home: Home):
    home.environment["RENAMER_BASE_URL"] = "https://photos.example.org/"
    database = open_database(settings(home))
    chosen = Settings.from_env(home.environment, home.root / "data")

    link = open_accounts(chosen, database)
    database.close()

    assert link
    assert link.startswith("https://photos.example.org/setup?token=")


def test_a_password_comes_from_a_file_or_standard_input_and_never_from_the_command_line(home: Home, password: str):
    assert home.run("user", "add", "alice@example.org", "--password", PASSWORD).exit_code == 2
    said = home.run("user", "add", "alice@example.org", "--password", password)
    assert "http" not in said.output

    database = open_database(settings(home))
    assert auth.sign_in(database, vault_of(settings(home)), "alice@example.org", PASSWORD, Client())
    database.close()


def test_the_link_of_a_reset_makes_the_old_password_worth_nothing(home: Home, password: str):
    home.run("user", "add", "alice@example.org", "--password", password)
    token = token_in(home.run("user", "reset", "alice@example.org").output)
    database, vault = open_database(settings(home)), vault_of(settings(home))

    auth.sign_in(database, vault, "alice@example.org", PASSWORD, Client())
    auth.finish_setup(database, vault, token, "a walk in the woods", Client())

    with pytest.raises(Unauthorized):
        auth.sign_in(database, vault, "alice@example.org", PASSWORD, Client())
    database.close()


def test_a_removed_member_is_no_longer_listed_and_the_only_owner_stays(home: Home, password: str):
    home.run("user", "add", "alice@example.org", "--password", password)
    home.run("user", "add", "bob@example.org")
    assert "bob@example.org  reviewer, invited" in home.run("user", "list").output

    assert home.run("user", "remove", "bob@example.org").exit_code == 0
    assert "bob" not in home.run("user", "list").output

    said = home.run("user", "remove", "alice@example.org")
    assert said.exit_code == 1
    assert "only owner" in said.errors


def test_a_token_is_shown_once_and_works_until_it_is_removed(home: Home):
    text = home.run("token", "add", "ci", "--role", "viewer", "--days", "7").output.strip()
    listed = home.run("token", "list").output
    assert text not in listed
    assert listed.startswith(f"ci  {text[:8]}…  viewer, not used yet, ends ")

    database = open_database(settings(home))
    assert auth.authenticate(database, bearer=text, proof=None)
    home.run("token", "remove", "ci")
    assert auth.authenticate(database, bearer=text, proof=None) is None
    database.close()


@pytest.mark.parametrize("wrong", ["ftp://example.org", "https://example.org/photos", "example.org"])
def test_a_base_url_that_cannot_work_is_refused_at_the_start(home: Home, wrong: str):
    home.environment["RENAMER_BASE_URL"] = wrong
    said = home.run("user", "list")
    assert said.exit_code == 1
    assert "RENAMER_BASE_URL" in said.errors
