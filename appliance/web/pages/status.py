"""Whether everything works that the program stands on."""

import shutil
from typing import Any

from litestar import Response, get
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from appliance import catalogue, providers, sources
from appliance.api import health
from appliance.api.authentication import member_of, needs
from appliance.api.house import House, house_of
from appliance.auth import Role
from appliance.models import ImageState, Source, now
from appliance.pipeline import leases
from appliance.web import views
from appliance.web.pages import showing, telling, terms
from appliance.web.pages.showing import Asking
from appliance.web.views import Count, Fact, Step, Usage, WorkerLine

_LABELS = {"database": "Database", "queue": "Queue", "storage": "Room for previews"}
_NOBODY = (Fact(label="Nobody", value="names come from what the files say of themselves"),)


@get("/status", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(request: Asking) -> Response[str]:
    house, tenant_id = house_of(request), member_of(request).tenant_id
    with house.database.reading(tenant_id) as session:
        watched = sources.watched(session, tenant_id)
        numbers = catalogue.counts(session, tenant_id)
        parts = health.examined(house)
        wrong = [part for part in parts if part.problem]
        failing = [source for source in watched if source.problem]
        view = views.Status(
            tone="bad" if wrong else "warm" if failing else "good",
            says=_says(len(wrong), len(failing)),
            checks=tuple(_check(part) for part in parts),
            facts=_facts(house),
            usages=(_disk(house),),
            queue=tuple(_queue(numbers)),
            workers=tuple(_workers(session, tenant_id, watched)),
            engine=_engine(session, tenant_id),
            sources=tuple(telling.health(session, source) for source in watched),
        )
        return showing.page(request, view)


def _says(wrong: int, failing: int) -> str:
    if wrong:
        return "Something that the program stands on is out of order."
    return "A source cannot be reached; the rest works." if failing else "Everything works."


def _check(part: health.Part) -> Step:
    label = _LABELS.get(part.name, part.name)
    return Step(label=label, tone="bad" if part.problem else "good", says=part.problem or "works")


def _facts(house: House) -> tuple[Fact, ...]:
    url = make_url(house.settings.database_url)
    return (
        Fact(label="Version", value=house.version),
        Fact(label="Data folder", value=str(house.settings.data)),
        Fact(label="Database", value=url.render_as_string(hide_password=True)),
        Fact(label="Pictures at the same time", value=str(house.settings.workers)),
    )


def _engine(session: Session, tenant_id: int) -> tuple[Fact, ...]:
    rows = [row for row in providers.all_of(session, tenant_id) if row.enabled]
    lines = [terms.line(row, rows) for row in rows]
    return tuple(Fact(label=one.name, value=one.where) for one in lines) or _NOBODY


def _disk(house: House) -> Usage:
    usage = shutil.disk_usage(house.settings.data)
    says = f"{usage.free / 1e9:.0f} GB free of {usage.total / 1e9:.0f} GB"
    return Usage(label="Disk of the data folder", says=says, used=usage.used, whole=usage.total)


def _queue(numbers: dict[ImageState, int]) -> list[Count]:
    return [
        Count(label=telling.STATES[state][0], count=numbers.get(state, 0), tone=telling.STATES[state][1])
        for state in (*catalogue.UNDER_WAY, ImageState.REVIEW)
    ]


def _workers(session: Session, tenant_id: int, watched: list[Source]) -> list[WorkerLine]:
    """Each says every few seconds that it is there."""
    return [
        WorkerLine(
            name=name,
            says="watches " + ", ".join(names) if (names := _watched_by(worker, watched)) else "works the queue",
            tone="good",
            seen_at=now(),
        )
        for worker, name in leases.workers(session, tenant_id).items()
    ]


def _watched_by(worker: str, watched: list[Source]) -> list[str]:
    return [source.name for source in watched if source.watcher == worker]


ROUTES: list[Any] = [page]
