"""Signing in and out, members, tokens."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, patch, post
from litestar.concurrency import sync_to_thread
from litestar.params import JSONBody
from msgspec import Meta, Struct

from appliance import auth
from appliance.api.authentication import apart, client_of, cookie_for, csrf_of, member_of, needs, no_cookie
from appliance.api.house import House, house_of
from appliance.api.listing import Id
from appliance.auth import Member, Role, SignedIn, links, members, tokens
from appliance.errors import Forbidden
from appliance.models import ApiToken, Tenant

Asking = Request[Member | None, str | None, Any]

Days = Annotated[int, Meta(ge=1, le=3650)]


class SignIn(Struct):
    email: str
    password: str


class SetUp(Struct):
    """`email` is for the first account; whoever was invited has one."""

    token: str
    password: str
    email: str = ""
    name: str = ""


class NewPassword(Struct):
    current: str
    new: str


class Account(Struct):
    """Who is asking. `csrf` is for the header X-CSRF-Token of each change that a page sends."""

    id: int | None
    name: str
    email: str | None
    role: Role
    tenant: str
    via: auth.Via
    csrf: str | None


class NewToken(Struct):
    name: str
    role: Role = Role.ADMIN
    days: Days | None = None


class Token(Struct):
    """`token` itself is there in the answer that made it, and never again."""

    id: int
    name: str
    prefix: str
    role: Role
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    token: str | None = None


class Tokens(Struct):
    items: list[Token]
    next: str | None = None


class NewMember(Struct):
    email: str
    role: Role = Role.REVIEWER
    name: str = ""


class OtherRole(Struct):
    role: Role


class MemberShown(Struct):
    """`link` is where an invited member chooses a password, once; it is in the answer that made it alone."""

    id: int
    email: str
    name: str
    role: Role
    invited: bool
    added_at: datetime
    signed_in_at: datetime | None
    link: str | None = None


class Members(Struct):
    items: list[MemberShown]
    next: str | None = None


class Invited(Struct):
    link: str


@post("/session", status_code=200, opt={"public": True, "signs_in": True})
async def sign_in(data: JSONBody[SignIn], request: Asking) -> Response[Account]:
    """Starts a session, and ends the one that the browser had."""
    house, client = house_of(request), client_of(request)
    return await _entered(request, lambda: auth.sign_in(house.database, house.vault, data.email, data.password, client))


@delete("/session", status_code=204, opt={"public": True}, sync_to_thread=True)
def sign_out(request: Asking) -> Response[None]:
    """Ends the session of this browser."""
    if request.auth:
        auth.sessions.end(house_of(request).database, request.auth)
    return Response(None, cookies=[no_cookie(request)])


@post("/setup", operation_id="followLink", status_code=200, opt={"public": True, "signs_in": True})
async def set_up(data: JSONBody[SetUp], request: Asking) -> Response[Account]:
    """Follows a link that works once: to make the first account, to join, to choose another password."""
    house, client = house_of(request), client_of(request)
    return await _entered(
        request,
        lambda: auth.finish_setup(
            house.database, house.vault, data.token, data.password, client, email=data.email, name=data.name
        ),
    )


@get("/account", operation_id="getAccount", sync_to_thread=True)
def account(request: Asking) -> Account:
    """Who is asking."""
    return _account(house_of(request), member_of(request), csrf_of(request))


@post("/account/password", status_code=200)
async def change_password(data: JSONBody[NewPassword], request: Asking) -> Response[Account]:
    """Ends every session of this member, and starts a new one here."""
    house, member, client = house_of(request), member_of(request), client_of(request)
    return await _entered(
        request,
        lambda: auth.change_password(house.database, house.vault, member, data.current, data.new, client),
    )


@get("/tokens", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def list_tokens(request: Asking) -> Tokens:
    """Every token, without its text."""
    member = member_of(request)
    with house_of(request).database.reading(member.tenant_id) as session:
        return Tokens([_token(one) for one in tokens.all_of(session, member.tenant_id)])


@post("/tokens", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def add_token(data: JSONBody[NewToken], request: Asking) -> Token:
    """Makes a token; its text is in this answer alone."""
    member = member_of(request)
    if not member.may(data.role):
        raise Forbidden(
            f"You are {member.role.value}, and a token may do no more than you; choose another role for it."
        )
    lasting = timedelta(days=data.days) if data.days else None
    with house_of(request).database.session(member.tenant_id) as session:
        text, made = tokens.add(
            session,
            member.tenant_id,
            data.name,
            data.role,
            actor=member.actor,
            created_by=member.user_id,
            lasting=lasting,
        )
        return _token(made, text)


@delete("/tokens/{token_id:int}", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def remove_token(token_id: Id, request: Asking) -> None:
    """Whoever holds it is nobody from now on."""
    member = member_of(request)
    with house_of(request).database.session(member.tenant_id) as session:
        tokens.remove(session, tokens.numbered(session, member.tenant_id, token_id), actor=member.actor)


@get("/members", guards=[needs(Role.OWNER)], sync_to_thread=True)
def list_members(request: Asking) -> Members:
    """Every member, also who is invited and has not come yet."""
    house, member = house_of(request), member_of(request)
    with house.database.reading(member.tenant_id) as session:
        people = members.all_of(session, member.tenant_id, house.vault)
    return Members([_shown(person) for person in people])


@post("/members", guards=[needs(Role.OWNER)], sync_to_thread=True)
def add_member(data: JSONBody[NewMember], request: Asking) -> MemberShown:
    """Invites somebody; the answer has the link to pass on, since no e-mail is sent."""
    house, member = house_of(request), member_of(request)
    tenant_id = member.tenant_id
    with house.database.session(tenant_id) as session:
        user = members.add(session, tenant_id, house.vault, data.email, data.role, name=data.name, actor=member.actor)
        token = members.make_link(session, tenant_id, user.id)[0] if members.lacks_password(session, user) else None
        person = members.one_of(session, tenant_id, house.vault, user.id)
    return _shown(person, _link(house, token) if token else None)


@patch("/members/{user_id:int}", guards=[needs(Role.OWNER)], sync_to_thread=True)
def change_member(user_id: Id, data: JSONBody[OtherRole], request: Asking) -> MemberShown:
    """Gives a member another role, and ends their sessions."""
    house, member = house_of(request), member_of(request)
    with house.database.session(member.tenant_id) as session:
        members.change(session, member.tenant_id, user_id, data.role, actor=member.actor)
        return _shown(members.one_of(session, member.tenant_id, house.vault, user_id))


@delete("/members/{user_id:int}", guards=[needs(Role.OWNER)], sync_to_thread=True)
def remove_member(user_id: Id, request: Asking) -> None:
    """Ends the sessions and tokens of a member, who is none from now on."""
    member = member_of(request)
    with house_of(request).database.session(member.tenant_id) as session:
        members.remove(session, member.tenant_id, user_id, actor=member.actor)


@post("/members/{user_id:int}/link", guards=[needs(Role.OWNER)], sync_to_thread=True)
def invite_again(user_id: Id, request: Asking) -> Invited:
    """A new link for a member to choose a password; the one before works no more."""
    house, member = house_of(request), member_of(request)
    with house.database.session(member.tenant_id) as session:
        token, _ = members.make_link(session, member.tenant_id, user_id)
    return Invited(_link(house, token))


def router(path: str = "/api/v1") -> Router:
    """All of it, for members unless a handler is public."""
    return Router(
        path,
        guards=[needs(Role.VIEWER)],
        route_handlers=[
            sign_in,
            sign_out,
            set_up,
            account,
            change_password,
            list_tokens,
            add_token,
            remove_token,
            list_members,
            add_member,
            change_member,
            remove_member,
            invite_again,
        ],
    )


async def _entered(request: Asking, enter: Callable[[], SignedIn]) -> Response[Account]:
    """Somebody enters, and the session that the browser had before ends."""
    signed_in = await apart(enter)
    said = await sync_to_thread(_welcome, request, signed_in)
    return Response(said, cookies=[cookie_for(request, signed_in)])


def _welcome(request: Asking, signed_in: SignedIn) -> Account:
    house = house_of(request)
    if request.auth:
        auth.sessions.end(house.database, request.auth)
    return _account(house, signed_in.member, auth.csrf_token(house.vault, signed_in.proof))


def _account(house: House, member: Member, csrf: str | None) -> Account:
    with house.database.reading(member.tenant_id) as session:
        tenant = session.get_one(Tenant, member.tenant_id).name
        email = None
        if member.via is auth.Via.SESSION and member.user_id is not None:
            email = members.one_of(session, member.tenant_id, house.vault, member.user_id).email
    return Account(member.user_id, member.name, email, member.role, tenant, member.via, csrf)


def _token(one: ApiToken, text: str | None = None) -> Token:
    return Token(one.id, one.name, one.prefix, one.role, one.created_at, one.last_used_at, one.expires_at, text)


def _shown(person: members.Person, link: str | None = None) -> MemberShown:
    return MemberShown(
        person.id,
        person.email,
        person.name,
        person.role,
        person.invited,
        person.added_at,
        person.signed_in_at,
        link,
    )


def _link(house: House, token: str) -> str:
    return house.settings.base_url + links.PATH + token
