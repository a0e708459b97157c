"""`image-renamer token`: what programs sign in with."""

from datetime import timedelta

import click

from appliance import app, batches
from appliance.auth import tokens
from appliance.config import Settings
from appliance.models import OWN_TENANT, ApiToken, Role, now


@click.group()
def token() -> None:
    """API tokens: what scripts and other programs sign in with."""


@token.command()
@click.argument("name")
@click.option(
    "--role", type=click.Choice([*map(str, Role)]), default="admin", show_default=True, help="What it may do."
)
@click.option("--days", type=click.IntRange(1, 3650), help="How long it works; for ever where this is not given.")
@click.pass_obj
def add(settings: Settings, name: str, role: str, days: int | None) -> None:
    """Makes a token and prints it, this once."""
    lasting = timedelta(days=days) if days else None
    with app.session(settings) as session:
        text, _ = tokens.add(session, OWN_TENANT, name, Role(role), actor=batches.ACTOR, lasting=lasting)
    click.echo("It is shown this once; keep it where secrets are kept.", err=True)
    click.echo(text)


@token.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """The tokens there are, by name, with how each begins."""
    with app.session(settings) as session:
        for one in tokens.all_of(session, OWN_TENANT):
            click.echo(_line(one))


@token.command()
@click.argument("name")
@click.pass_obj
def remove(settings: Settings, name: str) -> None:
    """Ends a token at once."""
    with app.session(settings) as session:
        tokens.remove(session, tokens.named(session, OWN_TENANT, name), actor=batches.ACTOR)
    click.echo(f"Token {name} works no more.")


def _line(one: ApiToken) -> str:
    used = f"last used {one.last_used_at:%Y-%m-%d}" if one.last_used_at else "not used yet"
    return f"{one.name}  {one.prefix}…  {one.role.value}, {used}{_end(one)}"


def _end(one: ApiToken) -> str:
    if one.expires_at is None:
        return ""
    return f", {'ended' if one.expires_at <= now() else 'ends'} {one.expires_at:%Y-%m-%d}"
