"""The batches that a source's files belong to: a backlog, and bursts of arrivals."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from appliance import events, profiles
from appliance.models import REVIEWED, Batch, BatchKind, BatchState, Image, Source, now
from appliance.sources import Choices

QUIET = timedelta(seconds=60)  # without arrivals, after which the next one begins a new batch


@dataclass
class Bursts:
    """Which batch the next files of a source join. Asks the database only where it does not know."""

    vision: str
    actor: str
    may_be_running: bool = True  # so that an idle source costs nothing
    _last: dict[int, float] = field(default_factory=dict)  # when a batch got its last image, by the monotonic clock

    def batch(self, session: Session, source: Source, kind: BatchKind) -> Batch:
        """The running batch of this kind, with the present choices of the owner; a new one where there is none."""
        policy = self._policy(session, source, kind)
        wanted = select(Batch).where(*_running(source), Batch.kind == kind).order_by(Batch.id.desc()).limit(1)
        batch = session.scalar(wanted)
        if batch is None or batch.policy != policy or (kind is BatchKind.ARRIVALS and self._is_over(session, batch)):
            batch = self._started(session, source, kind, policy)
        self._last[batch.id] = time.monotonic()
        self.may_be_running = True
        return batch

    def _policy(self, session: Session, source: Source, kind: BatchKind) -> dict[str, Any]:
        choices = msgspec.convert(source.choices, Choices)
        own = profiles.settings_of(session, source.tenant_id, choices.profile)
        policy = choices.policy(backlog=kind is BatchKind.BACKLOG, vision=self.vision, own_profile=own)
        return dict(msgspec.to_builtins(policy))

    def _started(self, session: Session, source: Source, kind: BatchKind, policy: dict[str, Any]) -> Batch:
        batch = Batch(tenant_id=source.tenant_id, source_id=source.id, kind=kind, policy=policy)
        session.add(batch)
        session.flush()
        self._tell(session, batch, "batch.started", {"kind": kind})
        return batch

    def _is_over(self, session: Session, batch: Batch) -> bool:
        if batch.id in self._last:
            return time.monotonic() - self._last[batch.id] >= QUIET.total_seconds()
        newest = session.scalar(select(func.max(Image.found_at)).where(Image.batch_id == batch.id))
        return newest is None or newest < now() - QUIET

    def complete(self, session: Session, source: Source) -> None:
        """Ends the batches that have nothing left to do and get nothing more."""
        running = list(session.scalars(select(Batch).where(*_running(source))))
        for batch in running:
            if batch.kind is BatchKind.ARRIVALS and not self._is_over(session, batch):
                continue
            due = exists().where(Image.batch_id == batch.id, Image.due_at.is_not(None))
            ended = (
                update(Batch)
                .where(Batch.id == batch.id, Batch.state == BatchState.RUNNING, ~due)
                .values(state=BatchState.COMPLETED, finished_at=now())
                .returning(Batch.id)
            )
            if session.scalar(ended) is not None:
                self._last.pop(batch.id, None)
                self._tell(session, batch, "batch.completed")
        self.may_be_running = session.scalar(select(Batch.id).where(*_running(source)).limit(1)) is not None

    def _tell(self, session: Session, batch: Batch, event: str, after: dict[str, Any] | None = None) -> None:
        about = {"type": event, "source_id": batch.source_id, "batch_id": batch.id, "after": after}
        events.record(session, batch.tenant_id, [about], actor=self.actor)


def _running(source: Source) -> tuple[Any, ...]:
    return (
        Batch.tenant_id == source.tenant_id,
        Batch.source_id == source.id,
        Batch.kind.in_(REVIEWED),
        Batch.state == BatchState.RUNNING,
    )
