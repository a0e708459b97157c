"""What a WordPress site tells by itself."""

import base64
import json
import re
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest

from appliance import kinds, sources
from appliance.models import OWN_TENANT, Source
from appliance.secrets import vault_of
from connectors.wordpress import hooks
from tests.api.conftest import NOBODY, Place

BODY = b'{"site":"https://example.org","events":[]}'
APPLICATION_PASSWORD = "abcd efgh ijkl"


@pytest.fixture
def paired(place: Place) -> Place:
    told = {"url": "https://example.org/", "username": "renamer", "application_password": APPLICATION_PASSWORD}
    bundle = "image-renamer:1:" + base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    asked = kinds.asked("wordpress", {"pairing": bundle})
    with place.database.session(OWN_TENANT) as session:
        sources.add(session, OWN_TENANT, vault_of(place.settings), asked.named("Site"), actor="a test")
    return place


def the_site(place: Place) -> Source:
    with place.database.reading(OWN_TENANT) as session:
        (site,) = [one for one in sources.watched(session, OWN_TENANT) if one.kind == "wordpress"]
        return site


def hook(place: Place) -> sources.Hook:
    return sources.hook_of(the_site(place), vault_of(place.settings))


def deliver(place: Place, number: str = "1", **changes: Any) -> httpx.Response:
    known = changes.get("hook") or hook(place)
    stamp = str(int(changes.get("at", time.time())))
    headers = {
        "X-Image-Renamer-Timestamp": stamp,
        "X-Image-Renamer-Delivery": number,
        "X-Image-Renamer-Signature": hooks.signed(changes.get("secret", known.secret), stamp, number, BODY),
    }
    path = f"hooks/wordpress/{changes.get('key', known.key)}"
    return place.ask(NOBODY, "POST", path, headers=headers, content=changes.get("body", BODY))


def hinted(place: Place) -> bool:
    return the_site(place).hinted_at is not None


def test_what_the_site_has_signed_is_heard(paired: Place):
    assert not hinted(paired)

    assert deliver(paired).json() == {"heard": True}
    assert hinted(paired)


def test_a_delivery_is_good_for_once(paired: Place):
    assert deliver(paired).status_code == 200

    assert paired.refused(deliver(paired), 409) == "This delivery was heard already."
    assert deliver(paired, "2").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "a guess"},
        {"body": b'{"type":"created","attachment_id":8}'},
        {"at": time.time() - 3600},
        {"at": time.time() + 3600},
        {"number": ""},
        {"number": "n" * 101},
    ],
    ids=["another secret", "another body", "an old one", "one of the future", "no number", "a long number"],
)
def test_what_it_has_not_signed_just_now_is_refused(paired: Place, changes: dict[str, Any]):
    paired.refused(deliver(paired, **changes), 401)

    assert not hinted(paired)


@pytest.mark.parametrize("wrong", ["another-key", "1-0000", "99999999-0000", "no-number", "1" * 60])
def test_a_key_that_no_site_has(paired: Place, wrong: str):
    assert "pair the site anew" in paired.refused(deliver(paired, key=wrong), 404)


def test_a_body_beyond_all_measure_is_not_read(paired: Place):
    paired.refused(deliver(paired, body=b"x" * 100_000), 413)


def test_what_a_source_connects_with_is_not_shown(paired: Place):
    site = paired.get(f"sources/{the_site(paired).id}")

    assert (site["root"], site["options"]["username"]) == ("https://example.org", "")
    assert APPLICATION_PASSWORD not in json.dumps(site)
    assert "pairing" not in site["options"]


def test_a_source_that_was_removed_hears_nothing(paired: Place):
    known = hook(paired)
    assert paired.ask("Alice", "DELETE", f"sources/{the_site(paired).id}").status_code == 204

    paired.refused(deliver(paired, hook=known), 404)


def test_what_was_made_under_an_older_key_of_the_appliance_is_heard(paired: Place):
    known = hook(paired)
    keys = "a newer key of forty characters or more!", *paired.settings.keys()
    paired.settings = replace(paired.settings, secret_keys=keys)
    assert hook(paired) != known
    paired.application.state.house.vault = vault_of(paired.settings)

    assert deliver(paired, hook=known).status_code == 200


def test_its_page_says_of_the_line_alone_that_it_is_kept(paired: Place):
    page = paired.ask("Alice", "GET", f"/sources/{the_site(paired).id}").text
    asked = {name: re.search(f'<input [^>]*id="{name}"', page) for name in ("pairing", "application_password")}
    assert ["Kept as it is" in found[0] for found in asked.values() if found] == [True, False]
