"""Whatever goes wrong is answered as problem+json, with what to do."""

import shutil
from typing import Any

import pytest

from tests.api.conftest import Place

JSON = {"Content-Type": "application/json"}
HUGE = "9" * 30


NOWHERE = ["nothing-here", "", "images/one", "images/1.5", "images/1/2/3", "/api/nothing", "/api"]
NOT_THERE = ["images/999", "images/999/thumbnail", "batches/999", "batches/999/images", "sources/999"]
NOT_LIKE_THAT = [("DELETE", "images", "GET"), ("PUT", "images/1", "PATCH"), ("POST", "history", "GET")]


@pytest.mark.parametrize("path", NOWHERE)
def test_an_unknown_address_is_said(shown: Place, path: str):
    assert shown.refused(shown.ask("Alice", "GET", path), 404) == "There is nothing at this address."


@pytest.mark.parametrize(("method", "path", "allowed"), NOT_LIKE_THAT)
def test_a_wrong_method_is_told_which_are_right(shown: Place, method: str, path: str, allowed: str):
    answer = shown.ask("Alice", method, path)

    assert "Allow" in shown.refused(answer, 405)
    assert allowed in answer.headers["allow"].split(", ")


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"{", 400, "truncated"),
        (b'{"name" "cat.jpg"}', 400, "malformed"),
        (b'{"name": "\xff.jpg"}', 400, "not UTF-8"),
        (b'{"name": "\\ud800.jpg"}', 400, "malformed"),
        (b"", 422, "The body is missing"),
        (b"null", 422, "The body: Expected `object`"),
        (b"[]", 422, "The body: Expected `object`"),
        (b'{"nmae": "cat.jpg"}', 422, "unknown field `nmae`"),
        (b'{"name": 5}', 422, "name: Expected `str | null`"),
    ],
)
def test_a_body_that_cannot_be_read_is_said(shown: Place, body: bytes, status: int, says: str):
    assert says in shown.refused(shown.ask("Alice", "PATCH", "images/2", content=body, headers=JSON), status)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("images?state=sleeping", "state: Invalid enum value 'sleeping'"),
        ("images?limit=0", "limit: Expected `int` >= 1"),
        ("images?limit=many", "limit: Expected `int`"),
        ("images?cursor=%C2%B2", "no cursor"),
        (f"images?cursor={HUGE}", "no cursor"),
        (f"images?source={HUGE}", "source: "),
        (f"images/{HUGE}", "image_id: "),
        (f"batches/{HUGE}/images", "batch_id: "),
        ("search", "'q'"),
        ("history?q=" + "a" * 201, "q: Expected `str` of length <= 200"),
        ("images/2/check", "'name'"),
        (f"events?after={HUGE}", "after: "),
    ],
)
def test_a_parameter_that_cannot_be_is_named(shown: Place, path: str, says: str):
    assert says in shown.refused(shown.ask("Alice", "GET", path), 422)


@pytest.mark.parametrize("numbers", [["one"], [10**30], [-1], list(range(1, 1002)), None])
def test_numbers_of_images_that_cannot_be_are_refused(shown: Place, numbers: Any):
    assert "images" in shown.refused(shown.ask("Alice", "POST", "images/lock", json={"images": numbers}), 422)


@pytest.mark.parametrize("path", NOT_THERE)
def test_what_is_not_there_is_said(shown: Place, path: str):
    assert shown.refused(shown.ask("Alice", "GET", path), 404).endswith(" 999.")


@pytest.mark.parametrize("path", ["images/2/explode", "images/explode", "batches/1/explode", "sources/1/explode"])
def test_an_unknown_act_is_told_which_there_are(shown: Place, path: str):
    assert "“explode”" in shown.refused(shown.ask("Alice", "POST", path, json={"images": [2]}), 404)


def test_a_folder_that_is_gone_is_no_fault_of_the_one_who_asks(place: Place):
    shutil.rmtree(place.home.pictures)
    asked = [
        ("PATCH", "images/2", {"name": "cat.jpg"}),
        ("POST", "images/2/regenerate", None),
        ("GET", "images/2/check?name=cat.jpg", None),
    ]
    for method, path, body in asked:
        assert str(place.home.pictures) in place.refused(place.ask("Alice", method, path, json=body), 503)


def test_who_is_not_known_is_told_how_to_sign_in(shown: Place):
    answer = shown.ask("Nobody", "GET", "images")

    assert "API token" in shown.refused(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_who_may_not_is_told_which_role_it_needs(shown: Place):
    assert "reviewer" in shown.refused(shown.ask("Vera", "POST", "images/2/approve"), 403)


@pytest.mark.parametrize(
    "path",
    ["/batches/{}", "/sources/{}", "/thumbnails/{}", "/review?source={}", "/history?source={}", "/images/{}/x"],
)
def test_no_number_breaks_a_page(shown: Place, path: str):
    for number in (HUGE, "\u00b2", "-1", "0"):
        assert shown.ask("Alice", "GET", path.format(number)).status_code in {200, 404, 422}
