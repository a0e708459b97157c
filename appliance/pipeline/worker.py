"""What a worker has at hand while it takes images from step to step."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import vision
from appliance.db import Database
from appliance.errors import Unavailable
from appliance.imaging import Decoder
from appliance.models import Batch, BatchKind, Source
from appliance.pipeline.leases import Claim, Heartbeat, Outcome
from appliance.sources import Connections, Policy
from appliance.storage import Storage
from connectors.base import Connector

NO_PROVIDER = "none"  # names from what the file says of itself; the picture is not looked at


@dataclass(frozen=True, slots=True)
class Order:
    """The batch that an image belongs to, as far as its steps need it."""

    id: int
    kind: BatchKind
    policy: Policy
    source: Source


@dataclass
class Worker:
    """Shared by all threads of a process. `owner` is the command that the rows belong to, None for a server."""

    database: Database
    storage: Storage
    decoder: Decoder
    connections: Connections
    owner: str | None = None
    actor: str = "system"
    told: Callable[[list[Outcome]], None] = lambda _: None
    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # the options of servers that look at pictures
    _orders: dict[tuple[int, int], Order] = field(default_factory=dict)
    _providers: dict[str, vision.Provider] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.heartbeat = Heartbeat(self.database, self.owner)
        self.heartbeat.start()

    def close(self) -> None:
        self.heartbeat.stop()
        self.decoder.close()
        self.connections.close()
        for provider in self._providers.values():
            if isinstance(provider, vision.Closes):
                provider.close()

    def order(self, claim: Claim) -> Order:
        with self._lock:
            known = self._orders.get((claim.batch_id, claim.source_id))
        if known is None:
            with self.database.reading(claim.tenant_id) as session:
                known = _order(session, claim)
            with self._lock:
                self._orders[claim.batch_id, claim.source_id] = known
        return known

    def connector(self, order: Order) -> Connector:
        return self.connections.open(order.source)

    def provider(self, policy: Policy) -> vision.Provider | None:
        """The batch's provider, loaded once; None where pictures are not looked at. Raises VisionError."""
        if policy.provider == NO_PROVIDER:
            return None
        return self._loaded(policy.provider)

    def prepare(self, provider: str) -> None:
        """Starts what opens pictures and lets a provider read its models, which takes a second or two, before the first
        picture is there. What is wrong with them is for the pictures to say."""
        with suppress(Unavailable, vision.VisionError, ValueError):
            self.decoder.check()
            if provider != NO_PROVIDER:
                self._loaded(provider).check()

    def _loaded(self, name: str) -> vision.Provider:
        with self._lock:
            if name not in self._providers:
                self._providers[name] = vision.load(name, self.given.get(name))
            return self._providers[name]


def _order(session: Session, claim: Claim) -> Order:
    wanted = select(Batch, Source).join(Source, Source.id == Batch.source_id)
    batch, source = session.execute(wanted.where(Batch.tenant_id == claim.tenant_id, Batch.id == claim.batch_id)).one()
    return Order(batch.id, BatchKind(batch.kind), msgspec.convert(batch.policy, Policy), source)
