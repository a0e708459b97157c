"""A batch: begun and found, what became of its files, and what the log says of it."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import events
from appliance.errors import NotFound
from appliance.models import (
    Batch,
    BatchKind,
    Image,
    ImageState,
    Source,
)
from appliance.pipeline.leases import Claim
from appliance.sources import Policy, folder_of, joined

ACTOR = "command line"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file, for its owner. `path` and `to` are relative to the source."""

    path: str
    to: str
    state: str
    reason: str = ""
    words: tuple[dict[str, Any], ...] = ()
    alt: str = ""
    confidence: float = 0.0
    sha256: str | None = None
    warnings: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()  # of the words


def start(
    session: Session,
    tenant_id: int,
    source: Source,
    kind: BatchKind,
    policy: Policy,
    owner: str | None,
    *,
    actor: str = ACTOR,
) -> Batch:
    """A new batch without images. A preview is no act, so the log of events does not know it."""
    batch = Batch(tenant_id=tenant_id, source_id=source.id, kind=kind, policy=msgspec.to_builtins(policy), owner=owner)
    session.add(batch)
    session.flush()
    if kind is not BatchKind.PREVIEW:
        tell(session, batch, "batch.started", after={"kind": kind}, actor=actor)
    return batch


def look(session: Session, tenant_id: int, batch_id: int) -> Batch:
    """Raises NotFound."""
    wanted = select(Batch).where(Batch.tenant_id == tenant_id, Batch.id == batch_id, Batch.kind != BatchKind.PREVIEW)
    batch = session.scalars(wanted).one_or_none()
    if batch is None:
        raise NotFound(f"There is no batch {batch_id}.")
    return batch


def find(session: Session, tenant_id: int, batch_id: int) -> Batch:
    """The batch, locked until the transaction ends. Raises NotFound."""
    batch = look(session, tenant_id, batch_id)
    session.refresh(batch, with_for_update=True)
    return batch


def images_in(session: Session, tenant_id: int, batch_id: int, *states: ImageState) -> list[int]:
    """The ids of the images of a batch that are in one of these states."""
    mine = select(Image.id).where(Image.tenant_id == tenant_id, Image.batch_id == batch_id, Image.state.in_(states))
    return list(session.scalars(mine.order_by(Image.id)))


def line(image: Image | Claim) -> Line:
    """What became of an image, in the words of docs/reference/commands.md."""
    proposal = image.proposal or {}
    if late := proposal.get("late"):  # its companions alone were renamed
        proposal = late
    path = proposal.get("from", image.path)
    state = proposal.get("state") or _SAID.get(ImageState(image.state), str(image.state))
    named = proposal.get("name") and (state == "kept" if proposal.get("undo") else state not in {"kept", "failed"})
    return Line(
        path=path,
        to=joined(folder_of(path), proposal["name"]) if named else path,
        state=state,
        reason=image.reason,
        words=tuple({"word": word["text"], "from": word["origin"]} for word in proposal.get("words", ())),
        alt=image.alt,
        confidence=proposal.get("confidence", 0.0),
        sha256=image.sha256,
        warnings=tuple(proposal.get("warnings", ())),
        companions=tuple(proposal.get("companions", ())),
        scores=tuple(word.get("score", 1.0) for word in proposal.get("words", ())),
    )


_SAID = {ImageState.PLANNED: "proposed", ImageState.MISSING: "failed"}


def tell(
    session: Session, batch: Batch, event: str, after: dict[str, Any] | None = None, *, actor: str = ACTOR
) -> None:
    about = {"type": event, "source_id": batch.source_id, "batch_id": batch.id, "after": after}
    events.record(session, batch.tenant_id, [about], actor=actor)
