"""Batches over HTTP."""

import csv
import io

import httpx

from tests.api.conftest import Place


def test_batches_are_listed_a_page_at_a_time_the_newest_first(place: Place):
    for number in (11, 12):
        place.home.photo(f"IMG_00{number}.JPG", seed=number)
        place.take_in_again()

    first = place.get("batches", limit=2)
    second = place.get("batches", limit=2, cursor=first["next"])

    assert [batch["id"] for batch in first["items"] + second["items"]] == [3, 2, 1]
    assert second["next"] is None


def test_a_batch_counts_its_images_by_state(shown: Place):
    batch = shown.get("batches/1")

    assert batch["images"] == {"renamed": 1, "review": 7}
    assert (batch["source"], batch["kind"], batch["state"]) == (1, "arrivals", "running")


def test_the_images_of_a_batch_are_picked_and_paged(shown: Place):
    page = shown.get("batches/1/images", state="review", limit=4)
    rest = shown.get("batches/1/images", state="review", cursor=page["next"])

    assert [image["id"] for image in page["items"] + rest["items"]] == [2, 3, 4, 5, 6, 7, 8]
    assert shown.get("batches/1/images", q="IMG_0001")["items"][0]["original"] == "IMG_0001.JPG"


def test_the_page_of_a_batch_leads_to_its_source_as_long_as_there_is_one(shown: Place):
    assert 'href="/sources/1"' in shown.ask("Alice", "GET", "/batches/1").text
    assert shown.ask("Alice", "DELETE", "/api/v1/sources/1").status_code == 204
    page = shown.ask("Alice", "GET", "/batches/1").text
    assert 'href="/sources/1"' not in page
    assert shown.get("batches/1")["images"]


def test_a_whole_batch_is_approved_and_its_names_are_taken_back(place: Place):
    before = place.home.contents()
    assert place.post("batches/1/approve", who="Bob") == {"done": 7, "refused": {}}
    place.work(1)
    assert place.get("batches/1")["images"] == {"renamed": 8}
    assert not any(name.startswith("IMG_") for name in place.home.tree())

    assert place.post("batches/1/undo") == {"done": 8, "refused": {}}
    place.work(2)

    assert place.home.tree() == {f"IMG_000{number}.JPG" for number in range(1, 9)}
    assert place.home.contents() == before


def test_an_undo_that_is_under_way_is_not_begun_twice(place: Place):
    place.post("batches/1/undo")

    again = place.post("batches/1/undo")

    assert again["done"] == 0
    assert "working on it" in again["refused"]["1"]


def test_a_batch_that_renamed_nothing_cannot_be_undone(place: Place):
    place.post("batches/1/undo")
    place.work(2)

    assert "nothing" in place.refused(place.ask("Alice", "POST", "batches/1/undo"), 409)


def test_what_has_not_begun_is_cancelled_once(place: Place):
    place.post("batches/1/approve")

    place.post("batches/1/cancel", who="Bob")
    place.work(1)

    assert sum(name.startswith("IMG_") for name in place.home.tree()) == 7
    assert place.get("batches/1")["state"] == "cancelled"
    place.refused(place.ask("Alice", "POST", "batches/1/cancel"), 409)


def test_what_failed_is_tried_again(place: Place):
    for path in place.home.pictures.glob("IMG_*"):
        path.unlink()
    place.post("batches/1/approve")
    place.work(1)
    assert place.get("batches/1")["images"]["missing"] == 7

    assert place.post("batches/1/retry") == {"done": 7, "refused": {}}


def table(place: Place) -> list[dict[str, str]]:
    text = place.ask("Vera", "GET", "batches/1/names.csv").text
    return list(csv.DictReader(io.StringIO(text)))


def given_back(place: Place, rows: list[dict[str, str]], delimiter: str = ",") -> httpx.Response:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    sent = "\ufeff" + out.getvalue()
    headers = {"Content-Type": "text/csv"}
    return place.ask("Bob", "POST", "batches/1/names", content=sent.encode(), headers=headers)


def test_names_are_edited_in_a_table_and_given_back(place: Place):
    rows = table(place)
    assert {row["old"] for row in rows} == {f"IMG_000{number}.JPG" for number in range(1, 9)}
    assert [row["state"] for row in rows] == ["renamed", *["review"] * 7]
    rows[1]["new"], rows[2]["alt"], rows[3]["new"] = "my-cat.jpg", "A cat.", "nowhere/else.jpg"

    answer = given_back(place, rows[:4], ";").json()

    assert answer["done"] == 2
    assert list(answer["refused"]) == ["4"]
    edited = table(place)
    assert (edited[1]["new"], edited[2]["alt"]) == ("my-cat.jpg", "A cat.")
    assert given_back(place, edited).json() == {"done": 0, "refused": {}}
    place.post("batches/1/approve")
    place.work(1)
    assert "my-cat.jpg" in place.home.tree()


def test_a_table_that_is_none_or_another_batch_s_changes_nothing(place: Place):
    before = table(place)

    for body, sentence in (
        (b"image,new\r\n999,cat.jpg", "Line 2 of the table: there is no image 999"),
        (b"image,new\r\nx,cat.jpg", "there is no image x"),
        (b"old,new\r\nIMG_0002.JPG,cat.jpg", "needs the columns"),
        (b"", "needs the columns"),
        (b"image,new\r\n2,caf\xe9.jpg", "is not UTF-8"),
        (b'image,new\r\n2,"' + b"x" * 140_000, "cannot be read"),
    ):
        answer = place.ask("Bob", "POST", "batches/1/names", content=body, headers={"Content-Type": "text/csv"})
        assert sentence in place.refused(answer, 422)
    assert table(place) == before
