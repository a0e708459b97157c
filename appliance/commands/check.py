"""`image-renamer check`: configuration and connections, a line each."""

import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from appliance import app, config, jobs, providers, vision
from appliance.config import Settings
from appliance.db import explained
from appliance.errors import Problem
from appliance.imaging import Decoder
from appliance.jobs import receiving
from appliance.models import OWN_TENANT, OwnProvider
from appliance.providers import kinds
from appliance.secrets import vault_of
from appliance.web import bundled

LEAST_FREE_BYTES = 100 << 20


@click.command()
@click.pass_obj
def check(settings: Settings) -> None:
    """Tries everything that the program stands on, a line each; exit code 1 where something is wrong."""
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("settings", _settings),
        ("data folder", _data),
        ("database", _database),
        ("queue", _queue),
        ("storage", _storage),
        ("decoder", _decoder),
        ("vision", _vision),
        *([("offline", _offline)] if settings.offline else []),
        *_providers(settings),
        ("vision servers", _servers),
        ("dashboard", _dashboard),
        ("uploads", _uploads),
    ]
    problems = 0
    for name, look in checks:
        try:
            click.echo(f"ok       {name}: {look(settings)}")
        except (Problem, vision.VisionError, DBAPIError, OSError) as error:
            problems += 1
            click.echo(f"PROBLEM  {name}: {explained(error) if isinstance(error, DBAPIError) else error}")
    sys.exit(1 if problems else 0)


def _settings(_: Settings) -> str:
    if misspelt := config.unknown(os.environ):
        raise Problem(f"nothing reads {', '.join(misspelt)}; see docs/reference/settings.md for the names.")
    return "every variable is known"


def _data(settings: Settings) -> str:
    settings.data.mkdir(parents=True, exist_ok=True)
    probe = settings.data / f".probe-{os.getpid()}"
    probe.write_bytes(b"probe")
    probe.unlink()
    free = shutil.disk_usage(settings.data).free
    if free < LEAST_FREE_BYTES:
        raise Problem(f"only {free >> 20} MB are free in {settings.data}; free some space.")
    return f"{settings.data}, {free >> 30} GB free"


def _database(settings: Settings) -> str:
    database = app.open_database(settings)
    with database.reading(None) as session:
        session.execute(text("SELECT 1"))
    database.close()
    return _without_password(settings.database_url)


def _without_password(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)


def _queue(settings: Settings) -> str:
    queue = jobs.make_queue(settings)
    return f"{Path(settings.queue_url.removeprefix('sqlite:///'))}, {queue.pending_count()} waiting"


def _storage(settings: Settings) -> str:
    if problem := app.open_storage(settings).problem():
        raise Problem(problem)
    return f"previews and uploads are kept at {_without_password(settings.storage).partition('?')[0]}"


def _decoder(_: Settings) -> str:
    with Decoder() as decoder:
        decoder.check()
    return "pictures are opened in a process of their own"


def _dashboard(_: Settings) -> str:
    try:
        manifest = bundled.read_manifest()
    except bundled.AssetsMissing as error:
        raise Problem(str(error)) from error
    return f"{len(manifest.files)} files for its pages"


def _uploads(settings: Settings) -> str:
    if settings.sftp_listen is None:
        return "none are taken over SFTP; RENAMER_SFTP_LISTEN=0.0.0.0:2022 switches that on"
    host, port = settings.sftp_listen
    return f"over SFTP on {host} port {port}, host key {', '.join(receiving.shown(settings.data))}"


def _vision(settings: Settings) -> str:
    """What the environment says of it, which counts until somebody decides otherwise."""
    vision.check(settings)
    return f"{', '.join(settings.vision_chain)} in the settings"


def _providers(settings: Settings) -> list[tuple[str, Callable[[Settings], str]]]:
    """A check for each that is asked about pictures; none where the database cannot say so, which it does itself."""
    try:
        database = app.open_database(settings)
        app.seed_providers(settings, database)
        with database.reading(OWN_TENANT) as session:
            rows = [row for row in providers.all_of(session, OWN_TENANT) if row.enabled]
        database.close()
    except (Problem, DBAPIError, OSError):
        return []
    return [(f"vision by {row.name}", partial(_provider, row)) for row in rows]


def _offline(_: Settings) -> str:
    return "no picture leaves this machine (RENAMER_OFFLINE), whatever providers there are"


def _provider(row: OwnProvider, settings: Settings) -> str:
    if settings.offline and kinds.leaves(row.kind, row.options):
        return f"not asked, since {providers.OFFLINE.removesuffix('.')}"
    if row.problem:
        raise Problem(f"{row.problem} It is asked no more, until it is changed or tested on the page Vision.")
    provider = providers.connect(row.kind, providers.options_of(row, vault_of(settings)))
    try:
        provider.check()
        return provider.model
    finally:
        providers.close(provider)


def _servers(_: Settings) -> str:
    from appliance.vision import finding  # with a client of HTTP, for this alone

    found = [f"{one} ({one.settings})" for one in finding.found()]
    return "; ".join(found) or "none found on this machine; docs/models.md says which are looked for"
