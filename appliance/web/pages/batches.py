"""One batch: how far it is, its files, and what can be done about all of them."""

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, FromQuery, QueryParameter
from sqlalchemy.orm import Session

from appliance import batches, catalogue, reviews, sources, uploads
from appliance.api.authentication import member_of, needs
from appliance.api.house import house_of
from appliance.api.listing import Id
from appliance.auth import Role
from appliance.errors import Invalid, Problem
from appliance.models import Batch, BatchKind, BatchState, ImageState, Rename, RenameState, Source
from appliance.reports import redirects
from appliance.sources import folder_of, name_of
from appliance.web import views, wording
from appliance.web.pages import review, showing, telling
from appliance.web.pages.showing import Asking, query
from appliance.web.views import Notice, Tab

SIZE = 50
_Page = Annotated[int, QueryParameter(name="page", ge=1, le=100_000)]
_SHOWN = {
    "review": catalogue.WAITING,
    "problems": catalogue.ATTENTION,
    "renamed": (ImageState.RENAMED,),
    "kept": (ImageState.KEPT, ImageState.REJECTED),
    "left": catalogue.UNDER_WAY,
}
_TABS = {
    "": "All",
    "review": "For review",
    "problems": "Problems",
    "renamed": "Renamed",
    "kept": "Kept",
    "left": "Still to do",
}


