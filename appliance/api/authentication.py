"""Who is asking, over HTTP: the cookie, the token, and what another site's page must not be able to send.

An application has all of it by `plugins=[Protection()]`. A handler says `guards=[needs(Role.REVIEWER)]`; beneath such a
guard, `opt={"public": True}` makes an exception. Litestar's own sessions are not used: they keep an id that a client
chose.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.config.app import AppConfig
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, Headers, MutableScopeHeaders
from litestar.enums import RequestEncodingType, ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult, DefineMiddleware
from litestar.plugins import InitPlugin
from litestar.types import Message, Scope

from appliance import auth
from appliance.api.house import house_of
from appliance.auth import Client, Member, Role, SignedIn
from appliance.errors import Forbidden, Unauthorized

Connection = ASGIConnection[Any, Member | None, str | None, Any]

T = TypeVar("T")

COOKIE = "renamer_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_signing_in = ThreadPoolExecutor(2, "signing-in")


async def apart(work: Callable[[], T]) -> T:
    """Runs what tries or stores a password, in threads for that alone: it is slow on purpose, and a crowd at the door
    must not hold up those who are inside."""
    return await asyncio.get_running_loop().run_in_executor(_signing_in, work)


class Protection(InitPlugin):
    """Says of each request who is asking (`request.user`, a Member or None; `request.auth`, the id of their session or
    None), refuses what is forged, and adds the security headers to every answer that has none of that name."""

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        app_config.middleware.insert(0, DefineMiddleware(Authentication))
        app_config.guards.insert(0, unforged)
        app_config.before_send.append(add_headers)
        return app_config


class Authentication(AbstractAuthenticationMiddleware):
    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        bearer, proof = bearer_of(connection), connection.cookies.get(cookie_name(connection))
        if bearer is None and not proof:
            return AuthenticationResult(user=None, auth=None)
        member = await sync_to_thread(
            auth.authenticate, house_of(connection).database, bearer=bearer, proof=None if bearer else proof
        )
        return AuthenticationResult(user=member, auth=proof if member and bearer is None else None)


@dataclass(frozen=True, slots=True)
class Needs:
    """A guard: for members who have this role, or one above it. Raises Unauthorized and Forbidden."""

    role: Role

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        if not handler.opt.get("public"):
            member_of(connection, self.role)


def needs(role: Role) -> Needs:
    return Needs(role)


def member_of(connection: Connection, role: Role = Role.VIEWER) -> Member:
    """Who is asking. Raises Unauthorized where nobody is known, and Forbidden where the role is not enough."""
    member: Member | None = connection.scope.get("user")
    if member is None:
        raise Unauthorized("Sign in, or send an API token as “Authorization: Bearer …”.")
    if not member.may(role):
        raise Forbidden(f"That needs the role {role.value}, and you are {member.role.value}; ask an owner for it.")
    return member


async def unforged(connection: Connection, handler: BaseRouteHandler) -> None:
    """A guard: what changes something, or opens a socket, was sent by a page of ours or by no browser.

    A token needs no such proof, since no browser adds it by itself. A handler with `opt={"signs_in": True}` answers
    those who have no CSRF token yet; for it, the browser's word about the origin does. Raises Forbidden.
    """
    if connection.scope.get("method") in SAFE_METHODS or bearer_of(connection) is not None:
        return
    if not is_own_page(connection.headers, house_of(connection).settings.base_url):
        raise Forbidden("This was sent by a page of another site, so nothing was done.")
    if connection.auth is None or handler.opt.get("signs_in") or not isinstance(connection, Request):
        return
    if not handler.opt.get("proves"):
        proven(connection, connection.headers.get(CSRF_HEADER) or await _field(connection))


def proven(connection: Connection, token: str) -> None:
    """A handler with `opt={"proves": True}` reads its form itself, since that is large, and asks this before it does
    anything. Raises Forbidden."""
    if connection.auth is None or bearer_of(connection) is not None:
        return
    if not auth.is_csrf_token(house_of(connection).vault, connection.auth, token):
        raise Forbidden("The page that sent this is too old, so nothing was done; load it again, and try once more.")


def is_own_page(headers: Headers, base_url: str) -> bool:
    """By what browsers say and pages cannot change; whoever says nothing is no browser of this decade."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin == base_url:
        return True
    if site is not None:
        return site in {"same-origin", "none"}
    return origin is None or urlsplit(origin).netloc == headers.get("host")


async def _field(request: Request[Any, Any, Any]) -> str:
    """Out of a form's fields; a form with files is not read for it, since it may be large."""
    if request.content_type[0] != RequestEncodingType.URL_ENCODED:
        return ""
    return str((await request.form()).get(CSRF_FIELD, ""))


def bearer_of(connection: Connection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def client_of(connection: Connection) -> Client:
    address = connection.client.host if connection.client else ""
    return Client(address, connection.headers.get("user-agent", ""))


def csrf_of(connection: Connection) -> str | None:
    """What a page sends along with each change; None where nobody is signed in."""
    return auth.csrf_token(house_of(connection).vault, connection.auth) if connection.auth else None


def cookie_for(connection: Connection, signed_in: SignedIn) -> Cookie:
    """For the answer to whoever just signed in."""
    return _cookie(connection, signed_in.proof, int(auth.sessions.LONGEST.total_seconds()))


def no_cookie(connection: Connection) -> Cookie:
    """For the answer to whoever signed out."""
    return _cookie(connection, "", 0)


def cookie_name(connection: Connection) -> str:
    return f"__Host-{COOKIE}" if is_encrypted(connection.scope, connection) else COOKIE


def is_encrypted(scope: Scope, connection: Connection) -> bool:
    """The browser's side of the connection, also where a proxy ends the encryption."""
    return scope["scheme"] in {"https", "wss"} or house_of(connection).settings.base_url.startswith("https:")


def _cookie(connection: Connection, value: str, seconds: int) -> Cookie:
    secure = is_encrypted(connection.scope, connection)
    return Cookie(cookie_name(connection), value=value, max_age=seconds, secure=secure, httponly=True, samesite="lax")


async def add_headers(message: Message, scope: Scope) -> None:
    """For every answer, errors too; one that an answer brings along stays."""
    if message["type"] != "http.response.start" or scope["type"] != ScopeType.HTTP:
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if scope.get("user"):
        headers.setdefault("Cache-Control", "no-store")
    if is_encrypted(scope, ASGIConnection(scope)):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
