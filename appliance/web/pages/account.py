"""Who is signed in, their password, sessions and tokens, and the other members."""

import re
from typing import Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from sqlalchemy.orm import Session

from appliance import auth
from appliance.api.authentication import apart, client_of, cookie_for, member_of, needs
from appliance.api.house import house_of
from appliance.api.listing import Id
from appliance.auth import Member, Role, members, sessions, tokens
from appliance.auth.passwords import LEAST_CHARACTERS
from appliance.errors import Invalid, Problem
from appliance.web import views
from appliance.web.pages import showing
from appliance.web.pages.showing import Asking
from appliance.web.views import Choice, MemberLine, Notice, SessionLine, TokenLine

_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


@get("/account", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(request: Asking) -> Response[str]:
    return _shown(request)


def _shown(
    request: Asking,
    *,
    problems: dict[str, str] | None = None,
    new_token: str = "",
    notice: Notice | None = None,
    status: int = 200,
) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.reading(member.tenant_id) as session:
        view = views.Account(
            member=showing.person(request, session),
            at_least=LEAST_CHARACTERS,
            sessions=tuple(_sessions(request, session, member)),
            tokens=tuple(_tokens(session, member)),
            members=tuple(_members(request, session, member)),
            roles=_roles(member),
            new_token=new_token,
            problems=problems or {},
            has_password=member.user_id is not None,
        )
        return showing.page(request, view, status=status, notices=(notice,) if notice else ())


def _sessions(request: Asking, session: Session, member: Member) -> list[SessionLine]:
    if member.user_id is None:
        return []
    return [
        SessionLine(
            id=str(one.id),
            browser=_browser(one.agent),
            address=one.address,
            seen_at=one.seen_at,
            current=sessions.is_of(one, request.auth or ""),
        )
        for one in sessions.all_of(session, member.tenant_id, member.user_id)
    ]


def _browser(agent: str) -> str:
    """Roughly, so that a person knows their own again."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "") or agent.split("/")[0][:40] or "A program"
    system = next((name for name in _SYSTEMS if name in agent), "")
    system = {"Macintosh": "macOS"}.get(system, system)
    return f"{browser} on {system}" if system else browser


def _tokens(session: Session, member: Member) -> list[TokenLine]:
    if not member.may(Role.ADMIN):
        return []
    return [
        TokenLine(id=one.id, name=f"{one.name} ({one.role})", made_at=one.created_at, used_at=one.last_used_at)
        for one in tokens.all_of(session, member.tenant_id)
    ]


def _members(request: Asking, session: Session, member: Member) -> list[MemberLine]:
    if not member.may(Role.OWNER):
        return []
    return [
        MemberLine(
            id=one.id,
            name=one.name or one.email,
            email=one.email,
            role=one.role,
            you=one.id == member.user_id,
            invited=one.invited,
        )
        for one in members.all_of(session, member.tenant_id, house_of(request).vault)
    ]


def _roles(member: Member) -> tuple[Choice, ...]:
    if not member.may(Role.OWNER):
        return ()
    return tuple(Choice(value=role, label=role.capitalize(), chosen=role is Role.REVIEWER) for role in Role)


@post("/account/password", guards=[needs(Role.VIEWER)], status_code=200)
async def password(request: Asking) -> Response[str]:
    form = await showing.form_of(request)
    house, member, client = house_of(request), member_of(request), client_of(request)
    current, new = form.get("current", ""), form.get("password", "")
    try:
        signed_in = await apart(lambda: auth.change_password(house.database, house.vault, member, current, new, client))
    except Problem as problem:
        problems = {"password" if isinstance(problem, Invalid) else "current": str(problem)}
        return await sync_to_thread(_shown, request, problems=problems, status=problem.status)
    answer = showing.goes(request, "/account", Notice(says="Your password is changed; other sessions have ended."))
    answer.set_cookie(cookie_for(request, signed_in))
    return answer


@post("/account/sessions/{number:int}/end", guards=[needs(Role.VIEWER)], status_code=200, sync_to_thread=True)
def end_session(request: Asking, number: Id) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.session(member.tenant_id) as session:
        sessions.end_one(session, member.tenant_id, member.user_id or 0, number)
    return showing.goes(request, "/account", Notice(says="Signed out there."))


@post("/account/tokens", guards=[needs(Role.ADMIN)], status_code=200)
async def add_token(request: Asking) -> Response[str]:
    form = await showing.form_of(request)
    return await sync_to_thread(_add_token, request, form.get("name", ""))


def _add_token(request: Asking, name: str) -> Response[str]:
    member = member_of(request)
    try:
        with house_of(request).database.session(member.tenant_id) as session:
            text, _ = tokens.add(
                session, member.tenant_id, name, Role.ADMIN, actor=member.actor, created_by=member.user_id
            )
    except Problem as problem:
        return _shown(request, notice=Notice(says=str(problem), tone="bad"), status=problem.status)
    return _shown(request, new_token=text)


@post("/account/tokens/{token_id:int}/revoke", guards=[needs(Role.ADMIN)], status_code=200, sync_to_thread=True)
def revoke(request: Asking, token_id: Id) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.session(member.tenant_id) as session:
        tokens.remove(session, tokens.numbered(session, member.tenant_id, token_id), actor=member.actor)
    return showing.goes(request, "/account", Notice(says="The token works no more."))


@post("/account/members", guards=[needs(Role.OWNER)], status_code=200)
async def add_member(request: Asking) -> Response[str]:
    form = await showing.form_of(request)
    return await sync_to_thread(_add_member, request, form.get("email", ""), form.get("role", Role.REVIEWER))


def _add_member(request: Asking, email: str, role: str) -> Response[str]:
    member, house = member_of(request), house_of(request)
    try:
        with house.database.session(member.tenant_id) as session:
            wanted = Role(role) if role in set(Role) else Role.REVIEWER
            user = members.add(session, member.tenant_id, house.vault, email, wanted, actor=member.actor)
            if not members.lacks_password(session, user):
                return _shown(request, notice=Notice(says=f"{email} is a member now."))
            token, _ = members.make_link(session, member.tenant_id, user.id)
    except Problem as problem:
        return _shown(request, notice=Notice(says=str(problem), tone="bad"), status=problem.status)
    link = f"{_address(request)}/setup?token={token}"
    return _shown(request, notice=Notice(says=f"Give {email} this link; it works once: {link}", tone="warm"))


def _address(request: Asking) -> str:
    """Where this page was opened, else what the settings say."""
    host = request.headers.get("host", "")
    if re.fullmatch(r"[\w.:\[\]-]+", host):
        return f"{request.url.scheme}://{host}"
    return house_of(request).settings.base_url


@post("/account/members/{user_id:int}/remove", guards=[needs(Role.OWNER)], status_code=200, sync_to_thread=True)
def remove_member(request: Asking, user_id: Id) -> Response[str]:
    member = member_of(request)
    try:
        with house_of(request).database.session(member.tenant_id) as session:
            members.remove(session, member.tenant_id, user_id, actor=member.actor)
    except Problem as problem:
        return showing.goes(request, "/account", Notice(says=str(problem), tone="bad"))
    return showing.goes(request, "/account", Notice(says="They are no longer a member."))


ROUTES: list[Any] = [page, password, end_session, add_token, revoke, add_member, remove_member]
