"""The log of events as it grows, by server-sent events and by a WebSocket, over a real port."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from appliance import auth
from appliance.api.authentication import COOKIE
from appliance.models import OWN_TENANT, Role
from tests.api.conftest import Place
from tests.api.serving import PATIENCE, served

WAYS = ["sent", "socket"]
Next = Callable[[], dict[str, Any]]


@dataclass
class Listening:
    """What somebody hears, who listens to a server by server-sent events or by a WebSocket."""

    place: Place
    address: str

    @contextmanager
    def by(self, way: str, who: str = "Alice", after: int | None = None) -> Iterator[Next]:
        query = "" if after is None else f"?after={after}"
        with self.sent(query, who) if way == "sent" else self.socket(query, who) as following:
            yield following

    @contextmanager
    def sent(self, query: str = "", who: str = "Alice", **headers: str) -> Iterator[Next]:
        url = f"http://{self.address}/api/v1/events{query}"
        sent = self.place.bearers[who] | headers
        with httpx.stream("GET", url, headers=sent, timeout=PATIENCE) as answer:
            lines = answer.iter_lines()
            assert next(lines) == ": listening"
            yield lambda: _message(lines)

    @contextmanager
    def socket(self, query: str = "", who: str = "Alice", origin: str | None = None) -> Iterator[Next]:
        with self.opened(query, self.place.bearers[who], origin) as opened:
            yield lambda: json.loads(opened.recv(PATIENCE))

    def opened(self, query: str, headers: dict[str, str], origin: str | None = None) -> ClientConnection:
        url = f"ws://{self.address}/api/v1/events/ws{query}"
        return connect(url, additional_headers=headers, origin=origin, open_timeout=PATIENCE)  # type: ignore[arg-type]


def _message(lines: Iterator[str]) -> dict[str, Any]:
    """The next message, whose id and type are those of the event in it."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        fields |= {name: value} if name else {}
        if not line and fields.get("data"):
            break
    event: dict[str, Any] = json.loads(fields["data"])
    assert (fields["id"], fields["event"]) == (str(event["id"]), event["type"])
    return event


@pytest.fixture
def listening(place: Place) -> Iterator[Listening]:
    with served(place) as address:
        yield Listening(place, address)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", ["Alice", "Bob", "Vera"])
def test_what_happens_from_now_on_is_told_to_every_member(listening: Listening, way: str, who: str):
    with listening.by(way, who) as following:
        listening.place.post("images/2/reject")
        event = following()

    assert (event["type"], event["image"], event["batch"]) == ("image.rejected", 2, 1)
    assert event["before"] == {"name": listening.place.get("images/2")["name"]}


@pytest.mark.parametrize("way", WAYS)
def test_a_listener_goes_on_after_the_last_that_was_seen(listening: Listening, way: str):
    with listening.by(way) as following:
        for number in (2, 3, 4):
            listening.place.post(f"images/{number}/reject")
        seen = following()
    with listening.by(way, after=seen["id"]) as following:
        missed = [following(), following()]
        listening.place.post("images/5/reject")
        fresh = following()

    assert [event["image"] for event in (seen, *missed, fresh)] == [2, 3, 4, 5]


def test_a_browser_says_by_itself_what_it_has_seen(listening: Listening):
    with listening.sent() as following:
        listening.place.post("images/2/reject")
        listening.place.post("images/3/reject")
        seen = following()

    with listening.sent("?after=0", **{"Last-Event-ID": str(seen["id"])}) as following:
        assert following()["image"] == 3


@pytest.mark.parametrize("way", WAYS)
def test_everything_since_the_beginning_comes_in_order_and_once(listening: Listening, way: str):
    with listening.by(way, after=0) as following:
        listening.place.post("images/2/reject")
        events = [following()]
        while (events[-1]["type"], events[-1]["image"]) != ("image.rejected", 2):
            events.append(following())

    numbers = [event["id"] for event in events]
    assert numbers == sorted(set(numbers))
    assert [event["type"] for event in events].count("image.found") == 8


@pytest.mark.parametrize("way", WAYS)
def test_charlie_hears_of_his_own_alone(listening: Listening, way: str):
    with listening.by(way, "Charlie", after=0) as following:
        assert following()["type"] == "token.added"
        listening.place.post("images/2/reject")
        listening.place.post("tokens", {"name": "his own"}, who="Charlie")
        event = following()

    assert (event["type"], event["after"]["name"]) == ("token.added", "his own")


def test_who_is_not_known_hears_nothing(listening: Listening):
    answer = httpx.get(f"http://{listening.address}/api/v1/events")
    assert listening.place.refused(answer, 401)

    with pytest.raises(InvalidStatus) as refused, listening.opened("", {}):
        pass
    assert refused.value.response.status_code == 403


def test_a_place_in_the_log_that_cannot_be_is_refused(listening: Listening):
    for sent in (b"one", b"-1", b"1" * 30, b"\xb2"):
        bearer = listening.place.bearers["Alice"]["Authorization"].encode()
        headers = [(b"Authorization", bearer), (b"Last-Event-ID", sent)]
        answer = httpx.get(f"http://{listening.address}/api/v1/events", headers=headers)
        assert "Last-Event-ID" in listening.place.refused(answer, 422)

    with pytest.raises((InvalidStatus, ConnectionClosed)), listening.socket("?after=one") as following:
        following()


def test_pages_of_other_sites_may_not_listen(listening: Listening):
    """Neither with the cookie that a browser adds, nor with a token that they hold."""
    cookie = {"Cookie": f"{COOKIE}={_session(listening.place)}"}
    with listening.opened("", cookie, f"http://{listening.address}"):
        pass

    with pytest.raises(InvalidStatus), listening.opened("", cookie, "https://evil.example"):
        pass
    with pytest.raises(ConnectionClosed) as closed, listening.socket(origin="https://evil.example") as following:
        following()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


def _session(place: Place) -> str:
    """What the cookie of somebody holds who has signed in."""
    with place.database.session(OWN_TENANT) as session:
        vault = place.application.state.house.vault
        user = auth.members.add(session, OWN_TENANT, vault, "dora@example.org", Role.VIEWER, actor="a test")
        return auth.sessions.begin(session, OWN_TENANT, user.id)
