"""What only the other database objects to."""

from collections.abc import Iterator

import pytest

from tests.api.conftest import Place, furnished, make_place
from tests.home import Home


@pytest.fixture
def there(home: Home, postgres_url: str) -> Iterator[Place]:
    place = furnished(make_place(home, postgres_url))
    yield place
    place.close()


def test_everything_can_be_read_decided_and_undone(there: Place):
    for path in ("images", "images/2", "images/2/thumbnail", "batches", "batches/1/images", "sources", "history"):
        assert there.ask("Vera", "GET", path).status_code == 200
    there.post("images/undo", {"images": [1]})
    assert there.post("images/approve", {"images": [1, 2, 999]})["done"] == 1
    assert there.post("batches/1/approve")["done"] == 6


def test_a_character_that_no_text_can_hold_is_refused(there: Place):
    there.refused(there.ask("Alice", "GET", "images", params={"q": "a\0b"}), 422)
    there.refused(there.ask("Alice", "GET", "search", params={"q": "a\0b"}), 422)
    there.refused(there.ask("Alice", "PATCH", "sources/1", json={"name": "a\0b"}), 422)
    there.refused(there.ask("Alice", "POST", "tokens", json={"name": "a\0b"}), 422)
    assert there.ask("Alice", "PATCH", "images/2", json={"alt": "a\0b"}).json()["alt"] == "a b"


@pytest.mark.parametrize("number", [2**31 - 1, 2**31])
def test_no_number_is_too_large_to_be_looked_for(there: Place, number: int):
    status = 404 if number < 2**31 else 422
    for path in ("images/{}", "batches/{}", "batches/{}/images", "sources/{}"):
        there.refused(there.ask("Alice", "GET", path.format(number)), status)
    for path in ("images?source={}", "images?cursor={}", "history?batch={}", "history?cursor={}"):
        assert there.ask("Alice", "GET", path.format(number)).status_code == (200 if number < 2**31 else 422)
