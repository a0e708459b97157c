"""Counts answers over HTTP: by route, never by what stands in an address."""

import time
from typing import Any

from litestar import Litestar
from litestar.config.app import AppConfig
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.plugins import InitPlugin
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from appliance import telemetry
from appliance.api.house import house_of

NO_ROUTE = "none"  # nothing is at that address
_BEGAN = "renamer_began"
_ROUTES = "renamer_routes"
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class Measuring(InitPlugin):
    """For an application whose state has a House."""

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        app_config.middleware.insert(0, _timed)
        app_config.before_send.append(count)
        return app_config


def _timed(app: ASGIApp) -> ASGIApp:
    async def begin(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"][_BEGAN] = time.monotonic()
        await app(scope, receive, send)

    return begin


def _route(scope: Scope) -> str:
    """As its handler has it: the template in the scope may be that of a route whose parameters have other names."""
    if "path_template" not in scope:
        return NO_ROUTE
    routes = scope["litestar_app"].state
    if _ROUTES not in routes:
        routes[_ROUTES] = _by_handler(scope["litestar_app"])
    known: dict[int, str] = routes[_ROUTES]
    return known.get(id(scope["route_handler"]), str(scope["path_template"]))


def _by_handler(application: Litestar) -> dict[int, str]:
    routes = (route for route in application.routes if isinstance(route, HTTPRoute))
    return {id(handler): route.path_format for route in routes for handler in route.route_handlers}


async def count(message: Message, scope: Scope) -> None:
    """When an answer begins; some, such as the stream of events, do not end."""
    if message["type"] != "http.response.start" or scope["type"] != ScopeType.HTTP:
        return
    connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
    tally = house_of(connection).requests
    method = str(scope["method"])
    named = method if method in _METHODS else "other", _route(scope)
    tally.count(telemetry.REQUESTS, *named, str(message["status"]))
    if began := scope["state"].get(_BEGAN):
        tally.took(telemetry.REQUEST_SECONDS, time.monotonic() - began, *named)
