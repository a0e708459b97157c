"""How fast a backlog is renamed, where its owner wants search engines to keep up."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select

from appliance.models import Batch, BatchKind, Rename, RenameState, now
from appliance.pipeline.leases import Claim, Outcome
from appliance.pipeline.worker import Order, Worker

HOUR = timedelta(hours=1)
_WAIT_SECONDS = 300.0


def held_back(worker: Worker, order: Order, claims: Sequence[Claim]) -> list[Outcome]:
    """Those of the images whose turn comes later. Two workers may each let as many pass at the same moment."""
    ramp = order.policy.ramp
    if order.kind is not BatchKind.BACKLOG or not ramp:
        return []
    left = max(ramp - _renamed_lately(worker, order), 0)
    reason = f"Its turn comes later: at most {ramp} of the backlog are renamed in an hour."
    return [Outcome(claim.waits(_WAIT_SECONDS, reason=reason)) for claim in claims[left:]]


def _renamed_lately(worker: Worker, order: Order) -> int:
    tenant_id = order.source.tenant_id
    lately = (
        select(func.count())
        .select_from(Rename)
        .join(Batch, Batch.id == Rename.batch_id)
        .where(Rename.tenant_id == tenant_id, Rename.source_id == order.source.id, Batch.kind == BatchKind.BACKLOG)
        .where(Rename.done_at > now() - HOUR, Rename.undoes_id.is_(None), Rename.companion.is_(False))
        .where(Rename.state.in_((RenameState.DONE, RenameState.UNDONE)))
    )
    with worker.database.reading(tenant_id) as session:
        return session.scalar(lately) or 0
