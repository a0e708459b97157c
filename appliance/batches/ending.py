"""How batches end: done, stopped, or left by a command that died."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, delete, exists, select, update
from sqlalchemy.orm import Session

from appliance import renames
from appliance.batches.telling import ACTOR, find, tell
from appliance.db import portions
from appliance.errors import Conflict
from appliance.models import (
    Batch,
    BatchKind,
    BatchState,
    Image,
    ImageState,
    Owner,
    Rename,
    RenameState,
    now,
)
from appliance.pipeline.leases import dead_owners

_AT_THE_FILE = (ImageState.RENAMING, ImageState.WRITING)  # which may have changed already
UNDOING = (Batch.state == BatchState.RUNNING, Batch.kind == BatchKind.UNDO, Batch.owner.is_(None))  # by the server


def settle(session: Session) -> int:
    """Completes the undos of the server that have done what could be done; returns how many. Of all tenants, so in a
    session of the system."""
    due = exists().where(Image.batch_id == Batch.id, Image.due_at.is_not(None))
    settled = list(session.scalars(select(Batch).where(*UNDOING, ~due).with_for_update(skip_locked=True)))
    for batch in settled:
        batch.state, batch.finished_at = BatchState.COMPLETED, now()
        tell(session, batch, "batch.completed", actor="system")
    return len(settled)


def cancel(session: Session, tenant_id: int, batch_id: int, *, actor: str) -> None:
    """Stops a batch of the server: what has its new name keeps it, what is being renamed is finished, and the rest is
    left as it is. Raises NotFound, Conflict."""
    batch = find(session, tenant_id, batch_id)
    if batch.state is not BatchState.RUNNING:
        raise Conflict(f"Batch {batch_id} has ended already: it is {batch.state}.")
    if batch.owner is not None:
        raise Conflict(f"Batch {batch_id} is a command's: stop it there, with Ctrl-C.")
    finish(session, batch, BatchState.CANCELLED, actor=actor)
    left = Image.tenant_id == tenant_id, Image.batch_id == batch_id, Image.state.in_(_UNFINISHED)
    stopped = {"state": ImageState.KEPT, "due_at": None, "reason": "The batch was cancelled before its turn came."}
    session.execute(update(Image).where(*left).values(stopped | {"fence": Image.fence + 1}))


_UNFINISHED = (
    ImageState.FOUND,
    ImageState.UNSTABLE,
    ImageState.FETCHED,
    ImageState.DESCRIBED,
    ImageState.PLANNED,
    ImageState.REVIEW,
)


def finish(session: Session, batch: Batch, state: BatchState, *, actor: str = ACTOR) -> None:
    """Ends a batch. What was not finished is left as it is on the source; reserved names are given back; an image
    whose rename is of unknown outcome stays due, for the next worker to put right. A preview leaves no trace."""
    mine = Image.tenant_id == batch.tenant_id, Image.batch_id == batch.id
    if batch.kind is BatchKind.PREVIEW:
        session.execute(delete(Image).where(*mine, Image.preview))
        session.execute(delete(Batch).where(Batch.tenant_id == batch.tenant_id, Batch.id == batch.id))
        return
    waiting = *mine, Image.due_at.is_not(None), Image.state.not_in(_AT_THE_FILE)
    joined_alone = Image.id.in_(_joining(batch)), Image.state == ImageState.PLANNED
    session.execute(update(Image).where(*waiting, *joined_alone).values(state=ImageState.RENAMED))
    renames.cancel(session, batch.tenant_id, Rename.batch_id == batch.id, "The batch was cancelled.")
    session.execute(update(Image).where(*waiting).values(due_at=None, fence=Image.fence + 1))
    session.execute(update(Image).where(*mine).values(owner=None))
    running = Batch.tenant_id == batch.tenant_id, Batch.id == batch.id, Batch.state == BatchState.RUNNING
    ended = update(Batch).where(*running).values(state=state, finished_at=now()).returning(Batch.id)
    if session.scalar(ended) is not None:
        tell(session, batch, f"batch.{state}", actor=actor)


def _joining(batch: Batch) -> Select[int]:
    """The images of which only companions were to be renamed: they have their names."""
    planned = select(Rename.image_id).where(
        Rename.tenant_id == batch.tenant_id, Rename.batch_id == batch.id, Rename.state == RenameState.PLANNED
    )
    own = planned.where(Rename.companion.is_(False))
    return planned.where(Rename.companion.is_(True), Rename.image_id.not_in(own))


def tidy(session: Session, tenant_id: int, owner: str | None) -> list[int]:
    """Ends the batches of commands that died; returns the images whose rename must be put right, which are the owner's
    until then."""
    dead = dead_owners(session, tenant_id)
    left = select(Batch).where(Batch.tenant_id == tenant_id, Batch.owner.in_(dead), Batch.state == BatchState.RUNNING)
    for batch in list(session.scalars(left)):
        finish(session, batch, BatchState.CANCELLED)
        _release(session, Image.tenant_id == tenant_id, Image.batch_id == batch.id)
    _release(session, Image.tenant_id == tenant_id, Image.owner.in_(dead))
    session.execute(delete(Owner).where(Owner.id.in_(dead)))
    forgotten = Image.tenant_id == tenant_id, Image.due_at.is_(None), Image.owner.is_(None)
    session.execute(  # the journal decides, whatever the row says
        update(Image)
        .where(*forgotten, Image.id.in_(renames.under_way(tenant_id)))
        .values(state=ImageState.RENAMING, due_at=now(), tries=0)
    )
    unclear = Image.tenant_id == tenant_id, Image.state.in_(_AT_THE_FILE), Image.due_at <= now()
    ids = list(session.scalars(select(Image.id).where(*unclear, Image.owner.is_(None)).order_by(Image.id)))
    for some in portions(ids):
        session.execute(update(Image).where(Image.id.in_(some)).values(owner=owner))
    return ids


def _release(session: Session, *whose: ColumnElement[bool]) -> None:
    """What a dead worker was renaming need not wait for its lease to run out."""
    session.execute(update(Image).where(*whose, Image.state.in_(_AT_THE_FILE)).values(due_at=now(), owner=None))


def rest(session: Session, tenant_id: int, image_ids: Sequence[int]) -> None:
    """Lets images of ended batches rest, whose rename has been put right: nothing more happens to them by itself."""
    ended = select(Batch.id).where(Batch.tenant_id == tenant_id, Batch.state != BatchState.RUNNING)
    for some in portions(image_ids):
        mine = Image.tenant_id == tenant_id, Image.id.in_(some)
        resting = *mine, Image.batch_id.in_(ended), Image.state.not_in(_AT_THE_FILE), Image.due_at.is_not(None)
        renames.cancel(
            session, tenant_id, Rename.image_id.in_(select(Image.id).where(*resting)), "The batch was cancelled."
        )
        session.execute(update(Image).where(*resting).values(due_at=None, fence=Image.fence + 1))
        session.execute(update(Image).where(*mine).values(owner=None))


def leave(session: Session, tenant_id: int, owner: str) -> None:
    """A command ends: whatever of its own still runs is cancelled."""
    left = select(Batch).where(Batch.tenant_id == tenant_id, Batch.owner == owner, Batch.state == BatchState.RUNNING)
    for batch in list(session.scalars(left)):
        finish(session, batch, BatchState.CANCELLED)
    session.execute(delete(Owner).where(Owner.tenant_id == tenant_id, Owner.id == owner))
