"""Figures for Prometheus: what was counted by all processes, how things stand, and for whom."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, text

from appliance import app, events, telemetry
from appliance.api.measuring import NO_ROUTE
from appliance.config import Settings
from appliance.db import Database
from appliance.figures import keeping, looking
from appliance.models import OWN_TENANT, OwnProvider, Source, now
from tests.api.conftest import HERE, Place
from tests.databases import put
from tests.home import Home

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def collected(place: Place) -> Figures:
    """What Prometheus gets, once every process has put down its part."""
    keeping.put_down(place.database)
    answer = place.ask("Vera", "GET", "/metrics")
    assert answer.status_code == 200, answer.text
    families = text_string_to_metric_families(answer.text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def value(figures: Figures, name: str, **labels: str) -> float:
    return figures.get((f"renamer_{name}", frozenset(labels.items())), 0.0)


def test_it_is_told_what_became_of_the_images(shown: Place):
    figures = collected(shown)

    assert value(figures, "images", state="renamed") == 1
    assert value(figures, "images", state="review") == 7
    assert value(figures, "images", state="failed") == 0
    assert value(figures, "events_total", type="image.renamed") == 1
    assert value(figures, "renames_total", act="rename", ending="done") == 1
    assert value(figures, "journal_open") == 7
    assert value(figures, "queue_images") == 0
    assert value(figures, "sources", kind="watchfolder", state="working") == 1


def test_it_is_told_what_each_step_took(shown: Place):
    figures = collected(shown)

    assert value(figures, "step_seconds_count", step="fetch") == 8
    assert value(figures, "step_seconds_count", step="describe") == 8
    assert value(figures, "step_seconds_count", step="apply") == 1
    assert 0 < value(figures, "step_seconds_sum", step="fetch") < 60
    assert value(figures, "step_seconds_bucket", step="fetch", le="+Inf") == 8


def test_it_is_told_what_people_made_of_the_names(place: Place):
    place.ask("Alice", "PATCH", "images/2", json={"name": "my-old-cat.jpg"})
    place.post("images/2/approve")
    place.post("images/3/reject")
    place.post("images/1/undo")
    named = {"provider": "canned", "prompt": ""}

    figures = collected(place)
    assert value(figures, "provider_answers_total", outcome="answered", **named) == 8
    assert value(figures, "decisions_total", verdict="approved", **named) == 1
    assert value(figures, "decisions_total", verdict="edited", **named) == 1
    assert value(figures, "decisions_total", verdict="rejected", **named) == 1
    assert value(figures, "decisions_total", verdict="undone", **named) == 1
    assert 0 < value(figures, "edited_words_share_total", **named) <= 1
    assert value(figures, "decided_confidence_total", **named) > 0


def test_what_an_alert_waits_for_is_told_before_it_happens(shown: Place):
    told = shown.ask("Vera", "GET", "/metrics").text

    assert 'renamer_step_failures_total{step="describe"} 0.0' in told
    assert 'renamer_storage_errors_total{act="put"}' in told
    assert 'renamer_renames_total{act="undo",ending="changed"} 0.0' in told


def test_answers_are_counted_by_route_and_never_by_address(place: Place):
    before = collected(place)
    place.get("images/1")
    place.get("images/2")
    place.ask("Alice", "GET", "images/9999")
    place.ask("Alice", "GET", "/no-such-page-anywhere")

    after = collected(place)
    asked: dict[str, str] = {"method": "GET", "route": "/api/v1/images/{image_id}"}
    nowhere = {"method": "GET", "route": NO_ROUTE, "status": "404"}
    assert value(after, "http_requests_total", status="200", **asked) == 2
    assert value(after, "http_requests_total", status="404", **asked) == 1
    assert value(after, "http_request_seconds_count", **asked) == 3
    assert value(after, "http_requests_total", **nowhere) == value(before, "http_requests_total", **nowhere) + 1
    assert not any("no-such-page" in label for _, labels in after for _, label in labels)


def test_no_name_of_a_file_a_folder_or_a_source_is_told(shown: Place):
    keeping.put_down(shown.database)
    told = shown.ask("Alice", "GET", "/metrics").text

    assert "IMG_" not in told
    assert str(shown.home.pictures) not in told
    assert "Photos" not in told


def test_every_figure_of_ours_is_told_and_no_other(shown: Place):
    names = set(re.findall(r"^# TYPE (renamer_\w+)", shown.ask("Alice", "GET", "/metrics").text, re.MULTILINE))
    every = (*telemetry.COUNTED, *telemetry.LOOKED_AT, *telemetry.OF_A_PROCESS)

    assert names == {one.name + "_total" * isinstance(one, telemetry.Counter) for one in every}


def test_what_a_command_did_is_told_by_the_server(home: Home):
    home.photo("IMG_0001.JPG", seed=1)
    home.rename()
    settings = Settings.from_env({}, home.root / "data")
    application = app.create_app(settings)
    told = asked(application).text
    application.state.house.close()

    assert 'renamer_renames_total{act="rename",ending="done"} 1.0' in told


def test_what_a_command_of_a_moment_did_is_told_too(home: Home):
    home.run("token", "add", "a program")
    application = app.create_app(Settings.from_env({}, home.root / "data"))
    told = asked(application).text
    application.state.house.close()

    assert 'renamer_events_total{type="token.added"} 1.0' in told


def asked(application: Any, address: str = HERE, client: str = "127.0.0.1") -> httpx.Response:
    """By a browser or Prometheus at that address, which signs in as nobody."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=application, client=(client, 40000))
        async with httpx.AsyncClient(transport=transport, base_url=address) as browser:
            return await browser.get("/metrics")

    with start_blocking_portal() as portal:
        return portal.call(ask)


