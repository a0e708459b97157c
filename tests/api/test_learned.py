"""What corrections have taught, over HTTP."""

from tests.api.conftest import Place


def corrected(place: Place, photo: int, name: str) -> None:
    answer = place.ask("Bob", "PATCH", f"images/{photo}", json={"name": name})
    assert answer.status_code == 200, answer.text
    place.post(f"images/{photo}/approve", who="Bob")
    place.work(1)


def words(place: Place, who: str = "Alice") -> dict[str, list[int]]:
    return {one["word"]: [each["image"] for each in one["examples"]] for one in place.get("learned", who)["words"]}


def test_corrections_are_listed_by_their_new_word_for_the_tenant_alone(place: Place):
    corrected(place, 2, "rex-labrador.jpg")
    corrected(place, 3, "rex-labrador-beach.jpg")
    corrected(place, 4, "oak-desk.jpg")

    assert words(place) == {"oak desk": [4], "rex labrador": [3, 2]}  # the beach was proposed
    assert words(place, "Charlie") == {}
    assert place.ask("Charlie", "DELETE", "learned/oak%20desk").status_code == 404


def test_a_word_is_renamed_and_joined_to_another(place: Place):
    corrected(place, 2, "rex-labrador.jpg")
    corrected(place, 3, "rexx-labrador.jpg")
    answer = place.ask("Bob", "PATCH", "learned/rexx%20labrador", json={"word": "Rex Labrador"})

    assert answer.status_code == 200
    assert words(place) == {"rex labrador": [3, 2]}
    wrong = place.ask("Bob", "PATCH", "learned/rex%20labrador", json={"word": "–"})
    assert "is no word" in place.refused(wrong, 422)


def test_a_word_an_example_and_everything_are_forgotten(place: Place):
    corrected(place, 2, "rex-labrador.jpg")
    corrected(place, 3, "rex-labrador-2.jpg")
    corrected(place, 4, "oak-desk.jpg")
    corrected(place, 5, "pine-shelf.jpg")
    example = place.get("learned")["words"][2]["examples"][0]["id"]

    assert place.ask("Bob", "DELETE", f"learned/examples/{example}").status_code == 204
    assert words(place) == {"oak desk": [4], "pine shelf": [5], "rex labrador": [2]}
    assert place.ask("Bob", "DELETE", "learned/oak%20desk").status_code == 204
    assert "was not learned" in place.refused(place.ask("Bob", "DELETE", "learned/oak%20desk"), 404)
    assert place.ask("Alice", "DELETE", "learned").status_code == 204
    assert words(place) == {}


def test_undoing_a_rename_takes_its_word_back(place: Place):
    corrected(place, 2, "rex-labrador.jpg")
    place.post("images/2/undo", who="Bob")

    assert words(place) == {}


def test_learning_is_switched_off_and_on(place: Place):
    answer = place.ask("Alice", "PATCH", "learned", json={"on": False})
    assert answer.json() == {"on": False, "words": []}
    corrected(place, 2, "rex-labrador.jpg")
    place.ask("Alice", "PATCH", "learned", json={"on": True})

    assert place.get("learned") == {"on": True, "words": []}
