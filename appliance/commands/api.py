"""`image-renamer api`: the dashboard and the API, without workers."""

import logging
import socket

import click
import uvicorn

from appliance import app
from appliance.commands import logs
from appliance.config import Settings

KEEP_ALIVE = 75  # seconds
PATIENCE = 3  # seconds for requests under way, of which event streams never end by themselves


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The port to listen on.")
@click.option("--fd", type=int, hidden=True, help="A socket that listens already.")
@click.pass_obj
def api(settings: Settings, host: str, port: int, fd: int | None) -> None:
    """Serves the dashboard and the API until SIGTERM or Ctrl-C; `image-renamer work` does the work."""
    logs.to_standard_error(logging.INFO)
    config = uvicorn.Config(
        app.create_app(settings),
        host=host,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=PATIENCE,
        backlog=4096,
    )
    sockets = None if fd is None else [socket.socket(fileno=fd)]
    uvicorn.Server(config).run(sockets=sockets)
