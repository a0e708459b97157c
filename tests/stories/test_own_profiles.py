"""Profiles of an owner's own: kept, used, changed, removed."""

from pathlib import Path

import pytest

from appliance import events
from appliance.app import open_database
from appliance.config import Settings
from appliance.models import OWN_TENANT
from tests.home import Home

SHOP = 'most_words = 3\nbanned = ["red", "blue", "small", "wooden"]\n\n[synonyms]\n"golden retriever" = "dog"\n'


@pytest.fixture
def shop(home: Home, tmp_path: Path) -> Path:
    path = tmp_path / "shop.toml"
    path.write_text(SHOP)
    assert home.run("profile", "set", "shop", path).exit_code == 0
    return path


def photos(home: Home) -> None:
    for number in range(12):
        home.photo(f"IMG_{number:04}.JPG", seed=number)


def words(names: dict[str, str]) -> set[str]:
    return {word for name in names.values() for word in name.removesuffix(".jpg").split("-")}


def test_what_a_profile_bans_and_replaces_stands_in_no_name(home: Home, shop: Path):
    photos(home)
    before = words(home.rename(apply=False).names())
    assert {"small", "golden"} <= before

    after = words(home.rename("--profile", "shop").names())

    assert "dog" in after
    assert not {"small", "red", "blue", "wooden", "golden", "retriever"} & after


def test_a_file_does_for_once_and_leaves_no_profile_behind(home: Home, tmp_path: Path):
    photos(home)
    (tmp_path / "once.toml").write_text(SHOP)
    assert "dog" in words(home.rename("--profile", str(tmp_path / "once.toml")).names())
    assert "once" not in home.run("profile", "list").output


def test_list_and_show_say_what_there_is(home: Home, shop: Path):
    assert home.run("profile", "list").output.split()[:4] == ["web", "archive", "unicode", "shop"]
    assert home.run("profile", "show", "shop").output == SHOP
    assert home.run("profile", "show", "archive").output == 'based_on = "web"\ndated = true\n'


def test_what_show_says_is_what_set_takes(home: Home, shop: Path, tmp_path: Path):
    (tmp_path / "copy.toml").write_text(home.run("profile", "show", "shop").output)
    home.run("profile", "set", "copy", tmp_path / "copy.toml")
    assert home.run("profile", "show", "copy").output == SHOP


def test_a_removed_profile_is_gone_and_the_names_stay(home: Home, shop: Path):
    photos(home)
    home.rename("--profile", "shop")
    names = home.tree()

    assert home.run("profile", "remove", "shop").exit_code == 0

    assert home.tree() == names
    said = home.rename("--profile", "shop")
    assert said.exit_code == 2
    assert "There is no profile “shop”; there are web, archive, unicode." in said.errors


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("baned = []", "A profile has no setting “baned”"),
        ("most_words = 99", "The setting “most_words” is 99: take a number from 1 to 12."),
        ("most_words = = 3", "cannot be read as TOML"),
        ('banned = ["dog"]\nallowed = ["dog"]', "“dog” is allowed, but it or a word of it is banned"),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused_with_the_reason(home: Home, tmp_path: Path, text: str, reason: str):
    (tmp_path / "wrong.toml").write_text(text)
    said = home.run("profile", "set", "wrong", tmp_path / "wrong.toml")
    assert said.exit_code == 1
    assert reason in said.errors
    assert home.rename("--profile", str(tmp_path / "wrong.toml")).exit_code == 2


@pytest.mark.parametrize("act", [("set", "web"), ("remove", "web")])
def test_the_profiles_of_every_installation_stay(home: Home, shop: Path, act: tuple[str, str]):
    said = home.run("profile", *act, *([shop] if act[0] == "set" else []))
    assert said.exit_code == 1
    assert "“web” is a profile that" in said.errors


def test_each_change_is_an_event_with_what_was_there_before(home: Home, shop: Path):
    shop.write_text("most_words = 4")
    home.run("profile", "set", "shop", shop)
    home.run("profile", "remove", "shop")

    database = open_database(Settings.from_env({}, home.root / "data"))
    with database.reading(OWN_TENANT) as session:
        told = [(event.type, event.before, event.after) for event in events.since(session, OWN_TENANT, 0)]
    database.close()
    kinds = [kind for kind, _, _ in told]
    assert kinds == ["profile.changed", "profile.changed", "profile.removed"]
    assert told[1][2] == {"name": "shop", "most_words": 4}
    assert told[2][1:] == ({"name": "shop", "most_words": 4}, None)
