"""Batches: what was done at once, how far it is, and what a person decides about all of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import State
from sqlalchemy.orm import Session

from appliance import batches, catalogue, reviews, uploads
from appliance.api.authentication import needs
from appliance.api.house import House, house_of
from appliance.api.images import Done, ImageView, States, viewed
from appliance.api.listing import Cursor, Id, Limit, Listed, Text, after, cursor_of, word_of
from appliance.auth import Member, Role
from appliance.errors import Invalid, NotFound, Problem
from appliance.models import Batch, BatchKind, BatchState, ImageState
from appliance.reports import redirects
from connectors.base import ConnectorError

TEXT = "text/plain; charset=utf-8"
CSV = "text/csv; charset=utf-8"
_LARGEST_TABLE = 10 << 20  # bytes

_Asked = Request[Member, Any, State]


class BatchView(msgspec.Struct, frozen=True):
    """`images` counts its images by their state. An upload takes files until `receives_until`, null once it is
    finished, and its files are deleted at `expires_at`."""

    id: int
    source: int
    kind: BatchKind
    state: BatchState
    created_at: datetime
    finished_at: datetime | None
    receives_until: datetime | None
    expires_at: datetime | None
    images: dict[str, int]


def shown(batch: Batch, counts: dict[ImageState, int]) -> BatchView:
    images = {str(state): number for state, number in counts.items()}
    return BatchView(
        id=batch.id,
        source=batch.source_id,
        kind=batch.kind,
        state=batch.state,
        created_at=batch.created_at,
        finished_at=batch.finished_at,
        receives_until=batch.receives_until,
        expires_at=batch.expires_at,
        images=images,
    )


@get("/batches", operation_id="listBatches", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def listed(request: _Asked, cursor: Cursor = None, limit: Limit = 50) -> Listed[BatchView]:
    """The newest first."""
    tenant_id = request.user.tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        page = catalogue.batches(session, tenant_id, after(cursor), limit)
        counted = [
            (batch, catalogue.counts(session, tenant_id, catalogue.Wanted(batch_id=batch.id))) for batch in page.rows
        ]
        return Listed([shown(batch, counts) for batch, counts in counted], cursor_of(page.next))


@get("/batches/{batch_id:int}", operation_id="getBatch", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def one(request: _Asked, batch_id: Id) -> BatchView:
    """One batch: what it was for, and how far it is."""
    return looked_up(house_of(request), request.user.tenant_id, batch_id)


def looked_up(house: House, tenant_id: int, batch_id: int) -> BatchView:
    """Raises NotFound."""
    with house.database.reading(tenant_id) as session:
        batch = batches.look(session, tenant_id, batch_id)
        return shown(batch, catalogue.counts(session, tenant_id, catalogue.Wanted(batch_id=batch_id)))


@get(
    "/batches/{batch_id:int}/images",
    operation_id="listImagesOfBatch",
    guards=[needs(Role.VIEWER)],
    sync_to_thread=True,
)
def images(
    request: _Asked,
    batch_id: Id,
    states: States = None,
    q: Text = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listed[ImageView]:
    """Its images, the oldest first."""
    tenant_id = request.user.tenant_id
    wanted = catalogue.Wanted(tuple(states or ()), batch_id, None, q)
    with house_of(request).database.reading(tenant_id) as session:
        batches.look(session, tenant_id, batch_id)
        page = catalogue.images(session, tenant_id, wanted, after(cursor), limit)
        return Listed([viewed(image) for image in page.rows], cursor_of(page.next))


@get(
    "/batches/{batch_id:int}/redirects/{form:str}",
    operation_id="getRedirectsOfBatch",
    guards=[needs(Role.VIEWER)],
    media_type=TEXT,
    sync_to_thread=True,
)
def redirected(request: _Asked, batch_id: Id, form: Annotated[str, word_of(redirects.FORMS)]) -> Response[str]:
    """From every old address of an image of the batch to its new one, as `nginx`, `apache` or `caddy` read it, or as
    `csv`, for images that the web shows."""
    if form not in redirects.FORMS:
        raise NotFound(f"There are no redirects for “{form}”; there are {', '.join(redirects.FORMS)}.")
    tenant_id = request.user.tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        moves = batches.moved(session, batches.look(session, tenant_id, batch_id))
    name = f"redirects-{batch_id}.{form if form == 'csv' else form + '.conf'}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(redirects.FORMS[form](moves), media_type=TEXT, headers=headers)


@get(
    "/batches/{batch_id:int}/names.csv",
    operation_id="getNamesOfBatch",
    guards=[needs(Role.VIEWER)],
    media_type=CSV,
    sync_to_thread=True,
)
def names(request: _Asked, batch_id: Id) -> Response[str]:
    """Of each file its old name and the new one, which is the proposed one while that waits for a person; with its
    state, the reason and the alternative text. Edit `new` and `alt` and give it back."""
    tenant_id = request.user.tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        table = reviews.sheets.written(_rows(session, tenant_id, batch_id))
    headers = {"Content-Disposition": f'attachment; filename="names-{batch_id}.csv"'}
    return Response(table, media_type=CSV, headers=headers)


def _rows(session: Session, tenant_id: int, batch_id: int) -> list[reviews.sheets.Row]:
    batch = batches.look(session, tenant_id, batch_id)
    if batch.kind is BatchKind.UPLOAD:
        return [one.row for one in uploads.packed(session, tenant_id, batch_id)]
    return reviews.sheets.rows(session, batch)


@post(
    "/batches/{batch_id:int}/names",
    operation_id="editNamesOfBatch",
    guards=[needs(Role.REVIEWER)],
    status_code=200,
    request_max_body_size=_LARGEST_TABLE,
    opt={"takes_files": True, "body": {"text/csv": {"type": "string"}}},
)
async def edited(request: _Asked, batch_id: Id) -> Done:
    """The table of `names.csv` with other names in `new` or other texts in `alt`: these wait to be approved. What
    cannot be is left as it is, and said."""
    body = await request.body()
    return await sync_to_thread(_edit_all, house_of(request), request.user, batch_id, body)


def _edit_all(house: House, member: Member, batch_id: int, body: bytes) -> Done:
    with house.database.reading(member.tenant_id) as session:
        table = _rows(session, member.tenant_id, batch_id)
    try:
        wanted = reviews.sheets.edits(body.decode("utf-8-sig"), table)
    except UnicodeDecodeError as error:
        raise Invalid("The table is not UTF-8: save it as “CSV UTF-8”.") from error
    refused = {str(one.image_id): said for one in wanted if (said := _edit(house, member, one))}
    return Done(len(wanted) - len(refused), refused)


def _edit(house: House, member: Member, wanted: reviews.sheets.Edited) -> str:
    """Why it could not be; "" where it could."""
    try:
        if wanted.name is not None:
            house.desk.edit(member.tenant_id, wanted.image_id, wanted.name, actor=member.actor)
        if wanted.alt is not None:
            with house.database.session(member.tenant_id) as session:
                image = reviews.find(session, member.tenant_id, wanted.image_id)
                reviews.say(session, image, reviews.Said(alt=wanted.alt), actor=member.actor)
    except (Problem, ConnectorError) as error:
        return str(error)
    return ""


_DECISIONS = {
    "approve": reviews.approve_batch,
    "approve-texts": reviews.approve_texts_of_batch,
    "undo": reviews.undo_batch,
    "retry": reviews.retry_batch,
    "cancel": reviews.cancel_batch,
}


@post(
    "/batches/{batch_id:int}/{decision:str}",
    operation_id="decideAboutBatch",
    guards=[needs(Role.REVIEWER)],
    status_code=200,
    sync_to_thread=True,
)
def decide(request: _Asked, batch_id: Id, decision: Annotated[str, word_of(_DECISIONS)]) -> Done:
    """Approve what waits, or all texts as they are (`approve-texts`), whatever became of the names; undo what was
    renamed, retry what failed, or cancel what has not begun."""
    at, member = house_of(request), request.user
    with at.database.session(member.tenant_id) as session:
        done = _act(decision)(session, member.tenant_id, batch_id, actor=member.actor)
    at.ring(done.due)
    return Done(done.count, {str(one.image_id): one.reason for one in done.refused})


def _act(decision: str) -> Callable[..., reviews.Decided]:
    if decision not in _DECISIONS:
        raise NotFound(f"“{decision}” is no decision about a batch; there are {', '.join(_DECISIONS)}.")
    return _DECISIONS[decision]


ROUTES: list[Any] = [listed, one, images, redirected, names, edited, decide]
