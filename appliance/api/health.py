"""Is the server alive, and is everything there that it stands on?"""

import os
import shutil

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from appliance import migrations
from appliance.api.house import House, house_of
from appliance.errors import Problem
from appliance.models import OWN_TENANT

_LEAST_FREE = 100 << 20  # bytes


class Part(msgspec.Struct, frozen=True):
    """One thing that the server stands on; `problem` is "" while it works."""

    name: str
    problem: str = ""


class Health(msgspec.Struct, frozen=True):
    """Ready where no part has a problem."""

    ready: bool
    parts: list[Part]


_NOT_READY = ResponseSpec(Health, description="Something is out of order; `parts` says what.", generate_examples=False)


@get("/health", operation_id="getHealth", sync_to_thread=False)
def alive() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "alive"}


@get("/health/ready", operation_id="getReadiness", responses={503: _NOT_READY}, sync_to_thread=True)
def ready(request: Request[object, object, State]) -> Response[Health]:
    """200 where the database, the queue and the storage work, each named; else 503."""
    parts = examined(house_of(request))
    healthy = not any(part.problem for part in parts)
    return Response(Health(healthy, parts), status_code=200 if healthy else 503)


def examined(of: House) -> list[Part]:
    """Each thing that the server stands on, with what is wrong with it."""
    return [Part("database", _database(of)), Part("queue", _queue(of)), Part("storage", _storage(of))]


def _database(of: House) -> str:
    try:
        migrations.check(of.database)
        with of.database.reading(OWN_TENANT) as session:
            session.execute(text("SELECT 1"))
    except Problem as problem:
        return str(problem)
    except SQLAlchemyError as error:
        return f"The database cannot be used: {type(error).__name__}."
    return ""


def _queue(of: House) -> str:
    folder = of.settings.data
    return "" if os.access(folder, os.W_OK) else f"The queue's folder {folder} cannot be written to."


def _storage(of: House) -> str:
    folder = of.settings.data
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return f"The data folder {folder} cannot be read: {error.strerror}."
    if free <= _LEAST_FREE:
        return f"The disk of {folder} is nearly full: free some space."
    return of.storage.problem()
