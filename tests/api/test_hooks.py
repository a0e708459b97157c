"""Where a bucket's server tells of changes: an address that nobody else knows, and what is done with a call."""

import json
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from appliance import kinds, sources
from appliance.models import OWN_TENANT, Hint, Source
from appliance.secrets import vault_of
from tests.api.conftest import NOBODY, Place
from tests.api.test_rights import ALICE


def _told(*keys: str, bucket: str = "photos") -> dict[str, Any]:
    return {"Records": [{"s3": {"bucket": {"name": bucket}, "object": {"key": key}}} for key in keys]}


@pytest.fixture
def source(place: Place) -> Source:
    options = {
        "bucket": "photos",
        "prefix": "in",
        "endpoint": "127.0.0.1:1",
        "secure": "no",
        "notifications": "webhook",
    }
    asked = kinds.asked("s3", options | {"access_key": "a", "secret_key": "b"})
    with place.database.session(OWN_TENANT) as session:
        source = sources.add(session, OWN_TENANT, vault_of(place.settings), asked.named("Bucket"), actor="a test")
        source.scan_due_at = None
    return source


def _address(place: Place, source: Source) -> str:
    url: str = place.ask(ALICE, "GET", f"/api/v1/sources/{source.id}/hook").json()["url"]
    assert url.startswith(place.settings.base_url)
    return url.removeprefix(place.settings.base_url)


def _hints(place: Place) -> list[str]:
    with place.database.reading(OWN_TENANT) as session:
        return sorted(session.scalars(select(Hint.folder)))


def _call(place: Place, source: Source, body: Any) -> int:
    return place.ask(NOBODY, "POST", _address(place, source), json=body).status_code


def test_what_changed_is_looked_at_and_nothing_else(place: Place, source: Source):
    keys = ("in/a/IMG+1.jpg", "in/a/IMG_2.jpg", "in/b%2Fc/IMG.jpg", "in/notes.txt", "other/IMG.jpg", "in/IMG.jpg")
    assert _call(place, source, _told(*keys)) == 204
    assert _call(place, source, _told(*keys)) == 204
    assert _call(place, source, _told("in/z/IMG.jpg", bucket="another")) == 204
    assert _hints(place) == ["", "a", "b/c"]


@pytest.mark.parametrize(
    "body",
    [
        {"Type": "Notification", "Message": json.dumps(_told("in/a/IMG.jpg"))},
        {"source": "aws.s3", "detail": {"bucket": {"name": "photos"}, "object": {"key": "in/a/IMG.jpg"}}},
        {"EventName": "s3:ObjectCreated:Put", "Key": "photos/in/a/IMG.jpg"} | _told("in%2Fa%2FIMG.jpg"),
    ],
    ids=["SNS", "EventBridge", "MinIO"],
)
def test_each_service_that_passes_records_on_is_understood(place: Place, source: Source, body: dict[str, Any]):
    assert _call(place, source, body) == 204
    assert _hints(place) == ["a"]


def test_a_test_of_the_connection_changes_nothing(place: Place, source: Source):
    assert _call(place, source, {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "photos"}) == 204
    assert _hints(place) == []


def test_very_many_changes_are_one_look_through_everything(place: Place, source: Source):
    assert _call(place, source, _told(*(f"in/{number}/IMG.jpg" for number in range(200)))) == 204
    with place.database.reading(OWN_TENANT) as session:
        assert session.get_one(Source, source.id).scan_due_at is not None
    assert _hints(place) == []


@pytest.mark.parametrize("body", ["", "nothing", "[]", "{}", '{"Records": 5}', '{"Records": [{"s3": {}}]}', '"x"'])
def test_what_is_no_notification_is_refused(place: Place, source: Source, body: str):
    answer = place.ask(NOBODY, "POST", _address(place, source), content=body)
    assert "no notification of a bucket" in place.refused(answer, 422)


def test_the_question_of_sns_is_passed_on_with_its_address_alone(place: Place, source: Source):
    good = {"Type": "SubscriptionConfirmation", "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Confirm"}
    answer = place.ask(NOBODY, "POST", _address(place, source), json=good)
    assert "https://sns.eu-west-1.amazonaws.com/" in place.refused(answer, 422)
    evil = good | {"SubscribeURL": "https://sns.eu-west-1.amazonaws.com.evil.example/"}
    answer = place.ask(NOBODY, "POST", _address(place, source), json=evil)
    assert "evil" not in place.refused(answer, 422)


def test_nobody_guesses_the_address(place: Place, source: Source):
    right = _address(place, source)
    for wrong in (right[:-1], right + "0", right[:-1] + ("0" if right[-1] != "0" else "1"), "/api/v1/hooks/s3/x"):
        assert "no such address" in place.refused(place.ask(NOBODY, "POST", wrong, json=_told("in/IMG.jpg")), 404)
    other = right.replace(f"/{source.id}-", f"/{source.id + 1}-")
    assert place.ask(NOBODY, "POST", other, json=_told("in/IMG.jpg")).status_code == 404
    assert _hints(place) == []


def test_a_call_that_is_too_large_is_not_read(place: Place, source: Source):
    answer = place.ask(NOBODY, "POST", _address(place, source), content=b"x" * (2 << 20))
    assert answer.status_code == 413


def test_a_source_that_is_not_to_be_called_has_no_address(place: Place, source: Source):
    with place.database.session(OWN_TENANT) as session:
        row = session.get_one(Source, source.id)
        row.options = msgspec.to_builtins(row.options) | {"notifications": "off"}
    answer = place.ask(ALICE, "GET", f"/api/v1/sources/{source.id}/hook")
    assert "set notifications=webhook" in place.refused(answer, 404)


def test_admins_find_the_address_on_the_page_of_the_source_and_others_do_not(place: Place, source: Source):
    address = _address(place, source)
    assert address in place.ask(ALICE, "GET", f"/sources/{source.id}").text
    assert address not in place.ask("Vera", "GET", f"/sources/{source.id}").text
