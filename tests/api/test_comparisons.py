"""Two providers side by side, over HTTP; nothing is renamed by it."""

from typing import Any

from sqlalchemy import update

from appliance.models import ComparedImage, now
from appliance.pipeline import comparing
from tests.api.conftest import Place

SIDES = {"left": "canned", "right": "local"}


def compared(place: Place, **more: Any) -> dict[str, Any]:
    """A comparison that has been worked off."""
    started: dict[str, Any] = place.post("comparisons", {"source": 1, "images": 2} | SIDES | more)
    work_off(place)
    whole: dict[str, Any] = place.get(f"comparisons/{started['id']}")
    return whole


def work_off(place: Place) -> None:
    with place.database.reading(None) as session:
        ids = comparing.due(session)
    comparing.compare(place.worker, ids)


def test_both_sides_say_what_they_see_and_nothing_is_renamed(place: Place):
    before = place.home.tree()
    whole = compared(place)

    assert (whole["total"], whole["waiting"]) == (2, 0)
    assert all(one["left"]["words"] and one["done"] for one in whole["images"])
    assert all(one["right"]["problem"] == "" for one in whole["images"])
    assert place.home.tree() == before


def test_a_person_says_which_is_better_or_what_would_be(place: Place):
    first, second = compared(place)["images"]
    number = place.get("comparisons")["items"][0]["id"]
    place.post(f"comparisons/{number}/choice", {"image": first["id"], "choice": "left"}, who="Bob")
    chosen = {"image": second["id"], "choice": "neither", "better": " a  lamp "}
    whole = place.post(f"comparisons/{number}/choice", chosen, who="Bob")

    assert (whole["left_better"], whole["right_better"], whole["neither"]) == (1, 0, 1)
    assert whole["images"][1]["better"] == "a lamp"
    (canned,) = (one for one in place.get("quality")["items"] if one["provider"] == "canned")
    assert (canned["better"], canned["worse"], canned["neither"]) == (1, 0, 1)


def test_what_waits_cannot_be_chosen_yet(place: Place):
    started = place.post("comparisons", {"source": 1, "images": 1} | SIDES)
    (waiting,) = started["images"]
    answer = place.ask(
        "Bob", "POST", f"comparisons/{started['id']}/choice", json={"image": waiting["id"], "choice": "left"}
    )

    assert (waiting["done"], started["waiting"]) == (False, 1)
    assert "being looked at" in place.refused(answer, 409)


def test_a_picture_that_another_worker_has_taken_is_left_to_it(place: Place):
    started = place.post("comparisons", {"source": 1, "images": 1} | SIDES)
    with place.database.system_session() as session:
        session.execute(update(ComparedImage).values(due_at=now() + comparing.LEASE))
    comparing.compare(place.worker, [one["id"] for one in started["images"]])

    assert place.get(f"comparisons/{started['id']}")["waiting"] == 1


def test_what_cannot_be_compared_is_refused(place: Place):
    def refused(status: int, **more: Any) -> str:
        return place.refused(place.ask("Alice", "POST", "comparisons", json={"source": 1} | SIDES | more), status)

    assert "Both sides are the same" in refused(422, right="canned")
    assert "no vision provider “nobody”" in refused(422, right="nobody")
    assert "There is no source 9" in refused(422, source=9)


def test_a_comparison_is_removed_with_what_was_chosen(place: Place):
    number = compared(place)["id"]

    assert place.ask("Alice", "DELETE", f"comparisons/{number}").status_code == 204
    assert place.get("comparisons")["items"] == []
    place.refused(place.ask("Alice", "GET", f"comparisons/{number}"), 404)
