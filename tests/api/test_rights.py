"""Who may ask for what: every endpoint, tried by everybody."""

from collections.abc import Mapping
from typing import Any

import pytest

from appliance.api import accounts
from tests.api.conftest import NOBODY, Place

ALICE, BOB, VERA, CHARLIE = "Alice", "Bob", "Vera", "Charlie"
# Each decides about a photo of their own, all of which are Alice's; who may do most comes last.
PHOTOS = {NOBODY: 2, CHARLIE: 3, VERA: 4, BOB: 5, ALICE: 6}

ANYBODY = (200, 200, 200, 200, 200)  # Alice, Bob, Vera, Charlie, nobody
ONE = (200, 200, 200, 404, 401)
LISTS = (200, 200, 200, 200, 401)  # Charlie is shown what is his: nothing
ACTS = (200, 200, 403, 404, 401)
IN_VAIN = (409, 409, 403, 404, 401)  # they may, but the photo is not in a state for it
OWNERS = (200, 403, 403, 404, 401)

READ: list[tuple[str, tuple[int, ...]]] = [
    ("/health", ANYBODY),
    ("/health/ready", ANYBODY),
    ("/metrics", (200, 200, 200, 403, 401)),
    ("/api/v1/images", LISTS),
    ("/api/v1/images/{photo}", ONE),
    ("/api/v1/images/{photo}/thumbnail", ONE),
    ("/api/v1/images/{photo}/preview", ONE),
    ("/api/v1/images/{photo}/check?name=cat.jpg", ONE),
    ("/api/v1/batches", LISTS),
    ("/api/v1/batches/1", ONE),
    ("/api/v1/batches/1/images", ONE),
    ("/api/v1/batches/1/redirects/nginx", ONE),
    ("/api/v1/batches/1/download.zip", (404, 404, 404, 404, 401)),  # test_uploads.py has one that was uploaded
    ("/api/v1/batches/1/names.csv", ONE),
    ("/api/v1/batches/1/files/photo", (404, 404, 404, 404, 401)),
    ("/api/v1/source-kinds", LISTS),
    ("/api/v1/sources", LISTS),
    ("/api/v1/sources/1", ONE),
    ("/api/v1/provider-kinds", LISTS),
    ("/api/v1/providers", LISTS),
    ("/api/v1/providers/1", ONE),
    ("/api/v1/providers/found", (200, 403, 403, 200, 401)),
    ("/api/v1/budget", LISTS),
    ("/api/v1/usage", LISTS),
    ("/api/v1/sources/1/hook", (404, 403, 403, 404, 401)),  # it is a folder
    ("/api/v1/history", LISTS),
    ("/api/v1/search?q=IMG", LISTS),
    ("/api/v1/learned", LISTS),
    ("/api/v1/profiles", LISTS),
    ("/api/v1/quality", LISTS),
    ("/api/v1/comparisons", LISTS),
    ("/api/v1/comparisons/1", (404, 404, 404, 404, 401)),
    ("/api/v1/profiles/web", LISTS),
]
DONE: list[tuple[str, str, Any, tuple[int, ...]]] = [
    ("PATCH", "/api/v1/images/{photo}", {"name": "my-cat-{photo}.jpg", "alt": "My cat."}, ACTS),
    ("POST", "/api/v1/images/{photo}/alt/approve", None, ACTS),
    ("POST", "/api/v1/images/{photo}/approve", None, ACTS),
    ("POST", "/api/v1/images/{photo}/reject", None, ACTS),
    ("POST", "/api/v1/images/{photo}/lock", None, ACTS),
    ("POST", "/api/v1/images/{photo}/unlock", None, ACTS),
    ("POST", "/api/v1/images/{photo}/regenerate", None, ACTS),
    ("POST", "/api/v1/images/{photo}/retry", None, IN_VAIN),
    ("POST", "/api/v1/images/{photo}/undo", None, IN_VAIN),
    ("POST", "/api/v1/images/approve", {"images": [7]}, (200, 200, 403, 200, 401)),  # in vain for Charlie
    ("POST", "/api/v1/batches/1/approve", None, ACTS),
    ("POST", "/api/v1/batches/1/retry", None, ACTS),
    ("POST", "/api/v1/batches/1/undo", None, ACTS),
    ("POST", "/api/v1/batches/1/cancel", None, (409, 200, 403, 404, 401)),  # Bob has done it by then
    ("POST", "/api/v1/batches", {"language": "de"}, (201, 201, 403, 201, 401)),  # each their own
    ("POST", "/api/v1/batches/1/files", {"files": [{"name": "a.jpg", "size": 1}]}, (404, 404, 403, 404, 401)),
    ("PUT", "/api/v1/batches/1/files/photo", None, (404, 404, 403, 404, 401)),
    ("POST", "/api/v1/batches/1/finish", {}, (404, 404, 403, 404, 401)),
    ("POST", "/api/v1/batches/1/names", None, (422, 422, 403, 404, 401)),  # test_batches.py gives back a table
    ("PUT", "/api/v1/uploads/1?key=none", None, (404, 404, 404, 404, 404)),  # test_uploads.py knows one
    ("POST", "/api/v1/sources", {"kind": "watchfolder", "name": "More", "options": {}}, (201, 403, 403, 201, 401)),
    ("PATCH", "/api/v1/sources/1", {"name": "Others"}, OWNERS),
    ("DELETE", "/api/v1/sources/1", None, (204, 403, 403, 404, 401)),
    ("POST", "/api/v1/sources/1/test", None, ACTS),
    ("POST", "/api/v1/sources/1/estimate", None, ACTS),
    ("POST", "/api/v1/providers", {"kind": "local", "name": "My {photo}"}, (201, 403, 403, 201, 401)),
    ("POST", "/api/v1/providers/order", {"providers": [1]}, OWNERS),
    ("PATCH", "/api/v1/providers/1", {"name": "Other {photo}"}, OWNERS),
    ("POST", "/api/v1/providers/1/test", None, OWNERS),
    ("DELETE", "/api/v1/providers/1", None, (204, 403, 403, 404, 401)),
    ("PATCH", "/api/v1/budget", {"per_day": 5}, (200, 403, 403, 200, 401)),
    ("POST", "/api/v1/sources/1/scan", None, ACTS),
    ("POST", "/api/v1/sources/1/pause", None, ACTS),
    ("POST", "/api/v1/sources/1/resume", None, ACTS),
    ("POST", "/api/v1/comparisons", {"source": 1, "left": "canned", "right": "local"}, (201, 403, 403, 422, 401)),
    ("POST", "/api/v1/comparisons/1/choice", {"image": 1, "choice": "left"}, (404, 404, 403, 404, 401)),
    ("DELETE", "/api/v1/comparisons/1", None, (404, 403, 403, 404, 401)),
    ("PUT", "/api/v1/profiles/shop", {"banned": ["cheap"]}, (200, 403, 403, 200, 401)),  # each their own
    ("DELETE", "/api/v1/profiles/shop", None, (404, 403, 403, 404, 401)),
    ("PATCH", "/api/v1/learned", {"on": False}, (200, 403, 403, 200, 401)),  # each their own
    ("DELETE", "/api/v1/learned", None, (204, 403, 403, 204, 401)),
    ("PATCH", "/api/v1/learned/rex", {"word": "tom"}, (404, 404, 403, 404, 401)),  # nobody has taught it
    ("DELETE", "/api/v1/learned/rex", None, (404, 404, 403, 404, 401)),
    ("DELETE", "/api/v1/learned/examples/1", None, (404, 404, 403, 404, 401)),
    ("POST", "/api/v1/hooks/s3/key", {"Records": []}, (404, 404, 404, 404, 404)),
    ("POST", "/api/v1/hooks/wordpress/unknownkey", None, (404, 404, 404, 404, 404)),  # test_hooks_of_sites.py knows one
]
STREAMS = {("GET", "/api/v1/events"), ("GET", "/api/v1/events/ws")}  # test_events.py tries them


