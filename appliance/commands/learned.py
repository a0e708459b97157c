"""`image-renamer learned`: the words that corrections have taught, and forgetting them."""

import click

from appliance import app, batches, learning
from appliance.commands.printing import counted
from appliance.config import Settings
from appliance.models import OWN_TENANT


@click.group()
def learned() -> None:
    """What corrections of names have taught."""


@learned.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """Every learned word, with how many photos taught it."""
    with app.session(settings) as session:
        words = learning.learned(session, OWN_TENANT)
        on = learning.is_on(session, OWN_TENANT)
    for one in words:
        click.echo(f"{one.word}  ({counted(len(one.examples), 'example')})")
    if not words:
        click.echo("Nothing yet: corrections in the review teach words.")
    if not on:
        click.echo("Learning is off: none of it is used.")


@learned.command()
@click.argument("words", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything that was learned.")
@click.pass_obj
def forget(settings: Settings, words: tuple[str, ...], everything: bool) -> None:
    """Forgets WORDS, each with all its photos; names that were given stay."""
    if bool(words) is everything:
        raise click.UsageError("Say which words to forget, or --all.")
    with app.session(settings) as session:
        if everything:
            learning.forget_all(session, OWN_TENANT, actor=batches.ACTOR)
        for word in words:
            learning.forget(session, OWN_TENANT, word, actor=batches.ACTOR)
    click.echo("Everything is forgotten." if everything else f"Forgotten: {', '.join(words)}.")
