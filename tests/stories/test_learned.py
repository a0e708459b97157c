"""What corrections have taught, on the command line."""

import pytest

from appliance.app import open_database
from appliance.config import Settings
from appliance.models import OWN_TENANT, Example, Verdict
from tests.home import Home


@pytest.fixture
def taught(home: Home) -> Home:
    """Two photos of one word, one of another."""
    database = open_database(Settings.from_env({}, home.root / "data"))
    with database.session(OWN_TENANT) as session:
        for number, word in enumerate(["oak desk", "rex labrador", "rex labrador"], 1):
            said = {"proposed": "brown dog", "accepted": word, "word": word, "language": "en", "profile": "web"}
            seer = {"provider": "local", "model": "", "prompt": "", "confidence": 0.5}
            row = {"tenant_id": OWN_TENANT, "image_id": number, "sha256": f"{number:064}", "verdict": Verdict.EDITED}
            session.add(Example(**row, **said, **seer))
    database.close()
    return home


def test_learned_words_are_listed_and_forgotten(taught: Home):
    assert taught.run("learned", "list").output == "oak desk  (1 example)\nrex labrador  (2 examples)\n"

    assert taught.run("learned", "forget", "rex labrador").output == "Forgotten: rex labrador.\n"
    assert taught.run("learned", "list").output == "oak desk  (1 example)\n"
    again = taught.run("learned", "forget", "rex labrador")
    assert (again.exit_code, "was not learned" in again.errors) == (1, True)


def test_everything_is_forgotten_only_when_that_is_said(taught: Home):
    assert taught.run("learned", "forget").exit_code == 2
    assert taught.run("learned", "forget", "--all").output == "Everything is forgotten.\n"
    assert taught.run("learned", "list").output.startswith("Nothing yet")
