"""Budgets are hard: for many workers at once, over the turn of a day, and when a worker is killed."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from appliance import pipeline, providers
from appliance.db import Database
from appliance.models import OWN_TENANT, Allowance, Ask, ImageState, now
from appliance.vision import asking, budgets
from appliance.vision.budgets import Exhausted
from tests.providers.conftest import COST, PRICES, Gallery
from tests.servers.vision_server import served
from tests.watching import eventually

MOST = 8_500  # millionths of a dollar that one answer may cost at these prices: 8,000 tokens asked, 100 answered
EVENING = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Database:
    return Database(database_url)


def _granted(database: Database, amount: int, moment: datetime) -> bool:
    try:
        database.write(OWN_TENANT, lambda session: budgets.reserve(session, OWN_TENANT, amount, moment))
    except Exhausted:
        return False
    return True


def _limit(database: Database, **limits: int) -> None:
    whole = {"per_day": None, "per_month": None} | limits
    with database.session(OWN_TENANT) as session:
        providers.decide(session, OWN_TENANT, offline=False, **whole, actor="a test")


def test_of_many_that_ask_at_once_exactly_those_get_money_for_whom_there_is_some(database: Database):
    _limit(database, per_day=1000)

    with ThreadPoolExecutor(8) as pool:
        granted = list(pool.map(lambda _: _granted(database, 30, now()), range(60)))

    assert sum(granted) == 33


def test_a_month_stops_what_a_day_would_allow_and_the_day_is_not_charged_for_it(database: Database):
    _limit(database, per_day=1000, per_month=100)

    assert _granted(database, 60, EVENING)
    assert not _granted(database, 60, EVENING)
    with database.reading(OWN_TENANT) as session:
        today, month = budgets.spent(session, OWN_TENANT, EVENING)
    assert (today.reserved, month.reserved) == (60, 60)


def test_the_next_day_and_the_next_month_begin_in_utc(database: Database):
    _limit(database, per_day=100, per_month=150)
    with pytest.raises(Exhausted) as raised, database.session(OWN_TENANT) as session:
        budgets.reserve(session, OWN_TENANT, 101, EVENING)

    assert raised.value.until == datetime(2026, 12, 1, tzinfo=UTC)
    assert "2026-12-01 00:00 UTC" in str(raised.value)
    assert _granted(database, 100, EVENING)
    assert not _granted(database, 100, EVENING)
    assert _granted(database, 100, EVENING + timedelta(minutes=1))


def test_what_was_not_spent_of_what_was_set_aside_is_free_again(database: Database):
    _limit(database, per_day=100)
    assert _granted(database, 100, EVENING)

    with database.session(OWN_TENANT) as session:
        budgets.release(session, OWN_TENANT, "2026-11-30", 100, cost=40)

    assert _granted(database, 60, EVENING)
    assert not _granted(database, 1, EVENING)


def test_photos_wait_for_money_and_go_on_when_there_is_more(gallery: Gallery):
    with served("eyes", kind="llama") as server:
        gallery.add(server, "ours", "eyes", at_once=1, **PRICES)
        gallery.decide(per_day=MOST + 2 * COST)
        gallery.photos(5)
        gallery.work()

        assert len(server.answered) == 3
        waiting = [image for image in gallery.images() if image.state is ImageState.FETCHED]
        assert len(waiting) == 2
        assert all("The budget of $0.01 a day is used up" in image.reason for image in waiting)
        assert all(image.tries == 0 for image in waiting)
        assert len(gallery.events("budget.exhausted")) == 1
        assert _spent(gallery) == (3 * COST, 0)

        gallery.decide(per_day=None)
        gallery.until_done()
        assert len(server.answered) == 5
    assert gallery.states() == {ImageState.RENAMED}
    assert _spent(gallery) == (5 * COST, 0)


def test_two_processes_spend_exactly_the_budget(gallery: Gallery):
    with served("eyes+slow=0.05", kind="llama") as server:
        gallery.add(server, "ours", "eyes+slow=0.05", at_once=2, **PRICES)
        gallery.photos(24)
        gallery.decide(per_day=MOST + 9 * COST)
        workers = [_start(gallery) for _ in range(2)]
        try:
            eventually(lambda: gallery.events("budget.exhausted") != [], 60, lambda: gallery.images())
            eventually(lambda: _spent(gallery)[1] == 0, 60, lambda: _spent(gallery))
        finally:
            _stop(workers)

        answers = len(server.answered)
    # With four at once, the last ones may find no room for the most that they could cost.
    assert MOST + 9 * COST - 4 * MOST <= answers * COST == _spent(gallery)[0] <= MOST + 9 * COST


def test_a_worker_that_is_killed_while_it_waits_repeats_no_bill_that_was_stored(gallery: Gallery):
    with served("eyes", "eyes+slow=3", kind="llama") as server:
        number = gallery.add(server, "ours", "eyes+slow=3", at_once=1, **PRICES)
        gallery.photos(2)
        worker = _start(gallery)
        try:
            eventually(lambda: len(server.answered) == 2, 90, lambda: gallery.images())  # one was stored by then
        finally:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()

        with gallery.database.reading(OWN_TENANT) as session:
            (ask,) = session.scalars(select(Ask).where(Ask.until.is_not(None)))
            assert ask.reserved == MOST
        gallery.expire_leases()
        gallery.until_done()

        assert len(server.answered) == 3  # the second was lost on its way, and is asked for once more
    assert gallery.row(number).failures == 0
    assert gallery.states() == {ImageState.RENAMED}
    assert _spent(gallery) == (2 * COST + MOST, 0)


def test_what_a_dead_worker_had_set_aside_is_taken_for_spent_where_nobody_takes_over(gallery: Gallery):
    with served("eyes+hangs", kind="llama") as server:
        number = gallery.add(server, "ours", "eyes+hangs", **PRICES)
        gallery.photos(1)
        (image,) = gallery.images()
        pipeline.advance(gallery.worker, [image.id])
        chain = gallery.worker.providers.chain(OWN_TENANT, "ours")
        assert chain is not None
        question = asking.Question(OWN_TENANT, "0" * 64, "en", image.id, 1)
        with gallery.database.session(OWN_TENANT) as session:
            asking.begin(session, chain.links[0], number, question, now())

        with gallery.database.system_session() as session:
            assert not asking.is_untidy(session, now())
            asking.tidy(session, now() + timedelta(minutes=11))
    assert _spent(gallery) == (MOST, 0)


def test_questions_that_begin_together_set_aside_what_all_of_them_may_cost_or_nothing(gallery: Gallery):
    with served("eyes", kind="llama") as server:
        number = gallery.add(server, "ours", "eyes", **PRICES)
    chain = gallery.worker.providers.chain(OWN_TENANT, "ours")
    assert chain is not None

    def begin(*pictures: int) -> list[bool]:
        questions = [asking.Question(OWN_TENANT, f"{one:064}", "en", place, 1) for place, one in enumerate(pictures)]
        with gallery.database.session(OWN_TENANT) as session:
            begun = asking.begin_all(session, chain.links[0], number, questions, now())
        return [isinstance(one, asking.Begun) for one in begun]

    assert begin(1, 2, 2) == [True, True, False]  # a copy is for its own turn, ...
    assert begin(2, 3) == [False, True]  # ... as is what is asked about already
    assert _spent(gallery) == (0, 3 * MOST)

    gallery.decide(per_day=4 * MOST)
    with pytest.raises(Exhausted):
        begin(4, 5)
    assert begin(4) == [True]
    assert _spent(gallery) == (0, 4 * MOST)


def _spent(gallery: Gallery) -> tuple[int, int]:
    with gallery.database.reading(OWN_TENANT) as session:
        row = session.scalar(select(Allowance).where(Allowance.period == budgets.periods(now())[0]))
    return (row.spent, row.reserved) if row else (0, 0)


def _start(gallery: Gallery) -> "subprocess.Popen[bytes]":
    """`image-renamer work` on the same data and database."""
    log = (gallery.home.root / "work.log").open("ab")
    environment = gallery.home.process_environment() | {
        "RENAMER_VISION": "none",
        "RENAMER_DATABASE_URL": gallery.settings.database_url,
        "RENAMER_QUEUE_URL": f"sqlite:///{gallery.home.root / 'queue.db'}",
    }
    command = [sys.executable, "-m", "appliance", "--data", str(gallery.home.root / "data"), "work"]
    return subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=Path(__file__).parents[2])


def _stop(workers: "list[subprocess.Popen[bytes]]") -> None:
    for worker in workers:
        worker.send_signal(signal.SIGINT)
    for worker in workers:
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
