"""Every page, and what pages load."""

from typing import Any

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
    pages = (entering, overview, sources, review, batches, attention, history, status, account, events)
    return [handler for page in pages for handler in page.ROUTES]
