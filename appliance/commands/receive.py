"""`image-renamer receive`: takes in what cameras and programs upload over SFTP."""

import logging
import signal
import socket
import threading

import click

from appliance import app
from appliance.commands import logs, sockets
from appliance.config import Settings
from appliance.figures.keeping import Keeper
from appliance.jobs import receiving


@click.command()
@click.option("--fd", type=int, hidden=True, help="A socket that listens already.")
@click.pass_obj
def receive(settings: Settings, fd: int | None) -> None:
    """Takes in what cameras and programs upload over SFTP, until SIGTERM or Ctrl-C."""
    logs.to_standard_error(logging.INFO)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    database = app.open_database(settings)
    figures = Keeper(database)
    figures.start()
    with sockets.for_uploads(settings) if fd is None else socket.socket(fileno=fd) as listener:
        receiving.receive(settings, database, listener, stopping)
    figures.stop()
    database.close()
