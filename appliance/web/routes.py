"""Every page, and what pages load."""

from typing import Any

from litestar import Router

from appliance.web.pages import (
    account,
    attention,
    batches,
    comparisons,
    docs,
    entering,
    events,
    failing,
    history,
    learned,
    overview,
    profiles,
    quality,
    review,
    showing,
    sources,
    status,
    uploads,
    vision,
)

PROBLEMS = failing.HANDLERS
_PAGES = (
    overview,
    sources,
    uploads,
    review,
    batches,
    attention,
    history,
    vision,
    learned,
    profiles,
    quality,
    comparisons,
    status,
    account,
)


def handlers() -> list[Any]:
    """In routers of their own, since Litestar prepares a handler of the application itself twice where another method
    of its path comes later."""
    shown = [handler for page in _PAGES for handler in page.ROUTES]
    return [
        Router("/", route_handlers=shown, before_request=showing.begin, include_in_schema=False),
        Router("/", route_handlers=[*entering.ROUTES, *events.ROUTES, *docs.ROUTES], include_in_schema=False),
    ]