def test_on_the_machine_itself_nobody_needs_a_token(shown: Place):
    assert asked(shown.application).status_code == 200
    assert asked(shown.application, "http://localhost:8080").status_code == 200


def test_from_elsewhere_or_under_the_name_of_another_site_one_is_needed(shown: Place):
    assert asked(shown.application, client="192.0.2.7").status_code == 401
    assert asked(shown.application, "http://rebound.example").status_code == 401


def test_where_others_reach_it_one_is_needed_on_the_machine_too(home: Home):
    settings = Settings.from_env({"RENAMER_BASE_URL": "https://photos.example.org"}, home.root / "data")
    application = app.create_app(settings)
    answer = asked(application)
    application.state.house.close()

    assert answer.status_code == 401


@pytest.fixture
def databases(database_url: str) -> Iterator[tuple[Database, Database]]:
    """One database, as two processes have it open."""
    pair = Database(database_url), Database(database_url)
    yield pair
    for one in pair:
        one.close()


def test_what_processes_count_adds_up(databases: tuple[Database, Database]):
    for database in databases:
        database.tally.count(telemetry.EVENTS, "image.found", by=2)
        database.tally.took(telemetry.STEP_SECONDS, 0.3, "plan", times=4)
        keeping.put_down(database)
        keeping.put_down(database)

    with databases[0].reading(None) as session:
        stored = keeping.stored(session)
    assert stored["renamer_events_total", ("image.found",)] == 4
    assert stored["renamer_step_seconds_count", ("plan",)] == 8
    assert stored["renamer_step_seconds_sum", ("plan",)] == pytest.approx(2.4)
    assert stored["renamer_step_seconds_bucket", ("plan", "0.5")] == 8
    assert ("renamer_step_seconds_bucket", ("plan", "0.25")) not in stored


def test_how_sources_and_providers_fare_is_told(databases: tuple[Database, Database]):
    moment = now()
    fares: list[dict[str, Any]] = [
        {"scanned_at": moment - timedelta(minutes=5)},
        {"scanned_at": moment - timedelta(hours=2), "problem": "It does not answer."},
        {"scanned_at": moment - timedelta(days=9), "paused": True},
    ]
    rests: list[dict[str, Any]] = [{}, {"problem": "No key."}, {"rests_until": moment + timedelta(minutes=1)}]
    with databases[0].session(OWN_TENANT) as session:
        for number, fare in enumerate(fares):
            root = f"/photos/{number}"
            session.add(Source(tenant_id=OWN_TENANT, kind="watchfolder", name=root, root=root, **fare))
        for number, rest in enumerate([*rests, {"enabled": False}]):
            named = {"tenant_id": OWN_TENANT, "kind": "openai", "name": str(number), "position": number}
            session.add(OwnProvider(**named, at_once=1, **rest))

    with databases[0].reading(None) as session:
        found = looking.looked(session, moment)
        assert looking.counted(session)["renamer_images", ("renamed",)] == 0
    sources = {labels[1]: value for (name, labels), value in found.items() if name == "renamer_sources"}
    providers = {labels[1]: value for (name, labels), value in found.items() if name == "renamer_providers"}
    assert sources == {"working": 1, "failing": 1, "paused": 1}
    assert providers == {"working": 1, "stopped": 1, "resting": 1}
    assert found["renamer_source_scan_age_seconds", ("watchfolder",)] == pytest.approx(7200)
    assert found["renamer_database_bytes", ()] > 0


def test_what_is_taken_back_was_never_counted(databases: tuple[Database, Database]):
    database = databases[0]

    def record_in_vain() -> None:
        with database.session(OWN_TENANT) as session:
            events.record(session, OWN_TENANT, [{"type": "token.added"}], actor="a test")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        record_in_vain()
    assert database.tally.seen() == {}


def test_what_cannot_be_stored_is_kept_for_the_next_time(databases: tuple[Database, Database]):
    database = databases[0]
    database.tally.count(telemetry.EVENTS, "image.found")
    with database.system_session() as session:
        session.execute(text("ALTER TABLE figures RENAME TO elsewhere"))
    with pytest.raises(Exception, match="figures"):
        keeping.put_down(database)
    with database.system_session() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO figures"))
    keeping.put_down(database)

    with database.reading(None) as session:
        assert keeping.stored(session) == {("renamer_events_total", ("image.found",)): 1}


def test_no_table_of_images_is_read_for_it(tmp_path):
    database = Database(put(tmp_path / "renamer.db"))
    said: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *about: said.append(about[2]))
    with database.reading(None) as session:
        looking.counted(session)
        looking.looked(session, now())
    statements = [one for one in said if "FROM images" in one or "FROM renames" in one]
    with database.reading(None) as session:
        plans = [row.detail for one in statements for row in session.execute(text(f"EXPLAIN QUERY PLAN {one}"))]
    database.close()

    assert len(statements) == 4
    assert all("images USING COVERING INDEX" in one or "renames USING INDEX uq_renames_open" in one for one in plans)
