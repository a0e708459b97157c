"""What happens, for the pages that are open."""

from typing import Any

from litestar import get
from litestar.response import ServerSentEvent

from appliance.api import events
from appliance.api.authentication import needs
from appliance.auth import Role
from appliance.web.pages.showing import Asking


@get("/events", guards=[needs(Role.VIEWER)])
async def stream(request: Asking, last_event_id: events.LastSeen = None, after: events.After = None) -> ServerSentEvent:
    """The log as it grows after what the page knows; one that comes again goes on where it stopped."""
    return await events.streamed(request, events.last_seen(last_event_id, after))


ROUTES: list[Any] = [stream]
