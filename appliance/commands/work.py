"""`image-renamer work`: watches the sources and takes images off the queue until it is stopped."""

import logging

import click

from appliance import app, jobs, vision
from appliance.commands import logs
from appliance.config import Settings


@click.command()
@click.pass_obj
def work(settings: Settings) -> None:
    """Watches the sources and works the queue.

    SIGINT lets what is under way be finished; SIGTERM ends it at once.
    """
    logs.to_standard_error(logging.INFO)
    vision.check(settings)
    database = app.open_database(settings)
    worker = app.make_worker(settings, database, actor="worker")
    try:
        jobs.consume(settings, worker)
    finally:
        worker.close()
        database.close()
