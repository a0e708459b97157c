"""The log of events: read by following ids, on either database."""

import threading
from collections.abc import Iterator

import pytest

from appliance import events
from appliance.db import Database
from appliance.models import OWN_TENANT


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def record(database: Database, actor: str) -> None:
    with database.session(OWN_TENANT) as session:
        events.record(session, OWN_TENANT, [{"type": "token.added"}], actor=actor)


def actors(database: Database, after: int = 0) -> list[str]:
    with database.reading(OWN_TENANT) as session:
        return [event.actor for event in events.since(session, OWN_TENANT, after)]


def test_events_follow_each_other(database: Database):
    for actor in ("one", "two", "three"):
        record(database, actor)

    assert actors(database) == ["one", "two", "three"]
    assert actors(database, after=2) == ["three"]


def test_an_event_whose_transaction_ends_late_is_not_passed_by(database: Database):
    record(database, "first")
    with database.session(OWN_TENANT) as session:
        events.record(session, OWN_TENANT, [{"type": "token.added"}], actor="slow")
        quick = threading.Thread(target=record, args=(database, "quick"))
        quick.start()
        if not database.sqlite:  # there it waits for the slow one
            quick.join()
        with database.reading(None) as reader:
            last = events.newest(reader)
            seen = [event.actor for event in events.everyone_since(reader, 0)]
    quick.join()

    assert (last, seen) == (1, ["first"])
    assert actors(database, after=last) == ["slow", "quick"]


def test_the_very_first_event_may_be_late_too(database: Database):
    with database.session(OWN_TENANT) as session:
        events.record(session, OWN_TENANT, [{"type": "token.added"}], actor="slow")
        with database.reading(None) as reader:
            assert (events.newest(reader), events.everyone_since(reader, 0)) == (0, [])

    assert actors(database) == ["slow"]


def test_a_transaction_sees_what_it_has_appended_itself(database: Database):
    with database.session(OWN_TENANT) as session:
        events.record(session, OWN_TENANT, [{"type": "token.added"}], actor="me")

        assert [event.actor for event in events.since(session, OWN_TENANT, 0)] == ["me"]
