"""`image-renamer serve`: the whole appliance in one process tree."""

import fcntl
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from appliance import app, kinds, sources
from appliance.commands import logs
from appliance.commands.supervising import Child, Supervisor
from appliance.config import Settings
from appliance.errors import Conflict, Unavailable
from appliance.models import OWN_TENANT

BACKLOG = 4096  # connections that wait to be accepted


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The port to listen on.")
@click.option(
    "--watch",
    "folders",
    multiple=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Watch this folder and rename what is in it without asking; made if missing. May be given again.",
)
@click.pass_obj
def serve(settings: Settings, host: str, port: int, folders: tuple[Path, ...]) -> None:
    """Serves the dashboard and the API, works the queue and watches the sources, until Ctrl-C."""
    with _alone(settings), _listening(host, port) as listener:
        database = app.open_database(settings)
        for folder in folders:
            _watch(settings, folder)
        database.close()
        _run(settings, listener, folders)


def _run(settings: Settings, listener: socket.socket, folders: tuple[Path, ...]) -> None:
    descriptor = str(listener.fileno())
    children = [
        Child("api", ["--data", str(settings.data), "api", "--fd", descriptor], signal.SIGTERM, (listener.fileno(),)),
        Child("work", ["--data", str(settings.data), "work"], signal.SIGINT),
    ]
    supervisor = Supervisor(children, os.environ)
    with _stopped_by_signals(supervisor.stopping):
        supervisor.start()
        _welcome(listener, folders)
        supervisor.watch()
    if supervisor.broken:
        raise Unavailable(f"The {supervisor.broken} process cannot be started; what it said stands above.")
    click.echo("Stopped.")


def _welcome(listener: socket.socket, folders: tuple[Path, ...]) -> None:
    address, port = listener.getsockname()[:2]
    host = "127.0.0.1" if address in {"0.0.0.0", "::"} else address  # noqa: S104  # where it can be opened from here
    click.echo(f"Image Renamer is on http://{f'[{host}]' if ':' in host else host}:{port}")
    for folder in folders:
        click.echo(f"Drop photos into {folder}: they get their names there.")
    click.echo("Ctrl-C stops it; nothing is lost.")


def _watch(settings: Settings, folder: Path) -> None:
    """A source for the folder, made once. Naming it on the command line says that nobody need be asked."""
    folder = Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100  # without ..
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The folder {folder} cannot be made: {error.strerror}. Choose another with --watch."
        ) from error
    asked = kinds.asked("watchfolder", {"path": str(folder), "review": "auto", "backlog": True})
    wanted = sources.Wanted(
        kind="watchfolder", name=folder.name or str(folder), options=asked.options, choices=asked.choices
    )
    with app.session(settings) as session:
        known = [source.root for source in sources.watched(session, OWN_TENANT)]
        if os.path.realpath(folder) not in known:
            sources.add(session, OWN_TENANT, wanted, actor="command line")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One server for each data folder; the lock goes with the process."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "serve.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            number = file.read().strip()
            raise Conflict(
                f"Another server works with {settings.data} (process {number}): stop that, or give another --data."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """The socket on which the children accept; it stays open while they are started again."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except socket.gaierror as error:
        raise Unavailable(f"There is no address {host} to listen on: give another --host.") from error
    except OSError as error:
        raise Unavailable(_cannot_listen(host, port, error)) from error
    with listener:
        yield listener


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"Port {port} is not for this account to listen on: give a --port above 1023."
    return f"Port {port} on {host} cannot be used ({error.strerror}): stop what uses it, or give another --port."


@contextmanager
def _stopped_by_signals(stopping: threading.Event) -> Iterator[None]:
    """A second signal is not needed: the children have a few seconds, then they are ended."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        if not stopping.is_set():
            click.echo("Stopping: what is under way is finished first.", err=True)
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    logs.to_standard_error(logging.INFO)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
