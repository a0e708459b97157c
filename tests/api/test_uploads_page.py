"""The page on which photos are brought acts as its form says."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from litestar.testing import TestClient

from appliance import app, uploads
from appliance.models import OWN_TENANT, Batch
from appliance.storage import Storage, buckets
from tests.api.conftest import HERE, Place, make_place
from tests.home import Home
from tests.serving import OWNER, PASSWORD


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = Home(tmp_path_factory.mktemp("home"))
    home.pictures.mkdir()
    place = make_place(home)
    yield place
    place.close()


def photo(place: Place, name: str = "IMG_0001.JPG") -> tuple[str, tuple[str, bytes]]:
    return "files", (name, place.home.photo("IMG_0001.JPG").read_bytes())


def shown(place: Place, path: str, who: str = "Bob") -> str:
    answer = place.ask(who, "GET", path)
    assert answer.status_code == 200, answer.text
    return answer.text


def number(place: Place) -> int:
    """Of the newest batch."""
    return int(place.get("batches")["items"][0]["id"])


def test_what_cannot_be_taken_is_left_out_and_the_rest_is_named(place: Place):
    files = [photo(place), ("files", ("letter.pdf", b"%PDF"))]

    answer = place.ask("Bob", "POST", "/uploads", files=files, data={"places": "no"}, follow_redirects=False)

    assert answer.headers["location"] == f"/batches/{number(place)}"
    place.work(number(place))
    page = shown(place, f"/batches/{number(place)}")
    assert f'href="/api/v1/batches/{number(place)}/download.zip"' in page
    assert "will be deleted 30 days after all is named" in page
    assert f"Upload {number(place)}" in shown(place, "/uploads")


def test_a_form_without_a_photo_says_so_on_the_page(place: Place):
    answer = place.ask("Bob", "POST", "/uploads", files=[("nothing", ("", b""))], data={"language": "en"})

    assert answer.status_code == 422
    assert "There was no file in the form" in answer.text


def test_a_form_of_which_nothing_can_be_taken_says_why(place: Place):
    answer = place.ask("Bob", "POST", "/uploads", files=[("files", ("letter.pdf", b"%PDF"))])

    assert answer.status_code == 415
    assert "“letter.pdf” is no image" in answer.text
    assert place.get("batches")["items"][0]["state"] == "cancelled"


def test_a_choice_that_cannot_be_is_said_on_the_page(place: Place):
    before = place.get("batches")

    answer = place.ask("Bob", "POST", "/uploads", files=[photo(place)], data={"profile": "none of ours"})

    assert answer.status_code == 422
    assert "There is no profile “none of ours”" in answer.text
    assert place.get("batches") == before


def test_who_looks_on_sees_uploads_and_brings_none(place: Place):
    assert 'action="/uploads"' in shown(place, "/uploads")
    assert 'action="/uploads"' not in shown(place, "/uploads", "Vera")
    assert place.ask("Vera", "POST", "/uploads", files=[photo(place)]).status_code == 403


def test_a_form_of_a_signed_in_browser_proves_which_page_sent_it_before_anything_is_kept(place: Place):
    link = app.open_accounts(place.settings, place.database)
    assert link is not None
    browser = TestClient(place.application, base_url=HERE)
    form = {"token": link.partition("token=")[2], "email": OWNER, "password": PASSWORD, "again": PASSWORD}
    browser.post("/setup", data=form)
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get("/uploads").text)
    assert csrf is not None
    before = number(place)

    for wrong in ({}, {"csrf": "guessed"}):
        assert browser.post("/uploads", files=[photo(place)], data=wrong).status_code == 403
    assert number(place) == before
    answer = browser.post("/uploads", files=[photo(place)], data={"csrf": csrf[1]}, follow_redirects=False)
    assert answer.headers["location"] == f"/batches/{before + 1}"


def test_an_upload_that_was_left_in_the_middle_is_finished_or_cancelled_on_its_page(place: Place):
    for act, state in (("finish", "running"), ("cancel", "cancelled")):
        batch = place.post("batches", {})["id"]
        place.ask("Bob", "PUT", f"batches/{batch}/files/IMG_0001.JPG", content=photo(place)[1][1])
        assert "1 file arrived so far" in shown(place, f"/batches/{batch}")

        place.ask("Bob", "POST", f"/batches/{batch}/{act}", follow_redirects=False)

        assert place.get(f"batches/{batch}")["state"] == state
        assert "arrived so far" not in shown(place, f"/batches/{batch}")


def test_the_page_says_when_the_files_go_and_that_they_are_gone(place: Place):
    batch = place.ask("Bob", "POST", "batches", files=[photo(place)]).json()["id"]
    place.work(batch)
    uploads.settle(place.database, timedelta(days=3))
    day = datetime.now(UTC) + timedelta(days=3)
    assert re.search(rf"will be deleted <time[^>]*>{day:%Y-%m-%d}", shown(place, f"/batches/{batch}"))

    with place.database.session(OWN_TENANT) as session:
        session.get_one(Batch, batch).expires_at = datetime.now(UTC)
    uploads.expire(place.database, place.worker.storage)

    page = shown(place, f"/batches/{batch}")
    assert "They were deleted" in page
    assert "download.zip" not in page
    assert "Its files were deleted" in shown(place, "/uploads")


def test_the_page_may_send_to_the_bucket_and_nowhere_else(place: Place, monkeypatch: pytest.MonkeyPatch):
    assert "connect-src 'self';" in place.ask("Bob", "GET", "/uploads").headers["content-security-policy"]
    address = buckets.Address.parse("s3://k:s@photos?endpoint=https://store.example.org&addressing=virtual")
    monkeypatch.setattr(place.application.state.house, "storage", Storage(buckets.Bucket(address)))

    policy = place.ask("Bob", "GET", "/uploads").headers["content-security-policy"]

    assert "connect-src 'self' https://photos.store.example.org;" in policy


def test_a_large_form_is_refused_on_the_page(place: Place, monkeypatch: pytest.MonkeyPatch):
    small = replace(place.settings, upload_megabytes=1)
    monkeypatch.setattr(place.application.state.house, "settings", small)

    answer = place.ask("Bob", "POST", "/uploads", files=[("files", ("a.jpg", bytes((1 << 20) + 1)))])

    assert answer.status_code == 413
    assert "more than 1 MB" in answer.text
