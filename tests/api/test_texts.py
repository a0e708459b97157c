"""Alternative text, title, caption and keywords: proposed with the name, edited and approved apart from it."""

from appliance.models import ImageState
from tests.api.conftest import Place


def texts(place: Place, photo: int) -> tuple[str, str, str, list[str], str]:
    one = place.get(f"images/{photo}")
    return one["alt"], one["title"], one["caption"], one["keywords"], one["texts"]


def test_the_alternative_text_is_proposed_with_the_name(place: Place):
    alt, *_, state = texts(place, 2)

    assert alt.endswith(".")
    assert state == "proposed"


def test_texts_are_edited_and_approved_whatever_becomes_of_the_name(place: Place):
    said = {"alt": "A  cat\non a sofa.", "title": "Tom", "caption": "Tom at home.", "keywords": ["cat", " cat", "sofa"]}
    place.ask("Bob", "PATCH", "images/2", json=said)
    assert texts(place, 2) == ("A cat on a sofa.", "Tom", "Tom at home.", ["cat", "sofa"], "edited")

    place.post("images/2/alt/approve", who="Bob")
    place.post("images/2/reject", who="Bob")
    assert texts(place, 2)[4] == "approved"
    assert place.get("images/2")["state"] == ImageState.REJECTED


def test_approved_texts_stand_where_the_source_wants_them(place: Place):
    place.ask("Alice", "PATCH", "sources/1", json={"options": {"metadata": "sidecar"}})
    place.ask("Bob", "PATCH", "images/1", json={"title": "Tom"})
    assert place.post("images/1/alt/approve", who="Bob")["state"] == ImageState.WRITING
    place.work(1)

    one = place.get("images/1")
    assert (one["state"], one["texts"], one["written_in"]) == (ImageState.RENAMED, "written", "sidecar")
    assert one["written_at"].startswith("20")
    assert b"Tom" in (place.home.pictures / f"{one['path']}.xmp").read_bytes()

    place.ask("Bob", "PATCH", "images/1", json={"title": "Minka"})
    assert (texts(place, 1)[4], place.get("images/1")["written_at"]) == ("edited", None)


def test_an_empty_alternative_text_is_that_of_a_decoration(place: Place):
    place.ask("Bob", "PATCH", "images/2", json={"alt": ""})
    place.post("images/2/alt/approve", who="Bob")

    assert texts(place, 2)[::4] == ("", "approved")


def test_what_a_person_wrote_is_not_proposed_anew(place: Place):
    place.ask("Bob", "PATCH", "images/2", json={"alt": "My own words."})
    place.post("images/2/reject", who="Bob")
    place.post("images/2/retry", who="Bob")
    place.work(1)

    assert place.get("images/2")["state"] == ImageState.REVIEW
    assert texts(place, 2)[::4] == ("My own words.", "edited")


def test_the_texts_of_an_image_that_is_being_worked_on_wait(place: Place):
    place.post("images/2/approve", who="Bob")

    assert "try again in a moment" in place.refused(place.ask("Bob", "PATCH", "images/2", json={"alt": "x"}), 409)
    assert "try again in a moment" in place.refused(place.ask("Bob", "POST", "images/2/alt/approve"), 409)


def test_the_texts_of_many_are_approved_at_once_and_of_a_batch_whatever_became_of_the_names(place: Place):
    before = place.home.contents()
    place.post("images/2/alt/approve", who="Bob")
    place.post("images/3/reject", who="Bob")
    place.work(1)
    done = place.post("images/approve-texts", {"images": [1, 4, 999]}, who="Bob")
    assert (done["done"], list(done["refused"])) == (2, ["999"])
    assert [texts(place, photo)[4] for photo in (1, 4, 5)] == ["approved", "approved", "proposed"]

    assert place.post("batches/1/approve-texts", who="Bob") == {"done": 5, "refused": {}}
    assert {texts(place, photo)[4] for photo in range(1, 9)} == {"approved"}
    assert place.post("batches/1/approve-texts", who="Bob") == {"done": 0, "refused": {}}
    assert place.home.contents() == before
    assert place.ask("Charlie", "POST", "batches/1/approve-texts").status_code == 404


def test_the_page_of_a_batch_shows_and_approves_texts_of_a_photo_that_has_its_name(place: Place):
    page = place.ask("Alice", "GET", "/batches/1?show=renamed").text
    assert "/batches/1/photos/1/texts-approve" in page
    assert "Approve all texts" in page

    form = {"alt": "A red wall.", "heading": "Wall", "caption": "", "keywords": "wall, red", "show": "renamed"}
    answer = place.ask("Bob", "POST", "/batches/1/photos/1/texts-approve", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/batches/1?show=renamed")
    assert texts(place, 1) == ("A red wall.", "Wall", "", ["wall", "red"], "approved")
    assert "/batches/1/photos/1/texts-approve" not in place.ask("Alice", "GET", "/batches/1?show=renamed").text

    place.ask("Bob", "POST", "/batches/1/approve-texts", follow_redirects=False)
    assert {texts(place, photo)[4] for photo in range(1, 9)} == {"approved"}
    assert "Approve all texts" not in place.ask("Alice", "GET", "/batches/1").text


def test_the_texts_of_all_that_are_selected_in_review_are_approved_as_they_are(place: Place):
    answer = place.ask("Bob", "POST", "/review/texts-approve", data={"image": ["2", "3"]}, follow_redirects=False)

    assert answer.status_code == 303
    assert [texts(place, photo)[4] for photo in (2, 3, 4)] == ["approved", "approved", "proposed"]
    assert place.get("images/2")["state"] == ImageState.REVIEW
