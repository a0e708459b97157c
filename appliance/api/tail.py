"""One reader of the log of events for all who listen to a server."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import anyio.to_thread
import msgspec
from sqlalchemy.exc import SQLAlchemyError

from appliance import events
from appliance.db import Database
from appliance.models import Event

LOOK_SECONDS = 0.4
PING_SECONDS = 15.0
MOST_WAITING = 2000  # events for one listener, who is let go when it falls further behind

logger = logging.getLogger(__name__)


class EventView(msgspec.Struct, frozen=True):
    """docs/reference/events.md says what `before` and `after` hold."""

    id: int
    at: datetime
    type: str
    actor: str
    source: int | None
    batch: int | None
    image: int | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def shown(event: Event) -> EventView:
    return EventView(
        event.id,
        event.at,
        event.type,
        event.actor,
        event.source_id,
        event.batch_id,
        event.image_id,
        event.before,
        event.after,
    )


_Queue = asyncio.Queue[EventView | None]  # None: it fell too far behind


@dataclass(eq=False)
class Tail:
    """One reader of the log for all listeners of a process; it reads only while somebody listens."""

    database: Database
    _listeners: dict[int, set[_Queue]] = field(default_factory=lambda: defaultdict(set))
    _task: asyncio.Task[None] | None = None
    _started: asyncio.Event = field(default_factory=asyncio.Event)  # the reader knows from where on it reads

    async def follow(self, tenant_id: int, after: int) -> AsyncIterator[EventView | None]:
        """The tenant's events after that one, and None whenever nothing has come for a while."""
        with self._listening(tenant_id) as queue:
            await self._started.wait()  # so that nothing falls between what is read here and what is read there
            last = after
            while missed := await self._since(tenant_id, last):
                for event in missed:
                    yield event
                last = missed[-1].id
            while True:
                try:
                    async with asyncio.timeout(PING_SECONDS):
                        fresh = await queue.get()
                except TimeoutError:
                    yield None
                    continue
                if fresh is None:
                    return
                if fresh.id > last:
                    last = fresh.id
                    yield fresh

    @contextmanager
    def _listening(self, tenant_id: int) -> Iterator[_Queue]:
        queue: _Queue = asyncio.Queue(MOST_WAITING)
        self._listeners[tenant_id].add(queue)
        if self._task is None or self._task.done():
            self._started = asyncio.Event()
            self._task = asyncio.create_task(self._read())
        try:
            yield queue
        finally:
            self._listeners[tenant_id].discard(queue)

    async def _read(self) -> None:
        last: int | None = None
        while any(self._listeners.values()):
            try:
                if last is None:
                    last = await self.newest()
                    self._started.set()
                await asyncio.sleep(LOOK_SECONDS)
                fresh = await anyio.to_thread.run_sync(self._after, last)
            except (SQLAlchemyError, OSError) as error:
                logger.warning("The log of events could not be read: %s", error)
                await asyncio.sleep(LOOK_SECONDS)
                continue
            for tenant_id, event in fresh:
                last = event.id
                for queue in list(self._listeners.get(tenant_id, ())):
                    self._deliver(tenant_id, queue, event)

    def _deliver(self, tenant_id: int, queue: _Queue, event: EventView) -> None:
        try:
            queue.put_nowait(event)
        except asyncio.QueueFull:  # its client comes again, with the last event that it has seen
            self._listeners[tenant_id].discard(queue)
            with suppress(asyncio.QueueEmpty):
                queue.get_nowait()
            queue.put_nowait(None)

    async def newest(self) -> int:
        """The event after which whoever wants to know of everything from now on follows."""
        return await anyio.to_thread.run_sync(self._newest_id)

    async def _since(self, tenant_id: int, last: int) -> list[EventView]:
        return await anyio.to_thread.run_sync(self._of_tenant, tenant_id, last)

    def _newest_id(self) -> int:
        with self.database.reading(None) as session:
            return events.newest(session)

    def _after(self, last: int) -> list[tuple[int, EventView]]:
        with self.database.reading(None) as session:
            return [(event.tenant_id, shown(event)) for event in events.everyone_since(session, last)]

    def _of_tenant(self, tenant_id: int, last: int) -> list[EventView]:
        with self.database.reading(tenant_id) as session:
            return [shown(event) for event in events.since(session, tenant_id, last)]
