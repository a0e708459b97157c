"""How many images of a source would be looked at."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from appliance import naming
from appliance.batches.taking import without_companions
from appliance.models import LIVING, Batch, Image, ImageState, Source
from appliance.sources import Policy, name_of
from connectors.base import Entry


def count_due(session: Session, batch: Batch) -> int:
    """The images of a batch that are not done."""
    due = select(func.count()).where(Image.batch_id == batch.id, Image.due_at.is_not(None))
    return session.scalar(due) or 0


_DONE = (ImageState.RENAMED, ImageState.REVIEW, ImageState.KEPT, ImageState.REJECTED)


def to_be_looked_at(session: Session, source: Source, policy: Policy, entries: Iterable[Entry]) -> int:
    """Those that have no name from here yet, and whose names are to be changed."""
    mine = Image.tenant_id == source.tenant_id, Image.source_id == source.id, LIVING, Image.state.in_(_DONE)
    done = {row.path: row.version for row in session.execute(select(Image.path, Image.version).where(*mine))}
    return sum(1 for entry in without_companions(entries) if _is_wanted(policy, entry, done.get(entry.path)))


def _is_wanted(policy: Policy, entry: Entry, version: str | None) -> bool:
    if entry.problem or version == entry.version:
        return False
    return policy.rename == "all" or naming.why_bad(name_of(entry.path)) is not None