@get("/batches/{batch_id:int}", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(request: Asking, batch_id: Id, show: FromQuery[str] = "", number: _Page = 1) -> Response[str]:
    tenant_id, days = member_of(request).tenant_id, house_of(request).settings.upload_days
    with house_of(request).database.reading(tenant_id) as session:
        batch = batches.look(session, tenant_id, batch_id)
        return showing.page(request, _view(session, batch, show if show in _SHOWN else "", number, days))


def _can_cancel(batch: Batch, *, left_to_do: int) -> bool:
    return batch.state is BatchState.RUNNING and batch.owner is None and bool(left_to_do or batch.receives_until)


def _upload(session: Session, batch: Batch, numbers: Mapping[ImageState, int], days: int) -> views.Upload | None:
    if batch.kind is not BatchKind.UPLOAD:
        return None
    return views.Upload(
        files=uploads.count_in(session, batch.tenant_id, batch.id),
        waiting=sum(numbers.get(state, 0) for state in catalogue.WAITING),
        receiving=batch.receives_until is not None and batch.state is BatchState.RUNNING,
        days=days,
        expires_at=batch.expires_at,
        gone=uploads.has_gone(session, batch),
    )


def _view(session: Session, batch: Batch, show: str, number: int, days: int) -> views.BatchDetail:
    numbers = catalogue.counts(session, batch.tenant_id, catalogue.Wanted(batch_id=batch.id))
    done, total, rate, left = telling.progress(batch, numbers)
    state, tone = telling.batch_state(batch, numbers)
    running = batch.state is BatchState.RUNNING and done < total
    source = session.get_one(Source, batch.source_id)
    wanted = catalogue.Wanted(_SHOWN.get(show, ()), batch.id)
    shown = catalogue.count(session, batch.tenant_id, wanted)
    metadata = sources.choices_of(source).metadata
    files = [
        telling.file_line(image, metadata)
        for image in catalogue.images_at(session, batch.tenant_id, wanted, (number - 1) * SIZE, SIZE)
    ]
    upload = _upload(session, batch, numbers, days)
    detail = views.UploadDetail if upload else views.BatchDetail
    return detail(
        id=batch.id,
        label=telling.label(batch),
        source="" if upload else source.name,
        source_id=0 if source.made_by_command else source.id,
        state=state,
        tone=tone,
        running=running,
        started_at=batch.created_at,
        finished_at=batch.finished_at,
        done=done,
        total=total,
        left=left if running else None,
        a_minute=rate if running else None,
        counts=_counts(numbers),
        files=tuple(files if total else _renamed(session, batch)),
        tabs=_tabs(batch.id, show, numbers),
        pages=telling.turned(number, SIZE, shown, f"/batches/{batch.id}" + query(show=show)),
        can_cancel=_can_cancel(batch, left_to_do=total - done),
        failed=sum(numbers.get(one, 0) for one in (ImageState.FAILED, ImageState.MISSING)),
        can_undo=(renamed := catalogue.renamed(session, batch.tenant_id, batch_id=batch.id)),
        can_approve_texts=not running
        and session.scalar(reviews.with_open_texts(batch.tenant_id, batch.id).limit(1)) is not None,
        show=show,
        number=number,
        upload=upload,
        redirects=tuple(redirects.FORMS) if renamed and source.options.get("public") else (),
    )


def _counts(numbers: Mapping[ImageState, int]) -> tuple[views.Count, ...]:
    return tuple(
        views.Count(label=telling.STATES[state][0].lower(), count=numbers[state], tone=telling.STATES[state][1])
        for state in telling.STATES
        if numbers.get(state)
    )


def _tabs(batch_id: int, show: str, numbers: Mapping[ImageState, int]) -> tuple[Tab, ...]:
    return tuple(
        Tab(
            label=label,
            href=f"/batches/{batch_id}" + query(show=key),
            count=sum(numbers.get(state, 0) for state in _SHOWN.get(key, tuple(numbers))),
            current=key == show,
        )
        for key, label in _TABS.items()
    )


def _renamed(session: Session, batch: Batch) -> list[views.FileLine]:
    """Of a batch that was undone: its images are of the undo's batch now, but the journal knows what it did."""
    rows = catalogue.history(session, batch.tenant_id, batch_id=batch.id, limit=catalogue.LONGEST_PAGE).rows
    return [_line(row) for row in rows]


def _line(row: Rename) -> views.FileLine:
    undone = row.state is RenameState.UNDONE
    return views.FileLine(
        image_id=row.image_id,
        old=name_of(row.from_path),
        new=name_of(row.to_path),
        folder=folder_of(row.from_path),
        state="Undone" if undone else "Renamed",
        tone="plain" if undone else "good",
        says=telling.reported(row.report),
    )


@post("/batches/{batch_id:int}/finish", guards=[needs(Role.REVIEWER)], status_code=200, sync_to_thread=True)
def finish(request: Asking, batch_id: Id) -> Response[str]:
    """Of an upload that was left in the middle: what has arrived is named."""
    house, member = house_of(request), member_of(request)
    kept = house.database, house.storage, member.tenant_id
    try:
        due = uploads.finish(*kept, batch_id, etags={}, without_missing=True, actor=member.actor)
    except Problem as problem:
        return showing.goes(request, f"/batches/{batch_id}", Notice(says=str(problem), tone="bad"))
    house.ring(due)
    return showing.goes(request, f"/batches/{batch_id}", Notice(says="What has arrived is being named."))


@post("/batches/{batch_id:int}/photos/{image_id:int}/{act:str}", guards=[needs(Role.REVIEWER)], status_code=200)
async def say(request: Asking, batch_id: Id, image_id: Id, act: FromPath[str]) -> Response[str]:
    form = await showing.form_of(request)
    return await sync_to_thread(_say, request, batch_id, image_id, act, form)


def _say(request: Asking, batch_id: int, image_id: int, act: str, form: Mapping[str, str]) -> Response[str]:
    """The texts of one photo, whatever became of its name."""
    shown = query(show=form.get("show", ""), page=form.get("page", ""))
    try:
        notice = review.say(request, image_id, act, form)
    except Problem as problem:
        notice = Notice(says=str(problem), tone="bad")
    return showing.goes(request, f"/batches/{batch_id}{shown}", notice)


@post("/batches/{batch_id:int}/{act:str}", guards=[needs(Role.REVIEWER)], status_code=200, sync_to_thread=True)
def decide(request: Asking, batch_id: Id, act: FromPath[str]) -> Response[str]:
    member = member_of(request)
    if act not in _ACTS:
        raise Invalid(f"“{act}” cannot be done with a batch.")
    decision, past = _ACTS[act]
    try:
        with house_of(request).database.session(member.tenant_id) as session:
            decided = decision(session, member.tenant_id, batch_id, actor=member.actor)
    except Problem as problem:
        return showing.goes(request, f"/batches/{batch_id}", Notice(says=str(problem), tone="bad"))
    house_of(request).ring(decided.due)
    says = past.format(count=wording.count(decided.count, "photo"))
    if decided.refused:
        says += f" {wording.count(len(decided.refused), 'photo')} not: {decided.refused[0].reason}"
    notice = Notice(says=says, tone="warm" if decided.refused else "good")
    return showing.goes(request, f"/batches/{batch_id}", notice)


_ACTS: dict[str, tuple[Any, str]] = {
    "approve": (reviews.approve_batch, "{count} approved."),
    "approve-texts": (reviews.approve_texts_of_batch, "The texts of {count} are approved."),
    "undo": (reviews.undo_batch, "The old names of {count} are being put back."),
    "retry": (reviews.retry_batch, "{count} tried again."),
    "cancel": (reviews.cancel_batch, "The rest of the batch is cancelled."),
}

ROUTES: list[Any] = [page, finish, say, decide]
