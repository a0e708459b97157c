"""The schema is made by migrating, on every database that the program runs on."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from appliance import migrations
from appliance.db import Database
from appliance.errors import OldSchema
from appliance.migrations import running
from appliance.models import OWN_TENANT, Base, Tenant


def test_an_empty_database_is_brought_to_the_newest_schema_and_stays_there(empty_database_url: str):
    database = Database(empty_database_url)

    assert migrations.upgrade(database) == (None, migrations.head())
    assert migrations.upgrade(database) == (migrations.head(), migrations.head())
    migrations.check(database)


def test_the_migrations_make_what_the_models_say(empty_database_url: str):
    database = Database(empty_database_url)
    migrations.upgrade(database)

    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_the_newest_migration_is_the_one_that_its_file_says():
    assert migrations.head() == ScriptDirectory.from_config(running.config()).get_current_head()


def test_the_self_hosted_tenant_is_row_one(empty_database_url: str):
    database = Database(empty_database_url)
    migrations.upgrade(database)

    with database.reading(OWN_TENANT) as session:
        assert session.get_one(Tenant, OWN_TENANT).name == "Home"


def test_every_row_belongs_to_a_tenant():
    without = [table.name for table in Base.metadata.sorted_tables if "tenant_id" not in table.columns]

    assert without == ["tenants"]


def test_several_processes_may_migrate_at_once(empty_database_url: str):
    databases = [Database(empty_database_url) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrations.upgrade, databases))

    migrations.check(databases[0])


def test_an_old_schema_is_refused_with_the_remedy(empty_database_url: str):
    with pytest.raises(OldSchema, match="run `image-renamer migrate`"):
        migrations.check(Database(empty_database_url))


def test_a_newer_schema_is_refused_with_the_remedy(empty_database_url: str):
    database = Database(empty_database_url)
    migrations.upgrade(database)
    with database.system_session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for refuse in (migrations.check, migrations.upgrade):
        with pytest.raises(OldSchema, match="update the program"):
            refuse(database)


def test_a_database_that_holds_something_is_copied_before_it_is_migrated(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'renamer.db'}")
    migrations.upgrade(database)
    with database.system_session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    migrations.copy_aside(database, "0000")

    (copy,) = tmp_path.glob("renamer.db.before-0000-*")
    copied = Database(f"sqlite:///{copy}")
    with copied.reading(OWN_TENANT) as session:
        assert session.get_one(Tenant, OWN_TENANT).name == "Home"
