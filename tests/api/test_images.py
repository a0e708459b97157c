"""Images and what a person decides about them, over HTTP."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from appliance.models import ImageState
from tests.api.conftest import Place


def numbers(listed: dict[str, Any]) -> list[int]:
    return [image["id"] for image in listed["items"]]


def test_pages_follow_each_other_and_together_are_all(shown: Place):
    seen: list[int] = []
    cursor = None
    for _ in range(3):
        query: dict[str, Any] = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = shown.get("images", **query)
        seen += numbers(page)
        cursor = page["next"]

    assert seen == [1, 2, 3, 4, 5, 6, 7, 8]
    assert cursor is None


def test_the_last_page_is_told_from_one_that_is_full(shown: Place):
    assert shown.get("images", limit=8)["next"] is None
    assert shown.get("images", limit=7)["next"] == "7"


def test_images_are_picked_by_state_source_batch_and_text(shown: Place):
    assert numbers(shown.get("images", state="renamed")) == [1]
    assert len(numbers(shown.get("images", state=["renamed", "review"]))) == 8
    assert numbers(shown.get("images", state="failed")) == []
    assert numbers(shown.get("images", source=1, batch=1, q="img_0003")) == numbers(shown.get("images", q="IMG_0003"))
    assert numbers(shown.get("images", source=2)) == numbers(shown.get("images", batch=2)) == []


def test_signs_of_a_pattern_are_letters_in_a_search(shown: Place):
    assert numbers(shown.get("images", q="%")) == []
    assert len(numbers(shown.get("images", q="_000"))) == 8


def test_an_image_says_its_name_and_where_each_word_comes_from(shown: Place):
    image = shown.get("images/2")

    assert (image["state"], image["path"], image["original"]) == ("review", image["path"], image["path"])
    assert image["name"] == "-".join(word["word"] for word in image["words"]) + ".jpg"
    assert {word["from"] for word in image["words"]} == {"pixels"}
    assert image["found_at"].endswith("Z")


def test_both_pictures_are_jpegs_without_metadata(shown: Place):
    for path, most in (("thumbnail", 320), ("preview", 1024)):
        answer = shown.ask("Vera", "GET", f"images/2/{path}")
        picture = Image.open(BytesIO(answer.content))

        assert answer.headers["content-type"] == "image/jpeg"
        assert (picture.format, max(picture.size) <= most, dict(picture.getexif())) == ("JPEG", True, {})


def test_a_picture_that_is_not_there_is_said(place: Place):
    sha256 = place.get("images/2")["sha256"]
    for folder in place.settings.data.joinpath("previews").rglob(f"*{sha256}*"):
        folder.unlink()

    assert "no picture" in place.refused(place.ask("Alice", "GET", "images/2/thumbnail"), 404)


def test_an_approved_image_is_renamed_by_the_next_worker(place: Place):
    image = place.get("images/2")

    assert place.post("images/2/approve", who="Bob")["state"] == "planned"
    place.work(1)

    assert place.get("images/2")["state"] == "renamed"
    assert image["name"] in place.home.tree()
    assert image["path"] not in place.home.tree()


def test_another_name_waits_and_is_then_approved(place: Place):
    edited = place.ask("Bob", "PATCH", "images/3", json={"name": "our-cat.jpg", "alt": "Our cat\n on the sofa."}).json()
    assert (edited["name"], edited["alt"], edited["state"]) == ("our-cat.jpg", "Our cat on the sofa.", "review")
    assert [word["from"] for word in edited["words"]] == ["person"]

    place.post("images/3/approve")
    place.work(1)

    assert "our-cat.jpg" in place.home.tree()


def test_a_name_is_checked_before_it_is_given(shown: Place):
    assert shown.get("images/2/check", name="a-cat.jpg") == {"problem": ""}
    assert "try “a-cat.jpg”" in shown.get("images/2/check", name="A Cat.jpg")["problem"]
    assert shown.get("images/2")["state"] == "review"


@pytest.mark.parametrize("name", ["../other.jpg", "A Cat.jpg", "cat.png", "", "cat"])
def test_a_name_that_cannot_be_is_refused_with_one_that_can(shown: Place, name: str):
    before = shown.get("images/2")

    assert "try “" in shown.refused(shown.ask("Alice", "PATCH", "images/2", json={"name": name}), 422)
    assert shown.get("images/2") == before


def test_a_name_that_is_taken_is_refused(shown: Place):
    taken = shown.get("images/1")["path"]

    assert "exists" in shown.refused(shown.ask("Alice", "PATCH", "images/2", json={"name": taken}), 422)


def test_what_was_decided_already_is_a_conflict(place: Place):
    place.post("images/4/reject")

    assert "it is rejected" in place.refused(place.ask("Bob", "POST", "images/4/approve"), 409)
    assert place.post("images/4/retry")["state"] == "found"


def test_another_candidate_takes_its_turn(place: Place):
    before = place.get("images/5")

    after = place.post("images/5/regenerate")

    assert after["name"] != before["name"]
    assert after["state"] == "review"


def test_a_locked_name_stays(place: Place):
    locked = place.post("images/6/lock")
    assert (locked["locked"], locked["state"]) == (True, "kept")
    assert "locked" in place.refused(place.ask("Alice", "PATCH", "images/6", json={"name": "cat.jpg"}), 409)

    assert place.post("images/6/unlock")["locked"] is False
    assert place.post("images/6/retry")["state"] == "found"


def test_an_undone_image_has_its_old_name_again(place: Place):
    image = place.get("images/1")

    undone = place.post("images/1/undo")
    place.work(undone["batch"])

    assert image["path"] not in place.home.tree()
    assert image["original"] in place.home.tree()
    assert place.get("history")["items"][0]["state"] == "undone"


def test_a_name_that_a_person_changed_afterwards_is_taken_back_step_by_step(place: Place):
    image = place.get("images/1")
    changed = place.ask("Alice", "PATCH", "images/1", json={"name": "changed.jpg"})
    assert changed.status_code == 200, changed.text
    place.work(place.post("images/1/approve")["batch"])
    assert "changed.jpg" in place.home.tree()

    for name in (image["path"], image["original"]):
        place.work(place.post("images/1/undo")["batch"])
        assert place.get("images/1")["path"] == name
    assert image["original"] in place.home.tree()


def test_of_many_each_that_cannot_be_is_said_and_the_others_are_done(place: Place):
    answer = place.post("images/approve", {"images": [1, 2, 3, 3, 999]}, who="Bob")

    assert answer["done"] == 2
    assert set(answer["refused"]) == {"1", "999"}
    assert "it is renamed" in answer["refused"]["1"]
    assert answer["refused"]["999"] == "There is no image 999."
    assert {image.id for image in place.images(ImageState.PLANNED)} == {2, 3}


def test_undoing_many_says_the_same(place: Place):
    answer = place.post("images/undo", {"images": [1, 2, 999]})

    assert answer["done"] == 1
    assert set(answer["refused"]) == {"2", "999"}


def test_charlie_decides_nothing_about_many_of_alices(place: Place):
    before = [place.get(f"images/{number}") for number in (1, 2, 3)]
    for decision in ("approve", "reject", "retry", "lock", "unlock", "undo"):
        answer = place.post(f"images/{decision}", {"images": [1, 2, 3]}, who="Charlie")
        assert answer["done"] == 0
        assert set(answer["refused"].values()) == {f"There is no image {number}." for number in (1, 2, 3)}

    assert [place.get(f"images/{number}") for number in (1, 2, 3)] == before
