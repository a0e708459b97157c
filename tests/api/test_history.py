"""What was renamed, over HTTP, and the search."""

from tests.api.conftest import Place


def test_the_history_says_what_was_renamed_from_what(shown: Place):
    (one,) = shown.get("history")["items"]
    image = shown.get("images/1")

    assert (one["from"], one["to"], one["state"]) == (image["original"], image["path"], "done")
    assert (one["image"], one["batch"], one["source"]) == (1, 1, 1)
    assert one["done_at"].endswith("Z")


def test_the_history_is_paged_the_newest_first_and_picked(place: Place):
    place.post("batches/1/approve")
    place.work(1)

    first = place.get("history", limit=5)
    second = place.get("history", limit=5, cursor=first["next"])

    numbers = [row["id"] for row in first["items"] + second["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 8
    assert second["next"] is None
    assert place.get("history", source=2)["items"] == place.get("history", batch=2)["items"] == []
    assert [row["from"] for row in place.get("history", q="img_0005")["items"]] == ["IMG_0005.JPG"]


def test_a_search_finds_images_and_renames_by_either_name(shown: Place):
    image = shown.get("images/1")
    for text in (image["original"], image["path"]):
        found = shown.get("search", q=text)

        assert 1 in [one["id"] for one in found["images"]]
        assert [one["image"] for one in found["renames"]] == [1]

    assert shown.get("search", q="nothing like it") == {"images": [], "renames": []}


def test_a_name_that_is_being_put_back_cannot_be_undone_twice_on_its_page(shown: Place):
    assert "/undo" in shown.ask("Alice", "GET", "/history").text
    undone = shown.post("images/1/undo")
    page = shown.ask("Alice", "GET", "/history").text
    assert "Being undone" in page
    assert "/undo" not in page
    shown.work(undone["batch"])
    assert "Undone" in shown.ask("Alice", "GET", "/history").text
