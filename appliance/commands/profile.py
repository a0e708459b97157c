"""`image-renamer profile`: what names look like, and which words may stand in them, as their owner wants it."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from appliance import app, batches, naming, profiles
from appliance.commands.printing import counted
from appliance.config import Settings
from appliance.errors import Invalid, NotFound
from appliance.models import OWN_TENANT


@click.group()
def profile() -> None:
    """Your own profiles of names: limits, and words that are allowed, banned or written in another way."""


@profile.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """The profiles that `rename --profile` knows."""
    with app.session(settings) as session:
        own = profiles.all_of(session, OWN_TENANT)
    for name in naming.PROFILES:
        click.echo(name)
    for name, said in own.items():
        click.echo(f"{name}  (yours, {counted(len(said), 'setting')})")


@profile.command()
@click.argument("name")
@click.pass_obj
def show(settings: Settings, name: str) -> None:
    """What a profile says, as TOML that `profile set` takes."""
    with app.session(settings) as session:
        said = profiles.settings_of(session, OWN_TENANT, name)
    for line in _toml(naming.profiles.to_mapping(naming.PROFILES[name]) if said is None else said):
        click.echo(line)


@profile.command("set")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def set_(settings: Settings, name: str, file: Path) -> None:
    """Makes or changes a profile from a TOML FILE; docs/naming.md has the settings."""
    with app.session(settings) as session:
        profiles.put(session, OWN_TENANT, name, read(file), actor=batches.ACTOR)
    click.echo(f"Profile {name} is set; use it with `rename --profile {name}`.")


@profile.command()
@click.argument("name")
@click.pass_obj
def remove(settings: Settings, name: str) -> None:
    """Forgets a profile; names that it made stay."""
    with app.session(settings) as session:
        profiles.remove(session, OWN_TENANT, name, actor=batches.ACTOR)
    click.echo(f"Profile {name} is removed.")


def read(file: Path) -> dict[str, Any]:
    """The settings in a TOML file. Raises Invalid."""
    try:
        return tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"{file} cannot be read as TOML: {error}.") from error


def named(settings: Settings, profile: str) -> tuple[str, dict[str, Any] | None]:
    """The name of a profile, and what it says where it is somebody's own: by its name, or in a file `NAME.toml`.

    Raises click.UsageError.
    """
    if profile in naming.PROFILES:
        return profile, None
    try:
        if profile.endswith(".toml"):
            file = Path(profile)
            return file.stem, profiles.checked(file.stem, read(file))
        with app.session(settings) as session:
            return profile, profiles.settings_of(session, OWN_TENANT, profile)
    except (Invalid, NotFound) as error:
        raise click.UsageError(str(error)) from error


def _toml(mapping: Mapping[str, Any]) -> Iterator[str]:
    """Values as JSON writes them, which is how TOML writes these, too; tables last, as TOML wants."""
    tables = {key: value for key, value in mapping.items() if isinstance(value, Mapping)}
    for key, value in mapping.items():
        if key not in tables:
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}"
    for key, table in tables.items():
        yield f"\n[{key}]"
        for word, instead in table.items():
            yield f"{json.dumps(word, ensure_ascii=False)} = {json.dumps(instead, ensure_ascii=False)}"
