"""The API's description of itself, as OpenAPI: what Litestar finds out, and what holds for every endpoint."""

from typing import Any

from litestar import Router
from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

_FOLDER = "/api"
PATH = f"{_FOLDER}/openapi.json"


def config(version: str) -> OpenAPIConfig:
    """The description alone: the pages that Litestar could show it with load scripts of other sites."""
    router = Router(_FOLDER, guards=[_nothing_else], route_handlers=[], include_in_schema=False)
    return OpenAPIConfig(
        "Image Renamer",
        version,
        use_handler_docstrings=True,
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        openapi_router=router,
    )


async def _nothing_else(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Litestar answers whatever else is asked for in the folder with a page of its own."""
    if connection.scope["path"] != PATH:
        raise NotFoundException
