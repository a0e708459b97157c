"""What corrections have taught."""

from collections.abc import Callable
from typing import Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from sqlalchemy.orm import Session

from appliance import learning
from appliance.api.authentication import member_of, needs
from appliance.api.house import house_of
from appliance.api.listing import Id
from appliance.auth import Member, Role
from appliance.errors import Problem
from appliance.web import views
from appliance.web.pages import naming, showing
from appliance.web.pages.showing import Asking
from appliance.web.views import LearnedExample, LearnedWord, Notice

HERE = "/learned"
SHOWN = 12  # examples of a word

Act = Callable[[Session, Member], None]


@get(HERE, guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(request: Asking) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.reading(member.tenant_id) as session:
        on = learning.is_on(session, member.tenant_id)
        words = learning.learned(session, member.tenant_id)
    shown = tuple(_word(request, key, one) for key, one in enumerate(words, 1))
    view = views.Learned(tabs=naming.tabs(HERE), on=on, words=shown, may_switch=member.may(Role.ADMIN))
    return showing.page(request, view)


def _word(request: Asking, key: int, one: learning.Learned) -> LearnedWord:
    examples = tuple(_example(request, example) for example in one.examples[:SHOWN])
    return LearnedWord(key=key, word=one.word, count=len(one.examples), examples=examples)


def _example(request: Asking, one: learning.Taught) -> LearnedExample:
    return LearnedExample(
        id=one.id,
        image_id=one.image_id,
        proposed=one.proposed,
        accepted=one.accepted,
        at=one.at,
        shown=house_of(request).storage.has_thumbnail(member_of(request).tenant_id, one.sha256),
    )


@post(f"{HERE}/switch", guards=[needs(Role.ADMIN)], status_code=200)
async def switch(request: Asking) -> Response[str]:
    on = (await showing.form_of(request)).get("on") == "yes"
    says = "It learns from your corrections." if on else "Corrections teach nothing now, and what was learned rests."
    act = _switch_on if on else _switch_off
    return await sync_to_thread(_done, request, act, says)


def _switch_on(session: Session, member: Member) -> None:
    learning.switch(session, member.tenant_id, on=True, actor=member.actor)


def _switch_off(session: Session, member: Member) -> None:
    learning.switch(session, member.tenant_id, on=False, actor=member.actor)


@post(f"{HERE}/forget-all", guards=[needs(Role.ADMIN)], status_code=200, sync_to_thread=True)
def forget_all(request: Asking) -> Response[str]:
    def act(session: Session, member: Member) -> None:
        learning.forget_all(session, member.tenant_id, actor=member.actor)

    return _done(request, act, "Everything is forgotten.")


@post(f"{HERE}/forget", guards=[needs(Role.REVIEWER)], status_code=200)
async def forget(request: Asking) -> Response[str]:
    word = (await showing.form_of(request)).get("word", "")

    def act(session: Session, member: Member) -> None:
        learning.forget(session, member.tenant_id, word, actor=member.actor)

    return await sync_to_thread(_done, request, act, f"“{word}” is forgotten.")


@post(f"{HERE}/rename", guards=[needs(Role.REVIEWER)], status_code=200)
async def rename(request: Asking) -> Response[str]:
    form = await showing.form_of(request)
    word, other = form.get("word", ""), form.get("other", "")

    def act(session: Session, member: Member) -> None:
        learning.reword(session, member.tenant_id, word, other, actor=member.actor)

    return await sync_to_thread(_done, request, act, f"“{word}” is “{other}” now.")


@post(f"{HERE}/examples/{{example_id:int}}/forget", guards=[needs(Role.REVIEWER)], status_code=200, sync_to_thread=True)
def forget_example(request: Asking, example_id: Id) -> Response[str]:
    def act(session: Session, member: Member) -> None:
        learning.forget_example(session, member.tenant_id, example_id, actor=member.actor)

    return _done(request, act, "This photo teaches no more.")


def _done(request: Asking, act: Act, says: str) -> Response[str]:
    member = member_of(request)
    try:
        with house_of(request).database.session(member.tenant_id) as session:
            act(session, member)
    except Problem as problem:
        return showing.goes(request, HERE, Notice(says=str(problem), tone="bad"))
    return showing.goes(request, HERE, Notice(says=says))


ROUTES: list[Any] = [page, switch, forget_all, forget, rename, forget_example]
