"""Decisions about all of a batch, and about one rename of the history."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import batches
from appliance.errors import Conflict, NotFound
from appliance.models import ImageState, Rename, RenameState
from appliance.reviews.deciding import Refused, approve, refused_of, retry
from appliance.reviews.texts import approve_texts, with_open_texts


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision about many images came to; `due` are those that the workers take up now."""

    count: int
    refused: list[Refused]
    due: list[int]


def approve_batch(session: Session, tenant_id: int, batch_id: int, *, actor: str) -> Decided:
    """All of a batch that wait and have a name. Raises NotFound."""
    batches.find(session, tenant_id, batch_id)
    waiting = batches.images_in(session, tenant_id, batch_id, ImageState.REVIEW)
    return _decided(waiting, approve(session, tenant_id, waiting, actor=actor))


def approve_texts_of_batch(session: Session, tenant_id: int, batch_id: int, *, actor: str) -> Decided:
    """The texts of all of a batch that nobody has approved, whatever became of the names. Raises NotFound."""
    batches.find(session, tenant_id, batch_id)
    opened = list(session.scalars(with_open_texts(tenant_id, batch_id)))
    return _decided(opened, approve_texts(session, tenant_id, opened, actor=actor))


def retry_batch(session: Session, tenant_id: int, batch_id: int, *, actor: str) -> Decided:
    """All of a batch that failed or were lost. Raises NotFound."""
    batches.find(session, tenant_id, batch_id)
    failed = batches.images_in(session, tenant_id, batch_id, ImageState.FAILED, ImageState.MISSING)
    return _decided(failed, retry(session, tenant_id, failed, actor=actor))


def undo_batch(session: Session, tenant_id: int, batch_id: int, *, actor: str) -> Decided:
    """All that a batch renamed and that still has its new name. Raises NotFound, Conflict."""
    batches.find(session, tenant_id, batch_id)
    rows = batches.done_in(session, tenant_id, [batch_id])
    if not rows:
        raise Conflict(f"Batch {batch_id} has renamed nothing that could be taken back.")
    undoing = batches.undo(session, tenant_id, rows, None, actor=actor)
    images = {row.image_id for row in rows}
    refused = refused_of(undoing)
    return Decided(len(images) - len(refused), refused, sorted(images))


def undo_rename(session: Session, tenant_id: int, rename_id: int, *, actor: str) -> Decided:
    """One rename of the history, with those of the companions. Raises NotFound."""
    wanted = select(Rename).where(Rename.tenant_id == tenant_id, Rename.id == rename_id, Rename.undoes_id.is_(None))
    row = session.scalars(wanted).one_or_none()
    if row is None:
        raise NotFound(f"There is no rename {rename_id}.")
    if row.state is not RenameState.DONE:
        return Decided(0, [Refused(row.image_id, f"{row.to_path} has no new name from here any more.")], [])
    undoing = batches.undo(session, tenant_id, batches.done_together(session, row), None, actor=actor)
    refused = refused_of(undoing)
    return Decided(1 - len(refused), refused, [row.image_id])


def cancel_batch(session: Session, tenant_id: int, batch_id: int, *, actor: str) -> Decided:
    """What has not begun is left as it is. Raises NotFound, Conflict."""
    batches.cancel(session, tenant_id, batch_id, actor=actor)
    return Decided(0, [], [])


def _decided(images: Sequence[int], refused: list[Refused]) -> Decided:
    left = {one.image_id for one in refused}
    return Decided(len(images) - len(left), refused, [image for image in images if image not in left])