@pytest.mark.parametrize(("path", "expected"), READ)
def test_each_endpoint_answers_those_who_may_read(shown: Place, path: str, expected: tuple[int, ...]):
    answers = {who: shown.ask(who, "GET", path.format(photo=photo)).status_code for who, photo in PHOTOS.items()}

    assert tuple(answers[who] for who in (ALICE, BOB, VERA, CHARLIE, NOBODY)) == expected


@pytest.mark.parametrize("path", [path for path, _ in READ if "kinds" not in path])
def test_charlie_is_shown_nothing_of_alices(shown: Place, path: str):
    answer = shown.ask(CHARLIE, "GET", path.format(photo=2)).text

    assert "IMG_" not in answer
    assert str(shown.home.pictures) not in answer
    assert "Photos" not in answer


@pytest.mark.parametrize(("method", "path", "body", "expected"), DONE)
def test_each_endpoint_is_for_those_who_may(place: Place, method: str, path: str, body: Any, expected: tuple[int, ...]):
    answers: dict[str, int] = {}
    for who, photo in PHOTOS.items():
        sent = _filled(place, body, photo)
        answers[who] = place.ask(who, method, path.format(photo=photo), json=sent).status_code

    assert tuple(answers[who] for who in (ALICE, BOB, VERA, CHARLIE, NOBODY)) == expected


def test_the_tables_leave_no_endpoint_out(shown: Place):
    asked = {("GET", path) for path, _ in READ} | {(method, path) for method, path, _, _ in DONE} | STREAMS
    tried = {(method, shown.pattern(method, path)) for method, path in asked}

    assert shown.endpoints() - tried == _of_accounts()


def _of_accounts() -> set[tuple[str, str]]:
    """Those that tests/auth tries."""
    return {
        (method, route.path) for route in accounts.router().routes for method in route.methods if method != "OPTIONS"
    }


def _filled(place: Place, body: Any, photo: int) -> Any:
    """The body for this photo; a new source gets a folder."""
    if not isinstance(body, Mapping):
        return body
    folder = place.home.root / "more"
    folder.mkdir(exist_ok=True)
    options = {"options": {"path": str(folder)}} if "options" in body else {}
    texts = {key: value.format(photo=photo) for key, value in body.items() if isinstance(value, str)}
    return {**body, **texts, **options}
