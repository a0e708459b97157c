"""What is sealed in the database opens in its place alone, and outlives a change of keys."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from appliance import config
from appliance.config import Settings
from appliance.errors import Misconfigured
from appliance.secrets import Place, Unreadable, Vault, vault_of

HERE = Place(tenant_id=1, purpose="users.email", row_id=7)


def test_what_is_sealed_opens_and_does_not_show_its_text():
    sealed = Vault(["key"]).seal("alice@example.org", HERE)

    assert "alice" not in sealed
    assert Vault(["key"]).open(sealed, HERE) == "alice@example.org"


@pytest.mark.parametrize("other", [{"tenant_id": 2}, {"purpose": "sources.password"}, {"row_id": 8}])
def test_a_secret_that_was_moved_to_another_place_is_refused(other: dict[str, object]):
    vault = Vault(["key"])
    sealed = vault.seal("alice@example.org", HERE)

    with pytest.raises(Unreadable, match="another place"):
        vault.open(sealed, dataclasses.replace(HERE, **other))  # type: ignore[arg-type]


def test_a_new_key_in_front_seals_and_the_old_one_still_opens():
    old, both, new = Vault(["old"]), Vault(["new", "old"]), Vault(["new"])

    assert both.open(old.seal("text", HERE), HERE) == "text"
    assert new.open(both.seal("text", HERE), HERE) == "text"


def test_what_an_older_key_sealed_is_known():
    sealed = Vault(["old"]).seal("secret", HERE)

    assert Vault(["old"]).is_newest(sealed)
    assert not Vault(["new", "old"]).is_newest(sealed)


def test_a_key_that_was_taken_away_is_named_as_the_reason():
    with pytest.raises(Unreadable, match="RENAMER_SECRET_KEY"):
        Vault(["new"]).open(Vault(["old"]).seal("text", HERE), HERE)


def test_a_damaged_secret_is_refused():
    vault = Vault(["key"])
    sealed = vault.seal("text", HERE)

    with pytest.raises(Unreadable):
        vault.open(sealed[:-8] + "AAAAAAA=", HERE)


def test_a_digest_is_found_again_under_the_new_keys_and_depends_on_the_purpose():
    both = Vault(["new", "old"])

    assert Vault(["old"]).digest("email", "a") in both.digests("email", "a")
    assert both.recognises("email", "a", Vault(["old"]).digest("email", "a"))
    assert not both.recognises("email", "a", both.digest("csrf", "a"))
    assert not both.recognises("email", "a", "…")


def test_the_key_in_the_data_folder_serves_where_none_is_set(tmp_path: Path):
    settings = Settings.from_env({"RENAMER_DATA": str(tmp_path)})

    sealed = vault_of(settings).seal("text", HERE)

    assert vault_of(Settings.from_env({"RENAMER_DATA": str(tmp_path)})).open(sealed, HERE) == "text"


def test_processes_that_start_at_once_share_the_key_that_one_of_them_writes(tmp_path: Path):
    settings = Settings.from_env({"RENAMER_DATA": str(tmp_path / "new")})

    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: settings.keys(), range(16)))

    assert len(keys) == 1
    assert (tmp_path / "new" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_an_empty_key_file_is_refused_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(config, "LONGEST_WRITING_SECONDS", 0)
    (tmp_path / "secret.key").touch()

    with pytest.raises(Misconfigured, match="is empty; remove it"):
        Settings.from_env({"RENAMER_DATA": str(tmp_path)}).keys()
