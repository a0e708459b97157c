"""The pages about names act as their forms say."""

from typing import Any

from appliance.pipeline import comparing
from tests.api.conftest import Place


def posted(place: Place, path: str, who: str = "Alice", **fields: str) -> str:
    """Where a form leads on to; a page of its own answers with what is wrong."""
    answer = place.ask(who, "POST", path, data=fields, follow_redirects=False)
    assert answer.status_code in {303, 422}, answer.text
    return answer.headers["location"] if answer.status_code == 303 else answer.text


def shown(place: Place, path: str, who: str = "Alice") -> str:
    answer = place.ask(who, "GET", path)
    assert answer.status_code == 200, answer.text
    return answer.text


def corrected(place: Place, photo: int, stem: str) -> None:
    assert posted(place, f"/review/{photo}/approve", name=stem) == "/review"
    place.work(1)


def test_a_corrected_name_is_shown_as_learned_and_forgotten_there(place: Place):
    corrected(place, 2, "rex-labrador")
    corrected(place, 3, "oak-desk")
    page = shown(place, "/learned")
    assert "rex labrador" in page
    assert 'src="/thumbnails/2"' in page

    assert posted(place, "/learned/rename", word="oak desk", other="walnut desk") == "/learned"
    assert posted(place, "/learned/forget", "Bob", word="rex labrador") == "/learned"
    page = shown(place, "/learned", "Vera")
    assert "walnut desk" in page
    assert "rex labrador" not in page
    assert place.ask("Vera", "POST", "/learned/forget", data={"word": "walnut desk"}).status_code == 403

    example = place.get("learned")["words"][0]["examples"][0]["id"]
    posted(place, f"/learned/examples/{example}/forget")
    assert "Nothing learned yet" in shown(place, "/learned")


def test_learning_is_switched_off_and_everything_forgotten_by_who_may(place: Place):
    corrected(place, 2, "rex-labrador")
    assert place.ask("Bob", "POST", "/learned/switch", data={"on": "no"}).status_code == 403
    posted(place, "/learned/switch", on="no")
    assert "Learning is off" in shown(place, "/learned")
    posted(place, "/learned/switch", on="yes")
    posted(place, "/learned/forget-all")

    assert place.get("learned") == {"on": True, "words": []}


def test_a_profile_is_made_changed_and_removed(place: Place):
    words = {"brands": "H&M = hm\nAcme", "banned": "cheap", "synonyms": "sofa = couch", "dated": "yes"}
    assert posted(place, "/profiles/new", name="shop", based_on="web", **words) == "/profiles"
    settings = place.get("profiles/shop")["settings"]
    assert (settings["brands"], settings["synonyms"]) == ({"H&M": "hm", "Acme": ""}, {"sofa": "couch"})
    assert (settings["banned"], settings["dated"]) == (["cheap"], True)

    assert "H&amp;M = hm" in shown(place, "/profiles/shop")
    posted(place, "/profiles/shop", based_on="web", banned="bargain")
    assert place.get("profiles/shop")["settings"]["banned"] == ["bargain"]
    assert "take a number from 1 to 12" in posted(place, "/profiles/shop", most_words="40")

    posted(place, "/profiles/shop/remove")
    assert [one["own"] for one in place.get("profiles")["items"]] == [False, False, False]


def test_a_setting_that_the_page_does_not_ask_for_stays(place: Place):
    place.ask("Alice", "PUT", "profiles/shop", json={"usual_words": 4})
    posted(place, "/profiles/shop", banned="bargain")

    assert place.get("profiles/shop")["settings"]["usual_words"] == 4


def test_texts_are_kept_and_approved_in_the_review(place: Place):
    said = {"alt": "A cat.", "heading": "Tom", "caption": "Tom at home.", "keywords": "cat, sofa"}
    assert posted(place, "/review/2/texts", "Bob", **said) == "/review"
    one = place.get("images/2")
    assert (one["alt"], one["title"], one["keywords"], one["texts"]) == ("A cat.", "Tom", ["cat", "sofa"], "edited")

    posted(place, "/review/2/texts-approve", "Bob", **said)
    assert place.get("images/2")["texts"] == "approved"
    assert place.get("images/2")["state"] == "review"


def test_two_are_compared_side_by_side(place: Place):
    here = posted(place, "/comparisons", source="1", left="canned", right="local", images="1")
    assert "Being looked at" in shown(place, here)
    comparing.compare(place.worker, [one["id"] for one in whole(place, here)["images"]])
    (one,) = whole(place, here)["images"]

    posted(place, f"{here}/choose", "Bob", image=str(one["id"]), choice="neither", better="a lamp")
    assert "neither 1" in shown(place, "/comparisons")
    posted(place, f"{here}/remove")
    assert "Nothing compared yet" in shown(place, "/comparisons")


def whole(place: Place, here: str) -> dict[str, Any]:
    found: dict[str, Any] = place.get(here.removeprefix("/"))
    return found


def test_who_names_well_is_told(place: Place):
    corrected(place, 2, "rex-labrador")
    page = shown(place, "/quality?days=7")

    assert "canned" in page
    assert "50% accepted" in page
