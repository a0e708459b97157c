"""The first page: how everything is."""

from datetime import datetime
from typing import Any

from litestar import Response, get
from sqlalchemy.orm import Session

from appliance import catalogue, sources
from appliance.api.authentication import member_of, needs
from appliance.api.house import house_of
from appliance.auth import Role
from appliance.models import Batch, ImageState, Rename
from appliance.sources import name_of
from appliance.web import views
from appliance.web.pages import showing, telling
from appliance.web.pages.showing import Asking

_RECENT = 6


@get("/", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(request: Asking) -> Response[str]:
    with house_of(request).database.reading(member_of(request).tenant_id) as session:
        return showing.page(request, _view(session, member_of(request).tenant_id))


def _view(session: Session, tenant_id: int) -> views.Overview:
    numbers = catalogue.counts(session, tenant_id)
    watched = sources.watched(session, tenant_id)
    midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    recent = catalogue.history(session, tenant_id, limit=_RECENT).rows
    inbox = next((source.root for source in watched if source.kind == "watchfolder" and not source.paused), "")
    return views.Overview(
        waiting=sum(numbers.get(state, 0) for state in catalogue.WAITING),
        attention=sum(numbers.get(state, 0) for state in catalogue.ATTENTION),
        renamed_today=catalogue.renamed(session, tenant_id, since=midnight),
        renamed_ever=catalogue.renamed(session, tenant_id),
        queued=catalogue.under_way(session, tenant_id),
        in_hand=numbers.get(ImageState.RENAMING, 0),
        hours=tuple(
            views.Hour(at=hour.at, renamed=hour.renamed, review=hour.review, failed=hour.failed)
            for hour in catalogue.hours(session, tenant_id)
        ),
        running=tuple(_running(session, batch) for batch in catalogue.running(session, tenant_id)),
        recent=tuple(_recent(row) for row in recent),
        sources=tuple(telling.health(session, source) for source in watched),
        inbox=inbox,
    )


def _running(session: Session, batch: Batch) -> views.Running:
    numbers = catalogue.counts(session, batch.tenant_id, catalogue.Wanted(batch_id=batch.id))
    done, total, _, left = telling.progress(batch, numbers)
    return views.Running(id=batch.id, label=telling.label(batch), done=done, total=total, left=left)


def _recent(row: Rename) -> views.Recent:
    return views.Recent(
        image_id=row.image_id, old=name_of(row.from_path), new=name_of(row.to_path), at=row.done_at or row.created_at
    )


ROUTES: list[Any] = [page]
