"""Sources over HTTP."""

import shutil
from typing import Any

import pytest

from tests.api.conftest import Place


def test_each_kind_describes_its_options_as_a_json_schema(shown: Place):
    kinds = shown.get("source-kinds")

    assert kinds["watchfolder"]["required"] == ["path"]
    assert {"recursive", "review", "threshold"} <= kinds["watchfolder"]["properties"].keys()


def test_a_source_is_added_changed_and_removed(empty: Place):
    options = {"path": str(empty.home.pictures), "review": "ask", "threshold": 0.7}
    added = empty.post("sources", {"kind": "watchfolder", "name": " Photos ", "options": options})
    assert (added["name"], added["root"], added["problem"]) == ("Photos", str(empty.home.pictures), "")
    assert added["options"]["threshold"] == 0.7

    change = {"name": "Pictures", "options": {"threshold": 0.8}}
    changed = empty.ask("Alice", "PATCH", f"sources/{added['id']}", json=change).json()
    assert (changed["name"], changed["options"]["threshold"]) == ("Pictures", 0.8)
    assert changed["options"]["review"] == "ask"

    assert empty.ask("Alice", "DELETE", f"sources/{added['id']}").status_code == 204
    assert empty.get("sources")["items"] == []
    empty.refused(empty.ask("Alice", "GET", f"sources/{added['id']}"), 404)


def test_a_source_counts_its_images(shown: Place):
    source = shown.get("sources/1")

    assert (source["waiting"], source["renamed"], source["attention"], source["under_way"]) == (7, 1, 0, 0)


def test_a_source_is_paused_and_resumed(place: Place):
    assert place.post("sources/1/pause", who="Bob")["paused"] is True
    assert place.post("sources/1/resume", who="Bob")["paused"] is False
    assert place.post("sources/1/scan", who="Bob")["id"] == 1


def test_a_source_is_tried_out_step_by_step(place: Place):
    works = place.post("sources/1/test")
    assert works["works"] is True
    assert [step["problem"] for step in works["steps"]] == ["", "", ""]

    shutil.rmtree(place.home.pictures)
    broken = place.post("sources/1/test")
    assert broken["works"] is False
    assert "does not exist" in broken["steps"][-1]["problem"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "“path” is missing"),
        ({"path": "/nowhere/at/all"}, "does not exist"),
        ({"path": "pictures"}, "not an absolute path"),
        ({"path": "/tmp/a\0b"}, "does not exist"),
        ({"path": "{folder}", "colour": "red"}, "no “colour”"),
        ({"path": "{folder}", "review": "never"}, "“review” is not right: give ask or auto or first"),
        ({"path": "{folder}", "threshold": 2}, "“threshold” is not right"),
        ({"path": "{folder}", "template": "{nope}"}, "nope"),
        ({"path": "{folder}", "profile": "nope"}, "There is no profile “nope”"),
        ({"path": "{folder}", "provider": "nope"}, "There is no vision provider"),
        ({"path": "{folder}", "language": "no\0thing"}, "“language” is not right"),
    ],
)
def test_a_source_that_cannot_work_is_not_made(empty: Place, options: dict[str, Any], says: str):
    folder = str(empty.home.pictures)
    filled = {key: folder if value == "{folder}" else value for key, value in options.items()}

    answer = empty.ask("Alice", "POST", "sources", json={"kind": "watchfolder", "name": "New", "options": filled})

    assert says in empty.refused(answer, 422)
    assert empty.get("sources")["items"] == []


DROP = {"mode": "drop", "username": "camera", "password": "correct horse battery"}


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("s3", {"bucket": "photos", "metadata": "sidecar"}, "is for folders of this machine"),
        ("sftp", DROP | {"metadata": "file"}, "clients compare the sizes"),
    ],
)
def test_texts_are_written_only_where_that_is_safe(shown: Place, kind: str, options: dict[str, Any], says: str):
    body = {"kind": kind, "name": "New", "options": options}
    assert says in shown.refused(shown.ask("Alice", "POST", "sources", json=body), 422)


def test_a_change_that_cannot_work_is_not_made(shown: Place):
    before = shown.get("sources/1")
    for change, says in (
        ({"name": "  "}, "“name” is empty"),
        ({"options": {"path": "/elsewhere"}}, "add another source"),
        ({"options": {"profile": "nope"}}, "There is no profile “nope”"),
        ({"options": {"template": "cat"}}, "no token"),
    ):
        assert says in shown.refused(shown.ask("Alice", "PATCH", "sources/1", json=change), 422)

    assert shown.get("sources/1") == before


def test_how_the_same_place_is_reached_may_change(shown: Place):
    changed = shown.ask("Alice", "PATCH", "sources/1", json={"options": {"watch": "polling"}}).json()

    assert changed["options"]["watch"] == "polling"
    assert changed["root"] == shown.get("sources/1")["root"]


def test_no_folder_belongs_to_two_sources(shown: Place):
    for path in (shown.home.pictures, shown.home.root):
        body = {"kind": "watchfolder", "name": "Again", "options": {"path": str(path)}}
        assert "“Photos”" in shown.refused(shown.ask("Alice", "POST", "sources", json=body), 409)


def test_there_is_no_other_kind(shown: Place):
    body = {"kind": "tape", "name": "Old", "options": {}}

    assert "watchfolder" in shown.refused(shown.ask("Alice", "POST", "sources", json=body), 422)
