"""The only place where everything is put together."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from appliance import auth, batches, migrations, pipeline, providers, sources, storage
from appliance.config import Settings
from appliance.db import Database
from appliance.errors import Misconfigured, Unavailable
from appliance.figures import keeping
from appliance.imaging import Decoder
from appliance.models import OWN_TENANT
from appliance.pipeline.leases import Outcome, register
from appliance.pipeline.worker import Worker
from appliance.secrets import vault_of
from appliance.storage import Storage

if TYPE_CHECKING:
    from litestar import Litestar


def open_database(settings: Settings) -> Database:
    """The database at its newest schema: the embedded one is migrated by itself, any other is refused if it is old.

    Raises Unavailable where the data folder cannot be used.
    """
    make_data_folder(settings)
    database = Database(settings.database_url)
    if settings.embedded:
        migrations.upgrade(database)
        database.keep_reserve()
    else:
        migrations.check(database)
    return database


def seed_providers(settings: Settings, database: Database) -> None:
    """Puts down who looks at the pictures, as the environment says, where nobody has decided about that."""
    with database.session(OWN_TENANT) as session:
        providers.seed(session, vault_of(settings), settings)


def make_data_folder(settings: Settings) -> None:
    """Raises Unavailable where there can be none, or nothing can be written in it."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The data folder {settings.data} cannot be made: {error.strerror}. Choose another with --data."
        ) from error
    if not os.access(settings.data, os.W_OK):
        raise Unavailable(f"The data folder {settings.data} cannot be written to. Choose another with --data.")


def create_app(settings: Settings) -> "Litestar":
    """The server: the API and the dashboard on one database. Raises Unavailable where that cannot be used."""
    from litestar import Litestar  # here, since no command waits for it but those that serve
    from litestar.datastructures import State

    from appliance.api import describing, routes
    from appliance.api.authentication import Protection
    from appliance.api.house import House
    from appliance.api.measuring import Measuring
    from appliance.web import routes as pages

    open_storage(settings)
    house = House(settings, open_database(settings), metadata.version("image-renamer"))
    return Litestar(
        route_handlers=[*routes.handlers(), *pages.handlers()],
        plugins=[Protection(), Measuring()],
        exception_handlers=pages.PROBLEMS,
        state=State({"house": house}),
        on_shutdown=[house.close],
        openapi_config=describing.config(house.version),
        logging_config=None,  # standard error is for commands.logs to format
    )


@contextmanager
def session(settings: Settings) -> Iterator[Session]:
    """A transaction of the self-hosted tenant, for a command that works on no image."""
    database = open_database(settings)
    try:
        with database.session(OWN_TENANT) as session:
            yield session
    finally:
        keeping.try_to_put_down(database)
        database.close()


def open_accounts(settings: Settings, database: Database) -> str | None:
    """What each start of the server does for accounts and secrets: puts them under the newest key.

    Returns the link with which the first owner makes an account; None where there is an owner.
    """
    vault = vault_of(settings)
    with database.system_session() as session:
        auth.members.renew(session, vault)
        sources.renew(session, vault)
        providers.renew(session, vault)
        providers.seed(session, vault, settings)
        auth.links.tidy(session)
        path = auth.setup_link(session)
    return path and settings.base_url + path


def make_worker(
    settings: Settings,
    database: Database,
    *,
    owner: str | None = None,
    actor: str = "system",
    told: Callable[[list[Outcome]], None] = lambda _: None,
) -> Worker:
    vault, kept = vault_of(settings), open_storage(settings)
    seed_providers(settings, database)
    return Worker(
        database,
        kept,
        Decoder(),
        sources.Connections(vault, settings.data, database, kept),
        providers.Providers(vault, database, settings.workers, settings.offline),
        owner=owner,
        actor=actor,
        told=told,
    )


def open_storage(settings: Settings) -> Storage:
    """Where pictures and uploads are kept; nothing is sent yet. Raises Misconfigured where that cannot be."""
    try:
        return storage.of(settings.storage)
    except ValueError as error:
        raise Misconfigured(f"RENAMER_STORAGE_URL: {error}.") from error


@contextmanager
def command(
    settings: Settings, told: Callable[[list[Outcome]], None] = lambda _: None, said: Callable[[str], None] = print
) -> Iterator[Worker]:
    """A worker for one command, whose rows are its own while it lives. Puts right first what earlier ones left, and
    says so."""
    database = open_database(settings)
    owner = str(uuid.uuid4())
    with database.session(OWN_TENANT) as session:
        register(session, OWN_TENANT, owner)
    worker = make_worker(settings, database, owner=owner, actor=batches.ACTOR, told=told)
    try:
        if count := put_right(worker):
            said(f"Renames of an earlier run that was interrupted, put right first: {count}.")
        yield worker
    finally:
        worker.close()
        with database.session(OWN_TENANT) as session:
            batches.leave(session, OWN_TENANT, owner)
        database.close()


def put_right(worker: Worker) -> int:
    """Ends the batches of commands that died, and finishes or takes back their renames of unknown outcome; returns how
    many of those there were."""
    with worker.database.session(OWN_TENANT) as session:
        unclear = batches.tidy(session, OWN_TENANT, worker.owner)
    pipeline.advance(worker, unclear)
    with worker.database.session(OWN_TENANT) as session:
        batches.rest(session, OWN_TENANT, unclear)
    return len(unclear)
