"""What each process has counted becomes rows, which add up for all of them and outlive them."""

import json
import logging
import threading
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from appliance import telemetry
from appliance.db import Database, insert_into
from appliance.errors import Problem
from appliance.models import OWN_TENANT, CountedFigure
from appliance.telemetry import Sample

EVERY_SECONDS = 10.0

logger = logging.getLogger(__name__)


class Keeper:
    """Puts down what was counted with this database, in a thread of its own, and when it is stopped."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="figures", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        try_to_put_down(self._database)

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            try_to_put_down(self._database)


def try_to_put_down(database: Database) -> None:
    """Where that fails, figures are the least of what is wrong."""
    try:
        put_down(database)
    except (SQLAlchemyError, Problem, OSError) as error:
        logger.warning("What was counted could not be stored: %s", error)


def put_down(database: Database) -> None:
    """Nothing is lost or counted twice where the database refuses; what was counted since goes with a kill."""
    database.tally.add(telemetry.EVERYWHERE.take())
    taken = database.tally.take()
    if not taken:
        return
    try:
        with database.session(OWN_TENANT) as session:
            _add(session, taken)
    except BaseException:
        database.tally.add(taken)
        raise


def _add(session: Session, samples: Mapping[Sample, float]) -> None:
    """In one order everywhere, so that two processes wait for each other's rows and never in a circle."""
    rows = [
        {"tenant_id": OWN_TENANT, "name": name, "labels": json.dumps(labels), "value": value}
        for (name, labels), value in sorted(samples.items())
    ]
    first = insert_into(CountedFigure, session.get_bind().dialect.name)
    more = {"value": CountedFigure.value + first.excluded.value}
    session.execute(first.on_conflict_do_update(index_elements=["tenant_id", "name", "labels"], set_=more), rows)


def stored(session: Session) -> dict[Sample, float]:
    """What all processes have put down, ever."""
    rows = session.scalars(select(CountedFigure).where(CountedFigure.tenant_id == OWN_TENANT))
    return {(row.name, tuple(json.loads(row.labels))): row.value for row in rows}
