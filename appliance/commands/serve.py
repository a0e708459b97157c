"""`image-renamer serve`: the whole appliance in one process tree."""

import fcntl
import http.client
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from pathlib import Path
from types import FrameType

import click

from appliance import app, kinds, sources, vision
from appliance.commands import logs, sockets
from appliance.commands.supervising import Child, Supervisor
from appliance.config import DEFAULT_BASE_URL, Settings
from appliance.errors import Conflict, Unavailable
from appliance.jobs import receiving
from appliance.models import OWN_TENANT
from appliance.secrets import vault_of

PATIENCE = 30.0  # seconds until the server answers


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
    vision.check(settings)
    app.make_data_folder(settings)
    with _alone(settings), ExitStack() as opened:
        listener = opened.enter_context(sockets.listening(host, port, host_from="--host", port_from="--port"))
        uploads = opened.enter_context(sockets.for_uploads(settings)) if settings.sftp_listen else None
        database = app.open_database(settings)
        link = app.open_accounts(settings, database)
        database.close()
        for folder in folders:
            _watch(settings, folder)
        said = _welcome(settings, listener, folders, link)
        _run(settings, listener, uploads, said, first=link is not None)


def _run(
    settings: Settings, listener: socket.socket, uploads: socket.socket | None, welcome: str, *, first: bool
) -> None:
    descriptor = str(listener.fileno())
    children = [
        Child("api", ["--data", str(settings.data), "api", "--fd", descriptor], signal.SIGTERM, (listener.fileno(),)),
        Child("work", ["--data", str(settings.data), "work"], signal.SIGINT),
    ]
    if uploads is not None:
        children.append(_receiver(settings, uploads.fileno()))
    supervisor = Supervisor(children, os.environ)
    with _stopped_by_signals(supervisor.stopping):
        supervisor.start()
        if _answers(listener, supervisor):
            click.echo(welcome)
            if first and settings.vision_chain == ("local",):
                offer_servers()
        supervisor.watch()
    if supervisor.broken:
        raise Unavailable(f"The {supervisor.broken} process cannot be started; what it said stands above.")
    click.echo("Stopped.")


def offer_servers() -> None:
    """Whoever starts it first may have a better engine on this machine, and not know that it can be used."""
    from appliance.vision import finding  # with a client of HTTP, for the first start alone

    for one in finding.found():
        click.echo(f"{one}. To have it name the pictures, start this with\n  {one.settings}")


def _receiver(settings: Settings, descriptor: int) -> Child:
    arguments = ["--data", str(settings.data), "receive", "--fd", str(descriptor)]
    return Child("receive", arguments, signal.SIGTERM, (descriptor,))


def _welcome(settings: Settings, listener: socket.socket, folders: tuple[Path, ...], link: str | None) -> str:
    address = settings.base_url if settings.base_url != DEFAULT_BASE_URL else _address(listener)
    lines = [f"Image Renamer is on {address}"]
    if link:
        path = link.removeprefix(settings.base_url)
        lines.append(f"Make your account, with this link that works once:\n  {address}{path}")
    lines += [f"Drop photos into {folder}: they get their names there." for folder in folders]
    if settings.sftp_listen:
        host, port = settings.sftp_listen
        lines.append(f"Uploads over SFTP: {host} port {port}, host key {receiving.shown(settings.data)[0]}")
    return "\n".join([*lines, "Ctrl-C stops it; nothing is lost."])


def _address(listener: socket.socket) -> str:
    address, port = listener.getsockname()[:2]
    host = _reachable(address)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _answers(listener: socket.socket, supervisor: Supervisor) -> bool:
    """Waits until the server answers; false where it is to stop before that."""
    address, port = listener.getsockname()[:2]
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and not supervisor.stopping.is_set():
        connection = http.client.HTTPConnection(_reachable(address), port, timeout=1)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == HTTPStatus.OK
        except OSError:
            if not all(child.alive for child in supervisor.children):
                return False
        finally:
            connection.close()
    return not supervisor.stopping.is_set()


def _reachable(address: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104


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
    wanted = asked.named(folder.name or str(folder))
    with app.session(settings) as session:
        known = [source.root for source in sources.watched(session, OWN_TENANT)]
        if os.path.realpath(folder) not in known:
            sources.add(session, OWN_TENANT, vault_of(settings), wanted, actor="command line")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One server for each data folder; the lock goes with the process."""
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
