"""`image-renamer migrate`: brings the database to this program's schema."""

import click

from appliance import migrations
from appliance.config import Settings
from appliance.db import Database


@click.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Brings the database to the newest schema. The embedded one is copied first, and migrates by itself anyway."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    before, after = migrations.upgrade(database)
    database.close()
    if before == after:
        click.echo(f"The database is at schema {after} already.")
    else:
        click.echo(f"The database went from schema {before or 'none'} to {after}.")
