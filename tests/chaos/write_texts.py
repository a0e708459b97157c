"""A program that does what is due for all images of a folder, each time in a process of its own that waits to be traced
first: reads `{"data", "pictures"}` as a JSON line, answers as tests.connectors.rename_server does."""

import json
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import select

from appliance import app, pipeline
from appliance.config import Settings
from appliance.db import Database
from appliance.models import Image, Source
from appliance.pipeline.worker import Worker


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _work(Path(order["data"]))
        _, status = os.waitpid(child, os.WUNTRACED)
        print(child if os.WIFSTOPPED(status) else 0, flush=True)
        if os.WIFSTOPPED(status):
            _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _work(data: Path) -> None:
    code = 1
    try:
        settings = Settings.from_env({"RENAMER_VISION": "canned"}, data)
        worker = app.make_worker(settings, Database(settings.database_url))
        _try_out_the_disk(worker)
        os.kill(os.getpid(), signal.SIGSTOP)
        while due := _due(worker):
            pipeline.advance(worker, due)
        code = 0
    finally:
        os._exit(code)


def _try_out_the_disk(worker: Worker) -> None:
    """So that no call is spent on that afterwards."""
    with worker.database.reading(None) as session:
        source = session.scalars(select(Source)).one()
    worker.connections.open(source).protocol("")


def _due(worker: Worker) -> list[int]:
    with worker.database.reading(None) as session:
        return list(session.scalars(select(Image.id).where(Image.due_at.is_not(None))))


if __name__ == "__main__":
    main()
