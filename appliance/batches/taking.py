"""Files of a scan become images of a batch."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from appliance import events, naming, renames
from appliance.batches.telling import ACTOR, Line
from appliance.models import (
    FINAL,
    LIVING,
    Batch,
    BatchKind,
    Image,
    ImageState,
    Owner,
    Rename,
    Source,
    now,
)
from appliance.sources import Policy, folder_of, name_of
from connectors.base import IMAGE_EXTENSIONS, Entry


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


def is_image(path: str) -> bool:
    return path.rpartition(".")[2].lower() in IMAGE_EXTENSIONS


def _by_folder(entry: Entry) -> str:
    return folder_of(entry.path)
