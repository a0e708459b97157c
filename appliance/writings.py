"""The journal of texts that are written into metadata: asked for, written down before it happens, ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from appliance import events
from appliance.models import (
    Image,
    ImageState,
    Rename,
    RenameState,
    Source,
    Writing,
    WritingState,
    now,
)
from appliance.sources import choices_of
from appliance.words import Texts, TextState

RESTING = (ImageState.RENAMED, ImageState.KEPT, ImageState.REJECTED)
OPEN = (WritingState.EXECUTING, WritingState.UNDOING)
_STANDING = (*OPEN, WritingState.DONE)


def ask(session: Session, image: Image) -> bool:
    """Lets a worker write the texts of an image that rests, where they are approved and its source wants that; whether
    it does. Of one that does not rest yet, they are written once it has its name."""
    if image.state not in RESTING or image.due_at is not None:
        return False
    how = how_to(session, image.tenant_id, image.source_id, image.alt, image.texts)
    if how:
        _let(image, how)
    return bool(how)


def ask_back(session: Session, image: Image) -> bool:
    """Lets a worker take back what was written for an image that rests; False where nothing was."""
    if image.state not in RESTING or image.due_at is not None or not standing(session, image.tenant_id, image.id):
        return False
    _let(image, BACK)
    return True


def asked(how: str, state: ImageState, reason: str) -> dict[str, str]:
    """What a worker is told by the image's proposal, with what the image is again afterwards."""
    return {"how": how, "state": state.value, "reason": reason}


BACK = "back"  # how: what was written is taken back


def _let(image: Image, how: str) -> None:
    image.proposal = (image.proposal or {}) | {"writing": asked(how, image.state, image.reason)}
    image.state, image.due_at, image.tries, image.fence = ImageState.WRITING, now(), 0, image.fence + 1


def how_to(session: Session, tenant_id: int, source_id: int, alt: str, stored: dict[str, Any] | None) -> str:
    """`sidecar` or `file`; "" where the texts are not to be written (any more, or yet)."""
    texts = msgspec.convert(stored or {}, Texts)
    if texts.state is not TextState.APPROVED or not (alt or texts.title or texts.caption or texts.keywords):
        return ""
    source = session.scalars(select(Source).where(Source.tenant_id == tenant_id, Source.id == source_id)).one()
    chosen = choices_of(source).metadata
    return "" if chosen == "none" else chosen


def standing(session: Session, tenant_id: int, image_id: int, since: int = 0) -> list[Writing]:
    """What was written for an image and not taken back, the newest first; with `since`, as long as the rename of that
    id or a later one had stood."""
    wanted = select(Writing).where(
        Writing.tenant_id == tenant_id,
        Writing.image_id == image_id,
        Writing.state.in_(_STANDING),
        func.coalesce(Writing.rename_id, 0) >= since,
    )
    return list(session.scalars(wanted.order_by(Writing.id.desc())))


def intend(session: Session, row: Writing) -> None:
    """Commits what is about to be written, with its number."""
    newest = select(func.max(Rename.id)).where(
        Rename.tenant_id == row.tenant_id,
        Rename.image_id == row.image_id,
        Rename.state == RenameState.DONE,
        Rename.undoes_id.is_(None),
        Rename.companion.is_(False),
    )
    row.rename_id = session.scalar(newest)
    session.add(row)
    session.flush()


def intend_back(session: Session, row: Writing, path: str, size: int, version: str) -> None:
    """Commits that it is about to be taken back, from what stands there now."""
    values = {"state": WritingState.UNDOING, "path": path, "size": size, "version": version}
    session.execute(update(Writing).where(*_this(row)).values(values))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a row ended. `told` is an event, where there is something to tell."""

    row: Writing
    state: WritingState
    reason: str = ""
    told: dict[str, Any] | None = None


def close(session: Session, ended: Iterable[Ended], *, actor: str = "system") -> None:
    """Ends rows of the journal."""
    for one in ended:
        values = {"state": one.state, "reason": one.reason, "done_at": now()}
        session.execute(update(Writing).where(*_this(one.row)).values(values))
        if one.told is not None:
            about = {"source_id": one.row.source_id, "image_id": one.row.image_id, "batch_id": None}
            events.record(session, one.row.tenant_id, [about | one.told], actor=actor)


def _this(row: Writing) -> tuple[Any, ...]:
    return Writing.tenant_id == row.tenant_id, Writing.id == row.id
