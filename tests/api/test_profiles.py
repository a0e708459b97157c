"""Profiles of names over HTTP: those of every installation, and a tenant's own."""

from tests.api.conftest import Place

SHOP = {"based_on": "web", "brands": {"H&M": "hm"}, "banned": ["cheap"], "synonyms": {"sofa": "couch"}}


def names(place: Place, who: str = "Alice") -> list[str]:
    return [one["name"] for one in place.get("profiles", who)["items"]]


def test_a_profile_is_made_changed_and_removed_for_one_tenant(empty: Place):
    assert empty.ask("Alice", "PUT", "profiles/shop", json=SHOP).status_code == 200
    assert names(empty) == ["web", "archive", "unicode", "shop"]
    assert names(empty, "Charlie") == ["web", "archive", "unicode"]
    assert empty.get("profiles/shop")["settings"]["brands"] == {"H&M": "hm"}

    empty.ask("Alice", "PUT", "profiles/shop", json={"banned": ["bargain"]})
    assert empty.get("profiles/shop")["settings"]["banned"] == ["bargain"]
    assert empty.get("profiles/shop")["settings"]["brands"] is None

    assert empty.ask("Alice", "DELETE", "profiles/shop").status_code == 204
    empty.refused(empty.ask("Alice", "GET", "profiles/shop"), 404)


def test_every_thing_that_is_wrong_with_a_profile_is_said(empty: Place):
    wrong = {"banned": ["hm", "–"], "brands": {"H&M": "hm"}, "most_words": 90}
    said = empty.refused(empty.ask("Alice", "PUT", "profiles/shop", json=wrong), 422)

    assert "take a number from 1 to 12" in said
    assert "neither letters nor digits" in said
    assert "that the program has already" in empty.refused(empty.ask("Alice", "PUT", "profiles/web", json={}), 422)


def test_a_profile_that_a_source_follows_stays(empty: Place):
    empty.ask("Alice", "PUT", "profiles/shop", json=SHOP)
    source = empty.watch()
    empty.ask("Alice", "PATCH", f"sources/{source.id}", json={"options": {"profile": "shop"}})

    said = empty.refused(empty.ask("Alice", "DELETE", "profiles/shop"), 409)
    assert "The source “Photos” follows the profile “shop”" in said
    assert names(empty)[-1] == "shop"
