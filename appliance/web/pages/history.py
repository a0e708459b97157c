"""Every rename, with its old name, and the way back."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromQuery, QueryParameter
from sqlalchemy.orm import Session

from appliance import catalogue, reviews, sources
from appliance.api.authentication import member_of, needs
from appliance.api.house import house_of
from appliance.api.listing import Id, number_in
from appliance.auth import Role
from appliance.models import Batch, Image, Rename, RenameState
from appliance.sources import folder_of, name_of
from appliance.web import views
from appliance.web.pages import showing, telling
from appliance.web.pages.showing import Asking, query
from appliance.web.views import Choice, Day, Notice, Pages, Tone

SIZE = 50
_Text = Annotated[str, QueryParameter(name="q", max_length=200)]
_Page = Annotated[int, QueryParameter(name="page", ge=1, le=100_000)]
_STATES = {"": "Every rename", "done": "With their new names", "undone": "Undone"}


@get("/history", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(
    request: Asking,
    q: _Text = "",
    source: FromQuery[str] = "",
    states: Annotated[str, QueryParameter(name="state")] = "",
    number: _Page = 1,
) -> Response[str]:
    chosen = number_in(source)
    wanted = catalogue.WantedRenames(q, chosen, RenameState(states) if states in {"done", "undone"} else None)
    tenant_id = member_of(request).tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        rows = catalogue.renames_at(session, tenant_id, wanted, (number - 1) * SIZE, SIZE)
        total = catalogue.count_renames(session, tenant_id, wanted)
        view = views.History(
            days=_days(session, tenant_id, rows),
            pages=_pages(number, total, "/history" + query(q=q, source=chosen, state=states)),
            search=q,
            sources=telling.source_choices(sources.watched(session, tenant_id), chosen),
            states=tuple(Choice(value=key, label=label, chosen=key == states) for key, label in _STATES.items()),
            filtered=bool(q or chosen is not None or states),
        )
        return showing.page(request, view)


def _pages(number: int, total: int, here: str) -> Pages | None:
    return telling.turned(number, SIZE, total, here)


def _days(session: Session, tenant_id: int, rows: Sequence[Rename]) -> tuple[Day, ...]:
    names = {source.id: source.name for source in sources.all_of(session, tenant_id)}
    images = {image.id: image for image in catalogue.images_with(session, tenant_id, {row.image_id for row in rows})}
    kinds = {batch.id: batch for batch in catalogue.batches_with(session, tenant_id, {row.batch_id for row in rows})}
    returning = catalogue.coming_back(session, tenant_id, rows)
    today = datetime.now().astimezone().date()
    return tuple(
        Day(
            label=_day(day, today),
            renames=tuple(_rename(row, names, kinds, _state(row, returning), _texts(row, images)) for row in of_day),
        )
        for day, of_day in groupby(rows, key=_date)
    )


def _date(row: Rename) -> date:
    return (row.done_at or row.created_at).astimezone().date()


def _day(day: date, today: date) -> str:
    ago = (today - day).days
    named = {0: "Today", 1: "Yesterday"}
    return named.get(ago) or f"{day:%A}, {day.day} {day:%B %Y}"


def _state(row: Rename, returning: set[int]) -> tuple[str, Tone]:
    if row.state is RenameState.UNDONE:
        return "Undone", "plain"
    return ("Being undone", "calm") if row.id in returning else ("Renamed", "good")


Texts = tuple[str, datetime | None]


def _texts(row: Rename, images: dict[int, Image]) -> Texts:
    """Where the texts of its image stand, and since when, as long as it has this name."""
    image = images.get(row.image_id)
    if image is None or row.state is not RenameState.DONE or image.path != row.to_path:
        return "", None
    return telling.texts(image), telling.texts_at(image)


def _rename(
    row: Rename, names: dict[int, str], kinds: dict[int, Batch], state: tuple[str, Tone], texts: Texts
) -> views.Rename:
    batch = kinds[row.batch_id]
    return views.Rename(
        id=row.id,
        image_id=row.image_id,
        old=name_of(row.from_path),
        new=name_of(row.to_path),
        folder=folder_of(row.to_path),
        source=names.get(row.source_id, ""),
        batch_id=row.batch_id,
        batch=telling.label(batch),
        actor=telling.BY.get(batch.kind, ""),
        at=row.done_at or row.created_at,
        state=state[0],
        tone=state[1],
        can_undo=state[0] == "Renamed",
        says=telling.reported(row.report),
        texts=texts[0],
        texts_at=texts[1],
    )


@post("/history/{rename_id:int}/undo", guards=[needs(Role.REVIEWER)], status_code=200, sync_to_thread=True)
def undo(request: Asking, rename_id: Id) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.session(member.tenant_id) as session:
        decided = reviews.undo_rename(session, member.tenant_id, rename_id, actor=member.actor)
    house_of(request).ring(decided.due)
    if decided.refused:
        return showing.goes(request, "/history", Notice(says=decided.refused[0].reason, tone="bad"))
    return showing.goes(request, "/history", Notice(says="The old name is being put back."))


ROUTES: list[Any] = [page, undo]
