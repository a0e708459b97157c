"""Every page, and what pages load."""

from typing import Any

from litestar import Router

from appliance.web.pages import (
    account,
    attention,
    batches,
    entering,
    events,
    failing,
    history,
    overview,
    review,
    sources,
    status,
)

PROBLEMS = failing.HANDLERS


def handlers() -> list[Any]:
    """In a router of their own, since Litestar prepares a handler of the application itself twice where another method
    of its path comes later."""
    pages = (entering, overview, sources, review, batches, attention, history, status, account, events)
    return [Router("/", route_handlers=[handler for page in pages for handler in page.ROUTES], include_in_schema=False)]
