"""A program that renames all pictures of a folder by one protocol; reads `{"data", "pictures", "protocol", "traced"}`
as a JSON line."""

import os
import threading
from pathlib import Path
from typing import Any

from appliance import app, batches, pipeline, sources
from appliance.config import Settings
from appliance.models import OWN_TENANT, BatchKind, BatchState
from appliance.sources import Policy
from connectors import watchfolder
from tests.connectors import orders

POLICY = Policy(provider="canned")


def rename(order: dict[str, Any]) -> int:
    if order["traced"]:
        orders.wait_until_told()
    pictures = Path(order["pictures"])
    options = watchfolder.Options(path=str(pictures))
    with app.command(Settings.from_env(os.environ, Path(order["data"])), lambda _: None) as worker:
        with worker.database.session(OWN_TENANT) as session:
            source, _ = sources.for_folder(session, OWN_TENANT, pictures)
            batch = batches.start(session, OWN_TENANT, source, BatchKind.COMMAND, POLICY, worker.owner)
        worker.connections.use(source, watchfolder.connect(options, protocol=order["protocol"]))
        images = batches.without_companions(worker.connections.open(source).scan())
        with worker.database.session(OWN_TENANT) as session:
            batches.take_in(session, batch, POLICY, images)
        pipeline.work_off(worker, batch.id, 1, threading.Event())
        with worker.database.session(OWN_TENANT) as session:
            batches.finish(session, batch, BatchState.COMPLETED)
    return 0


if __name__ == "__main__":
    orders.carry_out(rename)
