"""Renames all pictures of a folder by one protocol, as a process that may be killed: DATA PICTURES PROTOCOL."""

import os
import sys
import threading
from pathlib import Path
from typing import cast

from appliance import app, batches, pipeline, sources
from appliance.config import Settings
from appliance.models import OWN_TENANT, BatchKind, BatchState
from appliance.sources import Policy
from connectors import watchfolder

POLICY = Policy(provider="canned")


def main(data: Path, pictures: Path, protocol: watchfolder.Protocol) -> None:
    settings = Settings.from_env(os.environ, data)
    with app.command(settings, lambda _: None) as worker:
        with worker.database.session(OWN_TENANT) as session:
            source, _ = sources.for_folder(session, OWN_TENANT, pictures)
            batch = batches.start(session, OWN_TENANT, source, BatchKind.COMMAND, POLICY, worker.owner)
        worker.connections.use(source, watchfolder.connect(watchfolder.Options(path=str(pictures)), protocol=protocol))
        images = batches.without_companions(worker.connections.open(source).scan())
        with worker.database.session(OWN_TENANT) as session:
            batches.take_in(session, batch, POLICY, images)
        pipeline.work_off(worker, batch.id, 1, threading.Event())
        with worker.database.session(OWN_TENANT) as session:
            batches.finish(session, batch, BatchState.COMPLETED)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), cast(watchfolder.Protocol, sys.argv[3]))
