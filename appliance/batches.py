"""What a person does with many images at once: start, take in, undo, and put in order what was interrupted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from appliance import events, naming, renames
from appliance.db import portions
from appliance.errors import Conflict, NotFound
from appliance.models import (
    FINAL,
    LIVING,
    Batch,
    BatchKind,
    BatchState,
    Image,
    ImageState,
    Owner,
    Rename,
    RenameState,
    Source,
    now,
)
from appliance.pipeline.leases import Claim, dead_owners
from appliance.sources import Policy, folder_of, joined, name_of
from connectors.base import IMAGE_EXTENSIONS, Entry

ACTOR = "command line"
UNDOING = (Batch.state == BatchState.RUNNING, Batch.kind == BatchKind.UNDO, Batch.owner.is_(None))  # by the server


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
        _tell(session, batch, "batch.started", after={"kind": kind}, actor=actor)
    return batch


def without_companions(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that are images of their own and follow no other (rule 13 of naming)."""
    images: list[Entry] = []
    for _, group in groupby(sorted(entries, key=_by_folder), key=_by_folder):
        inside = list(group)
        known = naming.companions(name_of(entry.path) for entry in inside if not entry.problem)
        following = {name for names in known.values() for name in names}
        images += [one for one in inside if one.problem or (is_image(one.path) and name_of(one.path) not in following)]
    return images


def take_in(session: Session, batch: Batch, policy: Policy, entries: Sequence[Entry]) -> list[Line]:
    """Makes the files of a scan images of the batch; returns those that it leaves alone, with the reason."""
    session.execute(select(Source.id).where(Source.id == batch.source_id).with_for_update())  # one at a time
    known = _known(session, batch, [entry.path for entry in entries])
    alive = set(session.scalars(select(Owner.id).where(Owner.until > now())))
    moving = renames.paths_under_way(session, batch.tenant_id, batch.source_id)
    left: list[Line] = []
    again: list[tuple[Image, Entry]] = []
    fresh: list[Entry] = []
    for entry in entries:
        row = known.get(entry.path)
        if row is not None and row.batch_id == batch.id and row.due_at is not None:
            continue  # under way in this very batch
        if entry.path in moving:
            reason = "An earlier rename of it has not been put right yet; run this again in a minute."
            left.append(Line(entry.path, entry.path, ImageState.FAILED, reason))
        elif line := _left_alone(batch, policy, entry, row, alive):
            left.append(line)
        elif row is None or batch.kind is BatchKind.PREVIEW:
            fresh.append(entry)
        else:
            again.append((row, entry))
    look_again(session, batch, again)
    if fresh:
        session.execute(insert(Image), [row_of(batch, entry, known.get(entry.path)) for entry in fresh])
    if batch.kind is not BatchKind.PREVIEW:
        found = [
            {"type": "image.found", "source_id": batch.source_id, "batch_id": batch.id, "after": {"path": one.path}}
            for one in fresh
        ]
        events.record(session, batch.tenant_id, found, actor=ACTOR)
    return left


def _known(session: Session, batch: Batch, paths: Sequence[str]) -> dict[str, Image]:
    """The living images at those paths."""
    here = Image.tenant_id == batch.tenant_id, Image.source_id == batch.source_id
    living = select(Image).where(*here, LIVING, Image.path.in_(paths))
    return {row.path: row for row in session.scalars(living)}


def _left_alone(batch: Batch, policy: Policy, entry: Entry, row: Image | None, alive: set[str]) -> Line | None:
    if entry.problem:
        return Line(entry.path, entry.path, ImageState.FAILED, entry.problem)
    if policy.rename == "bad-names" and naming.why_bad(name_of(entry.path)) is None:
        return Line(entry.path, entry.path, ImageState.KEPT, "The name is good already.")
    if row is None:
        return None
    busy = row.due_at is not None and row.state not in FINAL and row.owner != batch.owner
    if busy and (row.owner is None or row.owner in alive):
        reason = "Another command is working on it; run this again when that one has ended."
        return Line(entry.path, entry.path, ImageState.FAILED, reason)
    if row.locked:
        return Line(entry.path, entry.path, ImageState.KEPT, "Its name is locked.", sha256=row.sha256)
    if row.state == ImageState.RENAMED and row.version == entry.version and not policy.again:
        return Line(entry.path, entry.path, ImageState.KEPT, "The name was given here before.", sha256=row.sha256)
    return None


def look_again(session: Session, batch: Batch, rows: Sequence[tuple[Image, Entry]]) -> None:
    """Makes known images of this batch, as if they had been found just now."""
    if not rows:
        return
    again = Rename.image_id.in_([image.id for image, _ in rows])
    renames.cancel(session, batch.tenant_id, again, "It is looked at afresh.")
    for image, entry in rows:
        for name, value in (row_of(batch, entry, image) | {"fence": image.fence + 1}).items():
            setattr(image, name, value)
    session.flush()


def row_of(batch: Batch, entry: Entry, known: Image | None) -> dict[str, Any]:
    """The values of an image that waits for its first step."""
    return {
        "tenant_id": batch.tenant_id,
        "source_id": batch.source_id,
        "batch_id": batch.id,
        "preview": batch.kind is BatchKind.PREVIEW,
        "path": entry.path,
        "folder": folder_of(entry.path),
        "original_path": known.original_path if known else entry.path,
        "state": ImageState.FOUND,
        "due_at": now(),
        "owner": batch.owner,
        "size": entry.size,
        "version": entry.version,
        "sha256": None,
        "proposal": None,
        "alt": "",
        "reason": "",
        "tries": 0,
    }


