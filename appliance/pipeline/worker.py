"""What a worker has at hand while it takes images from step to step."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import vision
from appliance.db import Database
from appliance.errors import Unavailable
from appliance.figures.keeping import Keeper
from appliance.imaging import Decoder
from appliance.learning import School
from appliance.models import Batch, BatchKind, Source
from appliance.pipeline.leases import Claim, Heartbeat, Outcome
from appliance.pipeline.waiting import Waiting
from appliance.providers import Providers
from appliance.sources import Connections, Policy
from appliance.storage import Storage
from appliance.vision.chain import Chain
from appliance.vision.together import Together
from connectors.base import Connector

GATHERING_SECONDS = 0.01  # for which an answer waits for others before it is stored; no question waits for that
NO_PROVIDER = vision.NONE  # names from what the file says of itself; the picture is not looked at


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
    providers: Providers
    owner: str | None = None
    actor: str = "system"
    told: Callable[[list[Outcome]], None] = lambda _: None
    _orders: dict[tuple[int, int], Order] = field(default_factory=dict)
    _storing: dict[int, Together[Any, list[Outcome]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: Waiting = field(default_factory=Waiting)

    def __post_init__(self) -> None:
        self.school = School(self.database, self.storage)
        self.heartbeat = Heartbeat(self.database, self.owner)
        self.heartbeat.start()
        self.figures = Keeper(self.database)
        self.figures.start()

    def close(self) -> None:
        self.waiting.close()
        self.heartbeat.stop()
        self.decoder.close()
        self.connections.close()
        self.providers.close()
        self.figures.stop()

    def order(self, claim: Claim) -> Order:
        return self.order_of(claim.tenant_id, claim.batch_id, claim.source_id)

    def order_of(self, tenant_id: int, batch_id: int, source_id: int) -> Order:
        with self._lock:
            known = self._orders.get((batch_id, source_id))
        if known is None:
            with self.database.reading(tenant_id) as session:
                known = _order(session, tenant_id, batch_id)
            with self._lock:
                self._orders[batch_id, source_id] = known
        return known

    def storing(
        self, tenant_id: int, store: Callable[[Sequence[Any]], list[list[Outcome]]]
    ) -> Together[Any, list[Outcome]]:
        """Where a tenant's answers that come at the same moment are stored in one transaction."""
        with self._lock:
            return self._storing.setdefault(tenant_id, Together(store, GATHERING_SECONDS))

    def connector(self, order: Order) -> Connector:
        return self.connections.open(order.source)

    def chain(self, order: Order) -> Chain | None:
        """Who is asked about a batch's pictures; None where they are not looked at."""
        try:
            return self.providers.chain(order.source.tenant_id, order.policy.provider)
        except ValueError as error:
            return Chain((), self.database, lacks=str(error))

    def taught(self, tenant_id: int, chain: Chain) -> Chain:
        """The chain with engines that know what this tenant's people have taught."""
        links = (replace(link, provider=self.school.taught(link.provider, tenant_id)) for link in chain.links)
        return replace(chain, links=tuple(links))

    def model_today(self, tenant_id: int, chain: Chain) -> str:
        """Of who is asked first, with what was learned by now; "" where nobody is."""
        return self.school.taught(chain.first.provider, tenant_id).model if chain.first else ""

    def prepare(self, tenant_id: int, provider: str) -> None:
        """Starts what opens pictures and lets engines of this machine read their models, which takes a second or two,
        before the first picture is there. What is wrong with them is for the pictures to say."""
        with suppress(Unavailable, vision.VisionError, ValueError):
            self.decoder.check()
            chain = self.providers.chain(tenant_id, provider)
            first = chain and chain.first
            if first and not first.waits:
                first.provider.check()


def _order(session: Session, tenant_id: int, batch_id: int) -> Order:
    wanted = select(Batch, Source).join(Source, Source.id == Batch.source_id)
    batch, source = session.execute(wanted.where(Batch.tenant_id == tenant_id, Batch.id == batch_id)).one()
    return Order(batch.id, BatchKind(batch.kind), msgspec.convert(batch.policy, Policy), source)
