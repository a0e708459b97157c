"""The way back: which renames still stand, and putting old names back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from appliance import learning, renames
from appliance.batches.telling import ACTOR, Line, start
from appliance.db import portions
from appliance.models import (
    Batch,
    BatchKind,
    Image,
    ImageState,
    Rename,
    RenameState,
    Source,
    now,
)
from appliance.sources import Policy, name_of


@dataclass(frozen=True, slots=True)
class Undoing:
    """What an undo is going to do: batches to be worked off, and what it cannot put back and why."""

    batches: list[Batch] = field(default_factory=list)
    refused: dict[int, Line] = field(default_factory=dict)  # by image


def last_act(session: Session, tenant_id: int) -> list[int]:
    """The ids of the batches of the last command that renamed something which still has its new name."""
    done = select(Rename.batch_id).where(
        Rename.tenant_id == tenant_id, Rename.state == RenameState.DONE, Rename.undoes_id.is_(None)
    )
    last = session.scalar(select(func.max(Batch.id)).where(Batch.tenant_id == tenant_id, Batch.id.in_(done)))
    if last is None:
        return []
    owner = session.scalar(select(Batch.owner).where(Batch.id == last))
    same = select(Batch.id).where(Batch.tenant_id == tenant_id, Batch.owner == owner, Batch.kind == BatchKind.COMMAND)
    return sorted(session.scalars(same)) if owner else [last]


def undo(session: Session, tenant_id: int, rows: Sequence[Rename], owner: str | None, *, actor: str = ACTOR) -> Undoing:
    """Plans the way back for done rows, companions with their image. Nothing is changed until it is worked off."""
    undoing = Undoing()
    for source_id, group in groupby(sorted(rows, key=_by_source), key=_by_source):
        source = session.get_one(Source, source_id)
        batch = start(session, tenant_id, source, BatchKind.UNDO, Policy(), owner, actor=actor)
        undoing.batches.append(batch)
        for image_id, moved in groupby(group, key=lambda row: row.image_id):
            image = session.get_one(Image, image_id)
            reason = _take_back(session, batch, image, list(moved))
            if reason:
                undoing.refused[image_id] = Line(image.path, image.path, ImageState.FAILED, reason, sha256=image.sha256)
    return undoing


def _take_back(session: Session, batch: Batch, image: Image, rows: list[Rename]) -> str:
    """Reserves the old names of one image and its companions, or of companions that joined it later; the reason why
    not, where it cannot."""
    rows = [row for row in rows if not any(_renamed_again(row, later) for later in rows)]
    own, *others = sorted(rows, key=_companion)
    if not own.companion and image.state == ImageState.MISSING:
        return f"It is no longer at {own.to_path}; if you moved it back by hand, there is nothing left to undo."
    if not own.companion and image.path != own.to_path:
        return f"It was renamed again since, to {name_of(image.path)}; undo that first."
    if image.due_at is not None:
        return "Another command is working on it; undo again when that one has ended."
    moves = [
        renames.Move(0, row.to_path, row.from_path, row.size, row.version, row.sha256, row.id, row.companion)
        for row in rows
    ]
    try:
        with session.begin_nested():
            planned = ((image.id, move) for move in moves)
            renames.reserve(session, batch.tenant_id, batch.source_id, batch.id, planned)
    except IntegrityError:
        return f"{name_of(own.from_path)} is wanted by another rename that is under way; undo again when it has ended."
    if not own.companion:
        learning.undone(session, image)
    image.state, image.due_at, image.owner, image.batch_id = ImageState.PLANNED, now(), batch.owner, batch.id
    companions = [name_of(row.from_path) for row in others]
    proposal = {"from": own.to_path, "name": name_of(own.from_path), "undo": True, "companions": companions}
    image.proposal = {"late": proposal | {"state": ImageState.KEPT}} if own.companion else proposal
    image.reason, image.tries, image.fence = "", 0, image.fence + 1
    return ""


def _renamed_again(row: Rename, later: Rename) -> bool:
    """A person may change a name that was given within one batch: the way back then has several steps."""
    return later.id > row.id and later.from_path == row.to_path


def _companion(row: Rename) -> bool:
    return row.companion


def done_in(session: Session, tenant_id: int, batch_ids: Iterable[int]) -> list[Rename]:
    """The rows of batches whose new names still stand, with those of companions that joined their images later."""
    rows = list(session.scalars(_standing(tenant_id).where(Rename.batch_id.in_(list(batch_ids)))))
    return _with_latecomers(session, tenant_id, rows)


def _with_latecomers(session: Session, tenant_id: int, rows: Sequence[Rename]) -> list[Rename]:
    renamed = {row.image_id: row.batch_id for row in rows if not row.companion}
    standing: list[Rename] = []
    for some in portions(renamed):
        standing += session.scalars(_standing(tenant_id).where(Rename.image_id.in_(some)))
    acts = {(row.image_id, row.batch_id) for row in standing if not row.companion}
    late = [row for row in standing if row.batch_id > renamed[row.image_id] and _act(row) not in acts]
    return [*rows, *(row for row in late if row not in rows)]


def _act(row: Rename) -> tuple[int, int]:
    return row.image_id, row.batch_id


def done_together(session: Session, row: Rename) -> list[Rename]:
    """A row, the companions that were renamed with it and those that joined it later, as far as they still stand."""
    act = _standing(row.tenant_id).where(Rename.batch_id == row.batch_id, Rename.image_id == row.image_id)
    return _with_latecomers(session, row.tenant_id, list(session.scalars(act)))


def was_undone(session: Session, tenant_id: int, batch_id: int) -> bool:
    wanted = select(Rename.id).where(
        Rename.tenant_id == tenant_id, Rename.batch_id == batch_id, Rename.state == RenameState.UNDONE
    )
    return session.scalar(wanted.limit(1)) is not None


def done_at(session: Session, tenant_id: int, source_id: int, path: str) -> list[Rename]:
    """The newest standing rows, with those of the companions, of a file under its new name, else under its old one,
    or of everything below a folder."""
    standing = list(session.scalars(_standing(tenant_id).where(Rename.source_id == source_id)))
    named = [row for row in standing if row.to_path == path or not path or row.to_path.startswith(f"{path}/")]
    named = named or sorted((row for row in standing if row.from_path == path), key=lambda row: row.id)[-1:]
    newest: dict[int, int] = {}
    for row in named:
        newest[row.image_id] = max(row.batch_id, newest.get(row.image_id, 0))
    rows = [row for row in standing if newest.get(row.image_id) == row.batch_id]
    return _with_latecomers(session, tenant_id, rows)


def _standing(tenant_id: int) -> Select[Rename]:
    wanted = select(Rename).where(
        Rename.tenant_id == tenant_id, Rename.state == RenameState.DONE, Rename.undoes_id.is_(None)
    )
    return wanted.order_by(Rename.image_id, Rename.companion, Rename.id)


def history(session: Session, tenant_id: int, source_id: int | None = None, path: str = "") -> list[Rename]:
    """Renames that were done, also those undone since; the oldest first. With a path, of that file or folder alone."""
    wanted = select(Rename).where(
        Rename.tenant_id == tenant_id,
        Rename.state.in_((RenameState.DONE, RenameState.UNDONE)),
        Rename.undoes_id.is_(None),
    )
    if source_id is not None:
        wanted = wanted.where(Rename.source_id == source_id)
    if path:
        images = select(Rename.image_id).where(
            Rename.source_id == source_id,
            or_(
                Rename.to_path == path,
                Rename.from_path == path,
                func.substr(Rename.to_path, 1, len(path) + 1) == f"{path}/",
                func.substr(Rename.from_path, 1, len(path) + 1) == f"{path}/",
            ),
        )
        wanted = wanted.where(Rename.image_id.in_(images))
    return list(session.scalars(wanted.order_by(Rename.id)))


def _by_source(row: Rename) -> int:
    return row.source_id
