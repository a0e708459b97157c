"""`check`, `explain`, `migrate` and the data folder."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from appliance import app, migrations, providers
from appliance.config import Settings
from appliance.models import OWN_TENANT, now
from appliance.secrets import vault_of
from appliance.vision import budgets
from tests.home import Home
from tests.servers.vision_server import served


def test_check_tries_everything_a_line_each(home: Home):
    said = home.run("check")

    assert said.exit_code == 0
    assert re.findall(r"^ok +([a-z ]+):", said.output, re.MULTILINE) == [
        "settings",
        "data folder",
        "database",
        "queue",
        "storage",
        "decoder",
        "vision",
        "vision by canned",
        "vision servers",
        "dashboard",
        "uploads",
    ]


def test_check_says_that_nothing_leaves_this_machine_and_asks_nobody_elsewhere(home: Home):
    with served("eyes", kind="llama") as server:
        asked = {"VISION": "openai", "OPENAI_BASE_URL": server.elsewhere, "OPENAI_MODEL": "eyes", "OFFLINE": "1"}
        home.environment |= {f"RENAMER_{name}": value for name, value in asked.items()}
        said = home.run("check")

        assert server.asked == []
    assert "ok       offline: no picture leaves this machine" in said.output
    assert "ok       vision by openai: not asked" in said.output


def test_explain_and_template_ask_the_providers_of_the_appliance_within_its_budget(home: Home):
    photo = home.photo("IMG_0001.JPG", seed=1)
    home.run("migrate")
    with served("eyes", kind="llama") as server:
        prices = {"input_price": 1.0, "output_price": 5.0}
        options = {"base_url": server.url, "model": "eyes", "answer_tokens": 100} | prices
        add_provider(home, "ours", options)

        assert home.run("explain", photo).exit_code == 0
        assert home.run("explain", photo, "--provider", "ours").exit_code == 0
        assert home.run("template", "{subject}", photo).exit_code == 0
        assert len(server.answered) == 3
        assert home.run("explain", photo, "--provider", "canned").exit_code == 0
        assert len(server.answered) == 3

        allow(home, per_day=2800)  # what was spent is 2700
        said = home.run("explain", photo)
        assert said.exit_code == 1
        assert "The budget of $0.00 a day is used up" in said.errors
        assert len(server.answered) == 3
        assert spent(home) == 2700


def test_explain_makes_no_database(home: Home):
    assert home.run("explain", home.photo("IMG_0001.JPG", seed=1)).exit_code == 0
    assert not (home.root / "data" / "renamer.db").exists()


@contextmanager
def database_of(home: Home) -> Iterator[Session]:
    settings = Settings.from_env({}, home.root / "data")
    with app.session(settings) as session:
        yield session


def add_provider(home: Home, name: str, options: dict[str, Any]) -> None:
    with database_of(home) as session:
        vault = vault_of(Settings.from_env({}, home.root / "data"))
        providers.add(session, OWN_TENANT, vault, providers.asked("openai", name, options), actor="a test")


def allow(home: Home, per_day: int) -> None:
    with database_of(home) as session:
        providers.decide(session, OWN_TENANT, offline=False, per_day=per_day, per_month=None, actor="a test")


def spent(home: Home) -> int:
    with database_of(home) as session:
        return budgets.spent(session, OWN_TENANT, now())[0].cost


def test_check_names_a_misspelt_setting(home: Home):
    home.environment["RENAMER_WORKER"] = "3"

    said = home.run("check")

    assert said.exit_code == 1
    assert "PROBLEM  settings: nothing reads RENAMER_WORKER" in said.output


def test_settings_that_cannot_work_are_all_said_at_once(home: Home):
    home.environment |= {"RENAMER_WORKERS": "many", "RENAMER_DATABASE_URL": "mysql://x"}

    said = home.run("check")

    assert said.exit_code == 1
    assert "RENAMER_WORKERS" in said.errors
    assert "RENAMER_DATABASE_URL" in said.errors


def test_a_secret_can_be_read_from_a_file(home: Home):
    secret = home.root / "url"
    secret.write_text("mysql://from-the-file\n")
    home.environment["RENAMER_DATABASE_URL_FILE"] = str(secret)

    assert "RENAMER_DATABASE_URL is no database" in home.run("check").errors


def test_explain_shows_every_word_its_score_and_where_it_came_from(home: Home):
    photo = home.photo("IMG_0001.JPG", exif={0x9003: "2024:05:17 10:11:12"})

    said = home.run("explain", photo)

    assert said.exit_code == 0
    assert "Taken 2024-05-17 10:11:12" in said.output
    assert "pixels" in said.output
    assert "yes" in said.output
    assert "no" in said.output


def test_explain_of_what_is_no_picture_says_so(home: Home):
    path = home.pictures / "IMG_0001.JPG"
    path.write_text("no picture")

    said = home.run("explain", path)

    assert said.exit_code == 1
    assert "IMG_0001.JPG" in said.errors


def test_migrate_says_from_where_to_where_and_then_that_there_is_nothing_to_do(home: Home):
    assert f"from schema none to {migrations.head()}" in home.run("migrate").output
    assert "already" in home.run("migrate").output


def test_the_key_in_the_data_folder_is_for_its_owner_alone(home: Home):
    home.run("check")

    assert (home.root / "data" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_without_a_word_the_nearest_data_folder_of_ours_is_used(home: Home, monkeypatch: pytest.MonkeyPatch):
    home.photo("IMG_0001.JPG")
    home.rename()
    inside = home.root / "deep" / "down"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)

    assert "IMG_0001.JPG" in home.run_without_data("history").output


def test_a_data_folder_that_cannot_be_made_is_said_with_the_remedy(home: Home):
    (home.root / "data").write_text("a file, not a folder")

    said = home.run("history")

    assert said.exit_code != 0
    assert "data" in said.errors


def test_an_unreachable_database_is_said_in_one_line(home: Home):
    home.environment["RENAMER_DATABASE_URL"] = "postgresql+psycopg://nobody@127.0.0.1:1/none"

    said = home.run("history")

    assert said.exit_code == 1
    assert said.errors.startswith("Error: The database cannot be used: ")
    assert "Traceback" not in said.errors


def test_the_version_is_that_of_the_changelog(home: Home):
    newest = re.search(r"^## \[([^\]]+)\]", Path("CHANGELOG.md").read_text(), re.MULTILINE)

    assert newest
    assert home.run("--version").output.strip().endswith(newest[1])
    assert os.environ.get("RENAMER_DATA") is None
