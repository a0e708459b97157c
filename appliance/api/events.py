"""The log of events as it grows: server-sent events and a WebSocket, which go on after the last one that was seen."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, WebSocket, get, websocket
from litestar.datastructures import State
from litestar.handlers import send_websocket_stream
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage

from appliance.api.authentication import member_of, needs
from appliance.api.house import house_of
from appliance.api.listing import number_in
from appliance.api.tail import EventView
from appliance.auth import Member, Role
from appliance.errors import Invalid

HIGHEST = 2**53 - 1  # whose numbers have a larger column; every JSON reader takes this one for what it is
_FOREIGN_ORIGIN = 4403  # an application's own code (RFC 6455, 7.4.2)

LastSeen = Annotated[str | None, HeaderParameter(name="Last-Event-ID", description="the last event that was seen")]
After = Annotated[int | None, QueryParameter(ge=0, le=HIGHEST, description="the event after which to go on")]


@get("/events", operation_id="followEvents", guards=[needs(Role.VIEWER)], media_type="text/event-stream")
async def stream(
    request: Request[Member, Any, State], last_event_id: LastSeen = None, after: After = None
) -> ServerSentEvent:
    """The events from now on, or after one that was seen, as server-sent events: `id` is the number, `event` the type
    and `data` an Event. A browser that comes again says by itself what it has seen; others may give `after`."""
    return await streamed(request, last_seen(last_event_id, after))


async def streamed(request: Request[Any, Any, Any], after: int | None) -> ServerSentEvent:
    """The member's events after that one, as they come."""
    return ServerSentEvent(messages(request, after), headers={"X-Accel-Buffering": "no"})


def last_seen(header: str | None, after: int | None) -> int | None:
    """The event after which to go on. Raises Invalid."""
    if header is None:
        return after
    number = number_in(header, HIGHEST)
    if number is None:
        raise Invalid("Last-Event-ID is the number of an event.")
    return number


async def messages(request: Request[Any, Any, Any], after: int | None) -> AsyncIterator[ServerSentEventMessage]:
    """Whatever happens once “listening” was sent is among them."""
    tail = house_of(request).tail
    start = await tail.newest() if after is None else after
    yield ServerSentEventMessage(comment="listening", retry=2000)
    async for event in tail.follow(member_of(request).tenant_id, start):
        if event is None:
            yield ServerSentEventMessage(comment="still here")
        else:
            yield ServerSentEventMessage(msgspec.json.encode(event).decode(), event=event.type, id=event.id)


@websocket("/events/ws", guards=[needs(Role.VIEWER)])
async def socket(socket: WebSocket[Member, Any, State], after: After = None) -> None:
    """The same events, each as JSON; `?after=` goes on after one that was seen."""
    origin, tail = socket.headers.get("origin"), house_of(socket).tail
    start = await tail.newest() if after is None else after
    await socket.accept()
    if origin is not None and urlsplit(origin).netloc != socket.headers.get("host"):
        await socket.close(_FOREIGN_ORIGIN, "Pages of other sites may not listen.")
        return
    texts = _texts(tail.follow(socket.user.tenant_id, start))
    await send_websocket_stream(socket, texts, listen_for_disconnect=True, warn_on_data_discard=False)


async def _texts(events: AsyncIterator[EventView | None]) -> AsyncGenerator[str, None]:
    """An object without an id says that the server is still there."""
    async for event in events:
        yield msgspec.json.encode(event).decode() if event else "{}"


ROUTES: list[Any] = [stream, socket]