def settle(session: Session) -> int:
    """Completes the undos of the server that have done what could be done; returns how many. Of all tenants, so in a
    session of the system."""
    due = exists().where(Image.batch_id == Batch.id, Image.due_at.is_not(None))
    settled = list(session.scalars(select(Batch).where(*UNDOING, ~due).with_for_update(skip_locked=True)))
    for batch in settled:
        batch.state, batch.finished_at = BatchState.COMPLETED, now()
        _tell(session, batch, "batch.completed", actor="system")
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


def find(session: Session, tenant_id: int, batch_id: int) -> Batch:
    """The batch, locked until the transaction ends. Raises NotFound."""
    batch = look(session, tenant_id, batch_id)
    session.refresh(batch, with_for_update=True)
    return batch


def look(session: Session, tenant_id: int, batch_id: int) -> Batch:
    """Raises NotFound."""
    wanted = select(Batch).where(Batch.tenant_id == tenant_id, Batch.id == batch_id, Batch.kind != BatchKind.PREVIEW)
    batch = session.scalars(wanted).one_or_none()
    if batch is None:
        raise NotFound(f"There is no batch {batch_id}.")
    return batch


def images_in(session: Session, tenant_id: int, batch_id: int, *states: ImageState) -> list[int]:
    """The ids of the images of a batch that are in one of these states."""
    mine = select(Image.id).where(Image.tenant_id == tenant_id, Image.batch_id == batch_id, Image.state.in_(states))
    return list(session.scalars(mine.order_by(Image.id)))


def finish(session: Session, batch: Batch, state: BatchState, *, actor: str = ACTOR) -> None:
    """Ends a batch. What was not finished is left as it is on the source; reserved names are given back; an image
    whose rename is of unknown outcome stays due, for the next worker to put right. A preview leaves no trace."""
    mine = Image.tenant_id == batch.tenant_id, Image.batch_id == batch.id
    if batch.kind is BatchKind.PREVIEW:
        session.execute(delete(Image).where(*mine, Image.preview))
        session.execute(delete(Batch).where(Batch.tenant_id == batch.tenant_id, Batch.id == batch.id))
        return
    waiting = *mine, Image.due_at.is_not(None), Image.state != ImageState.RENAMING
    joined_alone = Image.id.in_(_joining(batch)), Image.state == ImageState.PLANNED
    session.execute(update(Image).where(*waiting, *joined_alone).values(state=ImageState.RENAMED))
    renames.cancel(session, batch.tenant_id, Rename.batch_id == batch.id, "The batch was cancelled.")
    session.execute(update(Image).where(*waiting).values(due_at=None, fence=Image.fence + 1))
    session.execute(update(Image).where(*mine).values(owner=None))
    running = Batch.tenant_id == batch.tenant_id, Batch.id == batch.id, Batch.state == BatchState.RUNNING
    ended = update(Batch).where(*running).values(state=state, finished_at=now()).returning(Batch.id)
    if session.scalar(ended) is not None:
        _tell(session, batch, f"batch.{state}", actor=actor)


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
    unclear = Image.tenant_id == tenant_id, Image.state == ImageState.RENAMING, Image.due_at <= now()
    ids = list(session.scalars(select(Image.id).where(*unclear, Image.owner.is_(None)).order_by(Image.id)))
    for some in portions(ids):
        session.execute(update(Image).where(Image.id.in_(some)).values(owner=owner))
    return ids


def _release(session: Session, *whose: ColumnElement[bool]) -> None:
    """What a dead worker was renaming need not wait for its lease to run out."""
    session.execute(update(Image).where(*whose, Image.state == ImageState.RENAMING).values(due_at=now(), owner=None))


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


@dataclass(frozen=True, slots=True)
class Undoing:
    """What an undo is going to do: batches to be worked off, and what it cannot put back and why."""

    batches: list[Batch] = field(default_factory=list)
    refused: list[Line] = field(default_factory=list)


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
                undoing.refused.append(Line(image.path, image.path, ImageState.FAILED, reason, sha256=image.sha256))
    return undoing


def _take_back(session: Session, batch: Batch, image: Image, rows: list[Rename]) -> str:
    """Reserves the old names of one image and its companions, or of companions that joined it later; the reason why
    not, where it cannot."""
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
    image.state, image.due_at, image.owner, image.batch_id = ImageState.PLANNED, now(), batch.owner, batch.id
    companions = [name_of(row.from_path) for row in others]
    proposal = {"from": own.to_path, "name": name_of(own.from_path), "undo": True, "companions": companions}
    image.proposal = {"late": proposal | {"state": ImageState.KEPT}} if own.companion else proposal
    image.reason, image.tries, image.fence = "", 0, image.fence + 1
    return ""


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


def is_image(path: str) -> bool:
    return path.rpartition(".")[2].lower() in IMAGE_EXTENSIONS


def _by_source(row: Rename) -> int:
    return row.source_id


def _by_folder(entry: Entry) -> str:
    return folder_of(entry.path)


def _tell(
    session: Session, batch: Batch, event: str, after: dict[str, Any] | None = None, *, actor: str = ACTOR
) -> None:
    about = {"type": event, "source_id": batch.source_id, "batch_id": batch.id, "after": after}
    events.record(session, batch.tenant_id, [about], actor=actor)


def rest(session: Session, tenant_id: int, image_ids: Sequence[int]) -> None:
    """Lets images of ended batches rest, whose rename has been put right: nothing more happens to them by itself."""
    ended = select(Batch.id).where(Batch.tenant_id == tenant_id, Batch.state != BatchState.RUNNING)
    for some in portions(image_ids):
        mine = Image.tenant_id == tenant_id, Image.id.in_(some)
        resting = *mine, Image.batch_id.in_(ended), Image.state != ImageState.RENAMING, Image.due_at.is_not(None)
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
