"""Forms that are drawn out of what a source asks for."""

from typing import Annotated

import msgspec
import pytest

from appliance.sources import Choices
from appliance.web import forms, rendering, views
from connectors import watchfolder
from scripts import samples
from scripts.samples.sources import kinds

FOLDER = forms.schema(watchfolder.Options)
CHOICES = forms.schema(Choices)


class Server(msgspec.Struct, frozen=True, kw_only=True):
    host: str
    password: Annotated[str, msgspec.Meta(extra_json_schema={"writeOnly": True})] = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 22


def _by_name(fields: tuple[views.Field, ...]) -> dict[str, views.Field]:
    return {field.name: field for field in fields}


def test_what_is_required_stands_in_front():
    fields = forms.fields(FOLDER, {})

    assert [field.name for field in fields if not field.lesser] == ["path"]
    assert _by_name(fields)["path"].help == "The folder, as an absolute path or from ~."


def test_a_field_is_of_the_sort_that_its_option_is():
    types = {name: field.type for name, field in _by_name(forms.fields(CHOICES, {})).items()}

    assert types["review"] == "choice"
    assert types["rename"] == "choice"
    assert types["threshold"] == "number"
    assert types["backlog"] == "yes-no"
    assert types["keywords"] == "lines"
    assert types["template"] == "text"


def test_a_value_that_was_chosen_is_shown_and_else_the_default():
    fields = _by_name(forms.fields(CHOICES, {"review": "ask", "keywords": ["vintage", "bike"]}))

    assert [choice.value for choice in fields["review"].choices if choice.chosen] == ["ask"]
    assert fields["keywords"].value == "vintage\nbike"
    assert fields["threshold"].value == "0.5"
    assert [choice.value for choice in fields["rename"].choices if choice.chosen] == [""]


def test_a_secret_is_never_shown():
    field = _by_name(forms.fields(forms.schema(Server), {"host": "a", "password": "hunter2"}))["password"]

    assert field.type == "secret"
    assert field.kept
    assert "hunter2" not in msgspec.json.encode(field).decode()


def test_what_was_filled_in_becomes_options():
    posted = [
        ("csrf", "c5f1"),
        ("path", " /srv/photos "),
        ("recursive", "no"),
        ("recursive", "yes"),
        ("ignore", "*.tmp\n\nold/*\n"),
        ("watch", ""),
    ]
    options = msgspec.convert(forms.read(FOLDER, posted), watchfolder.Options)

    assert options == watchfolder.Options(path="/srv/photos", recursive=True, ignore=("*.tmp", "old/*"))


def test_a_box_that_is_not_ticked_says_no():
    assert forms.read(FOLDER, [("recursive", "no")]) == {"recursive": False}


def test_a_secret_that_is_left_empty_stays():
    assert forms.read(forms.schema(Server), [("host", "a"), ("password", ""), ("port", "2022")]) == {
        "host": "a",
        "port": 2022,
    }


def test_what_is_no_number_is_complained_about():
    with pytest.raises(msgspec.ValidationError, match=r"Expected `int`, got `str` - at `\$.port`"):
        msgspec.convert(forms.read(forms.schema(Server), [("host", "a"), ("port", "many")]), Server)


def test_the_form_of_a_folder_is_drawn():
    new = views.NewSource(
        kinds=kinds("watchfolder"),
        options=forms.fields(FOLDER, {}, {"path": "The folder /nowhere does not exist."}),
        choices=forms.fields(CHOICES, {}, first=("review", "threshold", "backlog")),
    )
    page = rendering.page(new, samples.FRAME)

    assert 'name="path"' in page
    assert "The folder /nowhere does not exist." in page
    assert "I decide about the first ten photos" in page
