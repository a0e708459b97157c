"""A program that does what is due for all images of a folder; reads `{"data"}` as a JSON line."""

from pathlib import Path

from sqlalchemy import select

from appliance import app, pipeline
from appliance.config import Settings
from appliance.db import Database
from appliance.models import Image, Source
from appliance.pipeline.worker import Worker
from tests.connectors import orders


def work(order: dict[str, str]) -> int:
    settings = Settings.from_env({"RENAMER_VISION": "canned"}, Path(order["data"]))
    worker = app.make_worker(settings, Database(settings.database_url))
    _try_out_the_disk(worker)
    orders.wait_until_told()
    while due := _due(worker):
        pipeline.advance(worker, due)
    return 0


def _try_out_the_disk(worker: Worker) -> None:
    """So that no call is spent on that afterwards."""
    with worker.database.reading(None) as session:
        source = session.scalars(select(Source)).one()
    worker.connections.open(source).protocol("")


def _due(worker: Worker) -> list[int]:
    with worker.database.reading(None) as session:
        return list(session.scalars(select(Image.id).where(Image.due_at.is_not(None))))


if __name__ == "__main__":
    orders.carry_out(work)
