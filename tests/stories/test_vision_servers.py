"""Pictures are named by a model on a server that the settings name."""

import re
from collections.abc import Iterator

import pytest

from appliance.vision import annotating
from tests.home import Home
from tests.servers import google_server, vision_models, vision_server
from tests.vision.pictures import plain


@pytest.fixture
def server() -> Iterator[vision_server.Served]:
    with vision_server.served("eyes", "eyes+blind", "eyes+unsure", "eyes+people", kind="llama", key="sesame") as server:
        yield server


def at(home: Home, server: vision_server.Served, model: str = "eyes") -> None:
    """The home knows the server, whose key lies in a file."""
    key = home.root / "key"
    key.write_text("sesame\n")
    home.environment |= {
        "RENAMER_OPENAI_BASE_URL": server.url,
        "RENAMER_OPENAI_MODEL": model,
        "RENAMER_OPENAI_API_KEY_FILE": str(key),
    }


def drop(home: Home, name: str, colour: str) -> None:
    (home.pictures / name).write_bytes(plain(vision_models.COLOURS[colour]))


def test_photos_get_the_names_that_the_model_says(home: Home, server: vision_server.Served):
    at(home, server)
    drop(home, "IMG_0001.JPG", "red")
    drop(home, "IMG_0002.JPG", "blue")

    said = home.rename("--provider", "openai")

    assert said.exit_code == 0
    assert home.tree() == {"square-red.jpg", "square-blue.jpg"}
    assert {word["from"] for line in said.lines for word in line["words"]} == {"pixels"}
    assert {line["alt"] for line in said.lines} == {"A red square.", "A blue square."}


def test_names_come_in_the_language_that_was_asked_for(home: Home, server: vision_server.Served):
    at(home, server)
    drop(home, "IMG_0001.JPG", "green")

    home.rename("--provider", "openai", "--language", "de")

    assert home.tree() == {"quadrat-gruen.jpg"}


def test_the_same_picture_is_asked_about_once_however_often_the_command_runs(home: Home, server: vision_server.Served):
    at(home, server)
    drop(home, "IMG_0001.JPG", "red")
    drop(home, "IMG_0002.JPG", "green")

    home.rename("--provider", "openai", apply=False)
    asked = len(server.pictures)
    home.rename("--provider", "openai")

    assert len([one for one in server.answered if one.body.get("response_format")]) == 2
    assert len(server.pictures) - asked <= 1  # whether it still answers


def test_what_the_model_only_guesses_waits_for_a_person(home: Home, server: vision_server.Served):
    at(home, server, "eyes+unsure")
    drop(home, "IMG_0001.JPG", "red")

    said = home.rename("--provider", "openai")

    assert said.states() == {"IMG_0001.JPG": "review"}
    assert home.tree() == {"IMG_0001.JPG"}


def test_nobody_is_named_for_a_face(home: Home, server: vision_server.Served):
    at(home, server, "eyes+people")
    drop(home, "IMG_0001.JPG", "red")

    said = home.rename("--provider", "openai")

    assert home.tree() == {"woman-red.jpg"}
    assert "merkel" not in said.output.casefold()


def test_a_model_that_cannot_see_is_said_before_anything_is_looked_at(home: Home, server: vision_server.Served):
    at(home, server, "eyes+blind")
    drop(home, "IMG_0001.JPG", "red")

    said = home.rename("--provider", "openai")

    assert said.exit_code == 2 or said.exit_code == 1
    assert "The model eyes+blind at 127.0.0.1" in said.errors
    assert server.pictures == []
    assert home.tree() == {"IMG_0001.JPG"}


def test_explain_shows_each_word_of_the_model_with_its_origin(home: Home, server: vision_server.Served):
    at(home, server)
    drop(home, "IMG_0001.JPG", "red")

    said = home.run("explain", home.pictures / "IMG_0001.JPG", "--provider", "openai")

    assert said.exit_code == 0
    assert "The model sees it." in said.output
    assert "Confidence: 75%. Alt text: A red square." in said.output
    assert len(server.answered) == 1


def test_a_sheet_is_made_with_the_model(home: Home, server: vision_server.Served):
    at(home, server)
    drop(home, "IMG_0001.JPG", "red")

    said = home.run("sheet", home.pictures, "--out", home.root / "sheet.html", "--provider", "openai")

    assert said.exit_code == 0
    assert "square-red.jpg" in (home.root / "sheet.html").read_text()


def test_check_asks_each_provider_of_the_chain(home: Home, server: vision_server.Served):
    at(home, server)
    home.environment["RENAMER_VISION"] = "openai,canned"

    said = home.run("check")

    assert re.search(r"^ok +vision[^\n]*\beyes\b", said.output, re.MULTILINE), said.output


@pytest.mark.parametrize(
    ("chain", "sentence"),
    [
        ("openai", "of openai too little is known: set RENAMER_OPENAI_MODEL"),
        ("google,canned", "of google too little is known: set RENAMER_GOOGLE_CREDENTIALS_FILE"),
        ("gogle", "there is no 'gogle'; give one or more of none, canned, google, local, openai"),
        ("none,canned", "none stands alone"),
    ],
)
def test_a_chain_that_cannot_work_is_said_with_the_remedy(home: Home, chain: str, sentence: str):
    home.environment["RENAMER_VISION"] = chain

    said = home.run("check")

    assert said.exit_code == 1
    assert sentence in said.output


def test_google_names_photos_by_a_key_in_a_file(home: Home, monkeypatch: pytest.MonkeyPatch):
    with google_server.served() as server:
        given = annotating.given
        monkeypatch.setattr(annotating, "given", lambda settings: given(settings) | {"endpoint": server.address})
        key = home.root / "key.txt"
        key.write_text("AIza-key")
        home.environment["RENAMER_GOOGLE_CREDENTIALS_FILE"] = str(key)
        drop(home, "IMG_0001.JPG", "red")

        said = home.rename("--provider", "google")

    assert said.exit_code == 0
    assert home.tree() == {"red-square-tile.jpg"}
