"""What could not be done, why, and what helps."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath
from sqlalchemy.orm import Session

from appliance import catalogue, providers, reviews, sources
from appliance.api.authentication import member_of, needs
from appliance.api.house import house_of
from appliance.api.listing import Id
from appliance.auth import Role
from appliance.errors import Invalid
from appliance.models import Image, ImageState, now
from appliance.sources import name_of
from appliance.vision import budgets
from appliance.web import views, wording
from appliance.web.pages import showing, telling, terms
from appliance.web.pages.showing import Asking
from appliance.web.views import Cause, Failure, Notice, Tone

_MOST = 2000  # images that are sorted by their causes
_SHOWN = 20  # of one cause


class _Sort(NamedTuple):
    """A cause: which reasons are of this sort, what it is called, and what helps."""

    key: str
    words: str
    heading: str
    remedy: str
    tone: Tone = "bad"


_SORTS = (
    _Sort(
        "gone",
        r"no longer there|Another file has its name",
        "No longer there",
        "They were moved, renamed or deleted by somebody else. Ignore them, or try again once they are back.",
        "warm",
    ),
    _Sort(
        "damaged",
        r"is empty|ends before|is damaged|begins like",
        "Damaged or cut off",
        "Copy them again from where they came; a file that was cut off on its way cannot be put right here.",
    ),
    _Sort(
        "unsafe",
        r"left alone|pixels large|memory|crash|computing",
        "Not safe to open",
        "They are never opened again by themselves. Save a smaller or a clean copy if you know where they came from.",
    ),
    _Sort(
        "writing",
        r"still being written",
        "Still being written",
        "Wait until they are finished, then try again.",
        "warm",
    ),
    _Sort(
        "rights",
        r"[Pp]ermission|read-only|not allowed|cannot be (read|written)",
        "No right to read or rename",
        "Give the account that runs Image Renamer the right to write into the folder, then try again.",
    ),
    _Sort(
        "engine",
        r"engine|model|provider|VISION",
        "Nobody could look at them",
        "See the system status for what is wrong with the vision engine, then try again.",
    ),
    _Sort(
        "format",
        r"no image|not readable|rare variant",
        "Not a format that is read",
        "Save a copy as JPEG or PNG to have it named, or ignore them.",
        "warm",
    ),
    _Sort("other", r"", "Could not be done", "Each says what was in the way; put that right, then try again."),
)


@get("/attention", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(request: Asking) -> Response[str]:
    tenant_id = member_of(request).tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        watched = sources.watched(session, tenant_id)
        failing = tuple(telling.health(session, source) for source in watched if source.problem)
        causes = _causes(request, session, tenant_id)
        view = views.Attention(sources=failing, vision=_vision(session, tenant_id), causes=causes)
        return showing.page(request, view)


def _vision(session: Session, tenant_id: int) -> tuple[views.Fact, ...]:
    stopped = [row for row in providers.all_of(session, tenant_id) if row.problem and row.enabled]
    told = [views.Fact(label=f"“{row.name}” looks at no photos", value=row.problem, tone="bad") for row in stopped]
    if says := terms.exhausted(*budgets.spent(session, tenant_id, now())):
        told.append(views.Fact(label="The budget is used up", value=says, tone="warm"))
    return tuple(told)


def _causes(request: Asking, session: Session, tenant_id: int) -> tuple[Cause, ...]:
    names = {source.id: source.name for source in sources.all_of(session, tenant_id)}
    sorted_: dict[str, list[Image]] = {}
    for image in _unsettled(session, tenant_id):
        sorted_.setdefault(_sort_of(image).key, []).append(image)
    return tuple(
        Cause(
            key=sort.key,
            heading=sort.heading,
            remedy=sort.remedy,
            tone=sort.tone,
            count=len(images),
            failures=tuple(_failure(request, image, names) for image in images[:_SHOWN]),
        )
        for sort in _SORTS
        if (images := sorted_.get(sort.key))
    )


def _unsettled(session: Session, tenant_id: int) -> list[Image]:
    return catalogue.images_at(session, tenant_id, catalogue.Wanted(catalogue.ATTENTION), 0, _MOST, newest=True)


def _sort_of(image: Image) -> _Sort:
    if image.state is ImageState.MISSING:
        return _SORTS[0]
    return next(sort for sort in _SORTS if re.search(sort.words, image.reason))


def _failure(request: Asking, image: Image, names: dict[int, str]) -> Failure:
    return Failure(
        image_id=image.id,
        name=name_of(image.path),
        folder=image.folder,
        source=names.get(image.source_id, ""),
        at=image.found_at,
        says=image.reason,
        shown=house_of(request).storage.has_thumbnail(image.tenant_id, image.sha256 or "-"),
    )


@post("/attention/{image_id:int}/{act:str}", guards=[needs(Role.REVIEWER)], status_code=200, sync_to_thread=True)
def one(request: Asking, image_id: Id, act: FromPath[str]) -> Response[str]:
    return _acted(request, act, [image_id])


@post("/attention/{act:str}", guards=[needs(Role.REVIEWER)], status_code=200)
async def many(request: Asking, act: FromPath[str]) -> Response[str]:
    form = await showing.form_of(request)
    return await sync_to_thread(_of_cause, request, act, form.get("cause", ""))


def _of_cause(request: Asking, act: str, cause: str) -> Response[str]:
    tenant_id = member_of(request).tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        chosen = [image.id for image in _unsettled(session, tenant_id) if _sort_of(image).key == cause]
    return _acted(request, act, chosen)


def _acted(request: Asking, act: str, chosen: Iterable[int]) -> Response[str]:
    member, chosen = member_of(request), list(chosen)
    if act not in _ACTS:
        raise Invalid(f"“{act}” cannot be done here.")
    decision, past = _ACTS[act]
    with house_of(request).database.session(member.tenant_id) as session:
        refused = decision(session, member.tenant_id, chosen, actor=member.actor)
    house_of(request).ring(chosen)
    says = f"{wording.count(len(chosen) - len(refused), 'photo')} {past}."
    if refused:
        says += f" {wording.count(len(refused), 'photo')} not: {refused[0].reason}"
    return showing.goes(request, "/attention", Notice(says=says, tone="warm" if refused else "good"))


_ACTS: dict[str, tuple[Any, str]] = {
    "retry": (reviews.retry, "tried again"),
    "ignore": (reviews.ignore, "left as they are"),
}

ROUTES: list[Any] = [page, one, many]
