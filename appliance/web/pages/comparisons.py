"""Two providers side by side."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from sqlalchemy.orm import Session

from appliance import comparisons, providers, sources
from appliance.api import comparisons as asking
from appliance.api.authentication import member_of, needs
from appliance.api.house import house_of
from appliance.api.listing import Id, number_in
from appliance.auth import Role
from appliance.errors import Problem
from appliance.models import ComparedImage, Comparison
from appliance.web import views, wording
from appliance.web.pages import naming, showing
from appliance.web.pages.showing import Asking
from appliance.web.views import Choice, Notice

HERE = "/comparisons"


@get(HERE, guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(request: Asking) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.reading(member.tenant_id) as session:
        lines = [_line(session, one) for one in comparisons.all_of(session, member.tenant_id)]
        watched = sources.watched(session, member.tenant_id)
        known = [providers.CHAIN, "local", *(row.name for row in providers.all_of(session, member.tenant_id))]
    named = tuple(dict.fromkeys(known))
    view = views.Comparisons(
        tabs=naming.tabs(HERE),
        lines=tuple(lines),
        sources=tuple(Choice(value=str(one.id), label=one.name) for one in watched),
        lefts=tuple(Choice(value=name, label=name, chosen=place == 0) for place, name in enumerate(named)),
        rights=tuple(Choice(value=name, label=name, chosen=place == 1) for place, name in enumerate(named)),
        may_start=member.may(Role.ADMIN),
    )
    return showing.page(request, view)


def _line(session: Session, one: Comparison) -> views.ComparisonLine:
    tally = comparisons.tally(comparisons.images_of(session, one.tenant_id, one.id))
    says = f"{wording.count(tally.total, 'photo')} of {one.source} · {_told(one, tally)}"
    return views.ComparisonLine(id=one.id, left=one.left, right=one.right, says=says, at=one.created_at)


def _told(one: Comparison, tally: comparisons.Tally) -> str:
    if tally.waiting:
        return f"{tally.waiting} still being looked at"
    chosen = [f"{one.left} better {tally.left}", f"{one.right} better {tally.right}", f"neither {tally.neither}"]
    return ", ".join(chosen)


@get(f"{HERE}/{{comparison_id:int}}", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def one_page(request: Asking, comparison_id: Id) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.reading(member.tenant_id) as session:
        one = comparisons.find(session, member.tenant_id, comparison_id)
        images = comparisons.images_of(session, member.tenant_id, comparison_id)
    return showing.page(request, compared(one, images, member.may(Role.REVIEWER), member.may(Role.ADMIN)))


def compared(one: Comparison, images: Sequence[ComparedImage], may_choose: bool, may_remove: bool) -> views.Compared:
    return views.Compared(
        id=one.id,
        left=one.left,
        right=one.right,
        says=f"{one.source} · {_told(one, comparisons.tally(images))}",
        shots=tuple(_shot(image) for image in images),
        may_choose=may_choose,
        may_remove=may_remove,
    )


def _shot(image: ComparedImage) -> views.ComparedShot:
    return views.ComparedShot(
        id=image.id,
        image_id=image.image_id,
        done=image.due_at is None,
        left=_said(image.left, image.left_problem),
        right=_said(image.right, image.right_problem),
        choice=image.choice,
        better=image.better,
    )


def _said(body: dict[str, Any] | None, problem: str) -> views.SaidOnce:
    said = asking.said_of(body, problem)
    return views.SaidOnce(words=said.words, alt=said.alt, confidence=said.confidence, problem=said.problem)


@post(HERE, guards=[needs(Role.ADMIN)], status_code=200)
async def start(request: Asking) -> Response[str]:
    form = await showing.form_of(request)
    return await sync_to_thread(_start, request, form)


def _start(request: Asking, form: dict[str, str]) -> Response[str]:
    numbers = {name: number_in(form.get(name, "")) or 0 for name in ("source", "images")}
    asked = {"left": form.get("left", ""), "right": form.get("right", "")} | numbers
    try:
        wanted = msgspec.convert(asked, asking.NewComparison)
        number = asking.started(house_of(request), member_of(request), wanted)
    except msgspec.ValidationError as error:
        return showing.goes(request, HERE, Notice(says=f"That cannot be compared: {error}.", tone="bad"))
    except Problem as problem:
        return showing.goes(request, HERE, Notice(says=str(problem), tone="bad"))
    return showing.goes(request, f"{HERE}/{number}", Notice(says="Both are asked now."))


@post(f"{HERE}/{{comparison_id:int}}/choose", guards=[needs(Role.REVIEWER)], status_code=200)
async def choose(request: Asking, comparison_id: Id) -> Response[str]:
    form = await showing.form_of(request)
    return await sync_to_thread(_choose, request, comparison_id, form)


def _choose(request: Asking, comparison_id: int, form: dict[str, str]) -> Response[str]:
    member, here = member_of(request), f"{HERE}/{comparison_id}"
    row, choice = number_in(form.get("image", "")) or 0, form.get("choice", "")
    try:
        with house_of(request).database.session(member.tenant_id) as session:
            comparisons.choose(session, member.tenant_id, comparison_id, row, choice, form.get("better", ""))
    except Problem as problem:
        return showing.goes(request, here, Notice(says=str(problem), tone="bad"))
    return showing.goes(request, f"{here}#compared-{row}")


@post(f"{HERE}/{{comparison_id:int}}/remove", guards=[needs(Role.ADMIN)], status_code=200, sync_to_thread=True)
def remove(request: Asking, comparison_id: Id) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.session(member.tenant_id) as session:
        comparisons.remove(session, member.tenant_id, comparison_id, actor=member.actor)
    return showing.goes(request, HERE, Notice(says="The comparison is removed."))


ROUTES: list[Any] = [page, one_page, start, choose, remove]
