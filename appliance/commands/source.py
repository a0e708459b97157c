"""`image-renamer source`: the places that are watched, without the dashboard."""

import os
import sys
from pathlib import Path

import click

from appliance import app, catalogue, kinds, sources
from appliance.config import Settings
from appliance.errors import Invalid, Unavailable
from appliance.models import OWN_TENANT, Source
from appliance.secrets import vault_of
from connectors.base import ConnectorError, Unproven

_ACTOR = "command line"


@click.group()
def source() -> None:
    """Places that are watched: add, list, test, scan, pause, resume, remove."""


@source.command()
@click.argument("kind")
@click.argument("name")
@click.argument("options", nargs=-1, metavar="KEY=VALUE…")
@click.pass_obj
def add(settings: Settings, kind: str, name: str, options: tuple[str, ...]) -> None:
    """Watches a place from now on, such as: source add watchfolder Inbox path=./inbox review=auto backlog=yes"""
    values = dict(_parted(option) for option in options)
    if kind == "watchfolder":
        values |= _absolute(values.get("path", "~"))
    asked = _reached(settings, kind, values)
    with app.session(settings) as session:
        added = sources.add(session, OWN_TENANT, vault_of(settings), asked.named(name), actor=_ACTOR)
        click.echo(f"“{added.name}” is source {added.id}: {added.root} is watched while a server or a worker runs.")


def _reached(settings: Settings, kind: str, values: dict[str, str]) -> kinds.Asked:
    """At a terminal, somebody is asked whether what the place shows is right, such as a host key."""
    asked = kinds.asked(kind, values)
    try:
        sources.connect(kind, asked.options, settings.data).close()
    except Unproven as error:
        if not sys.stdin.isatty():
            raise Unavailable(str(error)) from error
        click.confirm(f"{error}\nAccept it now?", abort=True)
        return _reached(settings, kind, values | error.accepting)
    except ConnectorError as error:
        raise Unavailable(str(error)) from error
    return asked


def _parted(option: str) -> tuple[str, str]:
    """A key and its value; a secret is read from `@file` or, for `-`, from standard input."""
    key, equals, value = option.partition("=")
    if not equals or not key:
        raise click.UsageError(f"“{option}” is no option of a source: write KEY=VALUE.")
    if value == "-":
        value = sys.stdin.read().strip()
    elif value.startswith("@"):
        try:
            value = Path(value[1:]).expanduser().read_text().strip()
        except OSError as error:
            raise Invalid(f"“{key}” cannot be read from {value[1:]}: {error.strerror}.") from error
    return key, value


def _absolute(path: str) -> dict[str, str]:
    return {} if path.startswith("~") else {"path": os.path.abspath(path)}  # noqa: PTH100  # without ..


@source.command(name="list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """Every source with how it fares."""
    with app.session(settings) as session:
        watched = sources.watched(session, OWN_TENANT)
        for one in watched:
            click.echo(f"{one.id}  {one.name}  {one.kind}  {one.root}  {_state(one)}")
            numbers = catalogue.of_source(session, one)
            click.echo(
                f"   {numbers.renamed} renamed, {numbers.waiting} waiting for review, "
                f"{numbers.under_way} under way, {numbers.attention} in need of attention"
            )
        if not watched:
            click.echo("There is no source yet; `image-renamer source add watchfolder NAME path=FOLDER` makes one.")


def _state(one: Source) -> str:
    if one.problem:
        return f"FAILING: {one.problem}"
    if one.paused:
        return "paused"
    return f"looked through at {one.scanned_at:%Y-%m-%d %H:%M:%S} UTC" if one.scanned_at else "not looked through yet"


@source.command()
@click.argument("name")
@click.pass_obj
def test(settings: Settings, name: str) -> None:
    """Tries step by step whether a source works; NAME is its name or number."""
    with app.session(settings) as session:
        found = sources.named(session, OWN_TENANT, name)
    steps = sources.tested(found.kind, sources.options_of(found, vault_of(settings)), settings.data)
    for step in steps:
        click.echo(f"PROBLEM  {step.name}: {step.problem}" if step.problem else f"ok       {step.name}.")
    sys.exit(1 if any(step.problem for step in steps) else 0)


def _act(settings: Settings, name: str, wanted: str, done: str) -> None:
    with app.session(settings) as session:
        found = sources.named(session, OWN_TENANT, name)
        sources.act(session, found, wanted, actor=_ACTOR)
        click.echo(f"“{found.name}” {done}")


@source.command()
@click.argument("name")
@click.pass_obj
def scan(settings: Settings, name: str) -> None:
    """Looks through all of a source now."""
    _act(settings, name, "scan", "is looked through as soon as a server or a worker runs.")


@source.command()
@click.argument("name")
@click.pass_obj
def pause(settings: Settings, name: str) -> None:
    """Takes in nothing new from a source until it is resumed."""
    _act(settings, name, "pause", "is paused.")


@source.command()
@click.argument("name")
@click.pass_obj
def resume(settings: Settings, name: str) -> None:
    """Watches a paused source again; what came meanwhile is found."""
    _act(settings, name, "resume", "is watched again.")


@source.command()
@click.argument("name")
@click.pass_obj
def remove(settings: Settings, name: str) -> None:
    """Watches a source no longer; its files stay as they are, and undo still works."""
    with app.session(settings) as session:
        found = sources.named(session, OWN_TENANT, name)
        sources.remove(session, found, actor=_ACTOR)
        click.echo(f"“{found.name}” is watched no longer; its files and their history stay.")
