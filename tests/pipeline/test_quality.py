"""How well a provider names is measured by what people make of its proposals."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from appliance import batches, learning, quality, sources
from appliance.db import Database
from appliance.models import (
    OWN_TENANT,
    BatchKind,
    ComparedChoice,
    ComparedImage,
    Comparison,
    Example,
    Image,
    SeenDescription,
    Tenant,
    Verdict,
    now,
)
from appliance.sources import Policy

ELSEWHERE = 2


@pytest.fixture
def database(database_url: str) -> Any:
    database = Database(database_url)
    yield database
    database.close()


def decided(database: Database, *verdicts: Verdict, provider: str = "openai", model: str = "vl", **more: Any) -> None:
    with database.session(more.get("tenant_id", OWN_TENANT)) as session:
        first = len(session.scalars(select(Example.id)).all())
        for number, verdict in enumerate(verdicts, first + 1):
            usual = {"tenant_id": OWN_TENANT, "proposed": "brown dog", "accepted": "brown dog", "confidence": 0.5}
            told = usual | {"word": "", "language": "en", "profile": "web", "sha256": f"{number:064}", "prompt": "1"}
            session.add(Example(image_id=number, verdict=verdict, provider=provider, model=model, **(told | more)))


def described(database: Database, number: int, seconds: float, cost: int, *, model: str = "vl") -> None:
    body = {"usage": {"calls": 1, "seconds": seconds, "cost": cost}}
    key = {"provider": "openai", "model": model, "prompt": "1", "language": "en"}
    with database.session(OWN_TENANT) as session:
        session.add(SeenDescription(tenant_id=OWN_TENANT, sha256=f"{number:064}", body=body, **key))


def measured(database: Database, tenant_id: int = OWN_TENANT, **more: Any) -> list[quality.Quality]:
    with database.reading(tenant_id) as session:
        return quality.measured(session, tenant_id, **more)


def test_decisions_are_counted_by_provider_model_and_prompt(database):
    decided(database, Verdict.APPROVED, Verdict.APPROVED, Verdict.EDITED, Verdict.REJECTED, Verdict.UNDONE)
    decided(database, Verdict.REJECTED, provider="local", model="embedded-1", confidence=0.9)

    first, second = measured(database)
    assert (first.provider, first.approved, first.edited, first.rejected, first.undone) == ("openai", 2, 1, 1, 1)
    assert (first.acceptance, first.confidence) == (0.4, 0.5)
    assert (second.provider, second.acceptance, second.confidence) == ("local", 0.0, 0.9)


def test_an_edit_is_measured_by_the_words_that_it_changed(database):
    decided(database, Verdict.EDITED, accepted="brown labrador")
    decided(database, Verdict.EDITED, accepted="rex")

    assert measured(database)[0].changed == pytest.approx(0.75)
    assert learning.distance(["brown", "dog"], ["brown", "dog"]) == 0


def test_time_and_cost_are_of_all_answers_and_what_tells_no_time_counts_for_none(database):
    described(database, 1, 2.0, 300)
    described(database, 2, 4.0, 500)
    described(database, 3, 0.0, 0)

    (one,) = measured(database)
    assert (one.described, one.seconds, one.cost) == (3, 3.0, 800)
    assert one.acceptance is None


def test_what_an_engine_learned_makes_it_no_other_model(database):
    decided(database, Verdict.APPROVED, model="embedded-1")
    decided(database, Verdict.REJECTED, model="embedded-1+abc")
    described(database, 1, 1.0, 0, model="vl+1")
    described(database, 2, 3.0, 0, model="vl+2")

    by_model = {one.model: one for one in measured(database)}
    assert by_model["embedded-1"].acceptance == 0.5
    assert (by_model["vl"].described, by_model["vl"].seconds) == (2, 2.0)


def compared(database: Database, *choices: ComparedChoice, days_ago: int = 0) -> None:
    """The embedded engine, on the left, and a model, on the right."""
    at = now() - timedelta(days=days_ago)
    with database.session(OWN_TENANT) as session:
        source, _ = sources.for_folder(session, OWN_TENANT, Path("/photos"))
        batch = batches.start(session, OWN_TENANT, source, BatchKind.ARRIVALS, Policy(), None)
        here = {"tenant_id": OWN_TENANT, "source_id": source.id, "batch_id": batch.id, "path": "a.jpg", "folder": ""}
        image = Image(**here, preview=True, original_path="a.jpg", size=1, version="1", due_at=None)
        comparison = Comparison(tenant_id=OWN_TENANT, source="x", left="chain", right="mine", language="en")
        session.add_all([image, comparison])
        session.flush()
        for number, choice in enumerate(choices):
            said = {"left": {**LOCAL, "model": f"embedded-1+{number}"}, "right": {**LOCAL, "provider": "openai"}}
            whole = {"tenant_id": OWN_TENANT, "comparison_id": comparison.id, "image_id": image.id, "due_at": None}
            session.add(ComparedImage(**whole, **said, sha256=f"{number:064}", choice=choice, chosen_at=at))


LOCAL = {"provider": "local", "model": "embedded-1", "prompt": "", "confidence": 0.5}


def test_what_was_chosen_side_by_side_counts_for_who_had_answered(database):
    compared(database, ComparedChoice.LEFT, ComparedChoice.LEFT, ComparedChoice.NEITHER, ComparedChoice.OPEN)
    compared(database, ComparedChoice.RIGHT, days_ago=40)

    by_provider = {one.provider: one for one in measured(database)}
    local, model = by_provider["local"], by_provider["openai"]
    assert (local.better, local.worse, local.neither) == (2, 1, 1)
    assert (model.better, model.worse, model.neither) == (1, 2, 1)
    assert (local.decided, local.acceptance) == (0, None)
    assert {one.compared for one in measured(database, since=now() - timedelta(days=30))} == {3}


def test_only_what_was_decided_since_then_counts_and_only_of_the_tenant(database):
    with database.system_session() as session:
        session.add(Tenant(id=ELSEWHERE, name="Elsewhere"))
    decided(database, Verdict.APPROVED)
    with database.session(OWN_TENANT) as session:
        session.execute(update(Example).values(at=now() - timedelta(days=40)))
    decided(database, Verdict.REJECTED)
    decided(database, Verdict.APPROVED, tenant_id=ELSEWHERE)

    assert measured(database, since=now() - timedelta(days=30))[0].acceptance == 0
    assert measured(database)[0].acceptance == 0.5
    assert measured(database, ELSEWHERE)[0].acceptance == 1
