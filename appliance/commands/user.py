"""`image-renamer user`: who may sign in to the appliance."""

import sys
from pathlib import Path

import click

from appliance import app, batches
from appliance.auth import links, members, passwords
from appliance.config import Settings
from appliance.errors import Invalid
from appliance.models import OWN_TENANT, LinkPurpose, Role
from appliance.secrets import vault_of


@click.group()
def user() -> None:
    """Accounts: who may sign in to the dashboard, and what they may do."""


@user.command()
@click.argument("email")
@click.option("--role", type=click.Choice([*map(str, Role)]), help="What they may do; the first one is an owner.")
@click.option("--name", default="", help="What others see of them.")
@click.option("--password", help="@FILE that holds it, or - to read it from standard input; else they get a link.")
@click.pass_obj
def add(settings: Settings, email: str, role: str | None, name: str, password: str | None) -> None:
    """Makes somebody a member, and prints a link that works once, to choose a password."""
    vault = vault_of(settings)
    stored = None if password is None else passwords.hashed(_read(password), members.checked_email(email))
    with app.session(settings) as session:
        chosen = Role(role) if role else Role.REVIEWER if links.has_owner(session, OWN_TENANT) else Role.OWNER
        added = members.add(session, OWN_TENANT, vault, email, chosen, name=name, actor=batches.ACTOR)
        if stored and added.password is None:
            members.set_password(session, OWN_TENANT, added.id, stored, actor=batches.ACTOR)
        made = members.make_link(session, OWN_TENANT, added.id) if members.lacks_password(session, added) else None
    click.echo(f"{email.strip()} is a member now, as {chosen.value}.")
    if made:
        _say(settings, *made)


@user.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """Who is a member, and as what."""
    with app.session(settings) as session:
        people = members.all_of(session, OWN_TENANT, vault_of(settings))
    for person in people:
        click.echo(_line(person))
    if not people:
        click.echo("Nobody yet; `image-renamer user add EMAIL` makes the owner's account.", err=True)


@user.command()
@click.argument("email")
@click.pass_obj
def remove(settings: Settings, email: str) -> None:
    """Ends a membership, with its sessions and tokens."""
    with app.session(settings) as session:
        person = members.by_email(session, OWN_TENANT, vault_of(settings), email)
        members.remove(session, OWN_TENANT, person.id, actor=batches.ACTOR)
    click.echo(f"{person.email} is no member any more.")


@user.command()
@click.argument("email")
@click.pass_obj
def reset(settings: Settings, email: str) -> None:
    """Prints a link that works once, to choose another password. Until it is used, the old one works."""
    with app.session(settings) as session:
        person = members.by_email(session, OWN_TENANT, vault_of(settings), email)
        made = members.make_link(session, OWN_TENANT, person.id)
    _say(settings, *made)


def _say(settings: Settings, token: str, purpose: LinkPurpose) -> None:
    hours = links.LASTING[purpose].total_seconds() / 3600
    click.echo(f"A password is chosen at this link, once, within {hours:.0f} hours:")
    click.echo(settings.base_url + links.PATH + token)


def _line(person: members.Person) -> str:
    named = f"{person.email} ({person.name})" if person.name else person.email
    return f"{named}  {person.role.value}{', invited' if person.invited else ''}"


def _read(given: str) -> str:
    """A secret never stands on the command line itself, which other users of the machine can see."""
    if given == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if not given.startswith("@"):
        raise click.UsageError("Give --password @FILE, or --password - to read it from standard input.")
    try:
        return Path(given[1:]).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The password cannot be read from {given[1:]}: {error}.") from error
