"""Decisions about images: approve, reject, lock, ignore, retry, undo."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import batches, learning, writings
from appliance.errors import Conflict, NotFound
from appliance.models import Image, ImageState, Rename, RenameState
from appliance.reviews.rows import find, give_up, move_on, refuse_busy, tell
from appliance.vision import asking

_IGNORED = {ImageState.FAILED, ImageState.QUARANTINED, ImageState.MISSING}
_TAKEN_BACK = {ImageState.RENAMED, ImageState.KEPT}  # kept: one of two names was taken back, the other one stands
_RETRIED = {ImageState.FAILED, ImageState.QUARANTINED, ImageState.MISSING, ImageState.REJECTED, ImageState.KEPT}


@dataclass(frozen=True, slots=True)
class Refused:
    """One of many images to which something could not be done, and why."""

    image_id: int
    reason: str


def approve(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """Lets images that wait have the names that are reserved for them; what cannot be is left alone, and returned."""
    return _each(session, tenant_id, image_ids, _approve, actor)


def _approve(session: Session, image: Image, actor: str) -> None:
    if image.state is not ImageState.REVIEW:
        raise Conflict(f"{image.path} does not wait for a decision (any more): it is {image.state}.")
    if not _planned(session, image):
        raise Conflict(f"{image.path} has no new name yet: give it one.")
    learning.approved(session, image)
    move_on(image, ImageState.PLANNED, proposal={"approved": True, "reason": "A person approved it."})
    name = (image.proposal or {}).get("name", "")
    tell(session, image, "image.approved", actor, after={"name": name})


def reject(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """Gives up the names that are reserved for images that wait; the files keep theirs."""
    return _each(session, tenant_id, image_ids, _reject, actor)


def _reject(session: Session, image: Image, actor: str) -> None:
    if image.state is not ImageState.REVIEW:
        raise Conflict(f"{image.path} does not wait for a decision (any more): it is {image.state}.")
    learning.rejected(session, image)
    give_up(session, image, "A person rejected it.")
    move_on(image, ImageState.REJECTED, reason="You rejected the new name; it keeps its own.")
    tell(session, image, "image.rejected", actor, before={"name": (image.proposal or {}).get("name", "")})
    writings.ask(session, image)


def lock(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """Lets images keep their present names for good, whoever asks."""
    return _each(session, tenant_id, image_ids, _lock, actor)


def _lock(session: Session, image: Image, actor: str) -> None:
    refuse_busy(image)
    give_up(session, image, "Its name was locked.")
    image.locked = True
    if image.state is not ImageState.RENAMED:
        move_on(image, ImageState.KEPT, reason="Its name is locked.")
    tell(session, image, "image.locked", actor)
    writings.ask(session, image)


def unlock(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """The opposite: the names may be changed again, once somebody asks for it."""
    return _each(session, tenant_id, image_ids, _unlock, actor)


def _unlock(session: Session, image: Image, actor: str) -> None:
    image.locked = False
    if image.state is ImageState.KEPT:
        image.reason = ""
    tell(session, image, "image.unlocked", actor)


def ignore(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """Leaves images as they are that need attention; they say so no more."""
    return _each(session, tenant_id, image_ids, _ignore, actor)


def _ignore(session: Session, image: Image, actor: str) -> None:
    if image.state not in _IGNORED:
        raise Conflict(f"{image.path} needs no attention (any more): it is {image.state}.")
    _refuse_newer(session, image)
    move_on(image, ImageState.KEPT, reason=f"You left it as it is. {image.reason}")
    tell(session, image, "image.kept", actor, after={"reason": image.reason})


def retry(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """Looks at images afresh that failed, were kept, rejected or lost."""
    return _each(session, tenant_id, image_ids, _retry, actor)


def _retry(session: Session, image: Image, actor: str) -> None:
    if image.state not in _RETRIED:
        raise Conflict(f"{image.path} need not be tried again: it is {image.state}.")
    if image.locked:
        raise Conflict(f"The name of {image.path} is locked; unlock it first.")
    _refuse_newer(session, image)
    give_up(session, image, "It is looked at afresh.")
    if image.sha256:
        asking.forget(session, image.tenant_id, sha256=image.sha256)
    move_on(image, ImageState.FOUND, proposal={"afresh": True})
    tell(session, image, "image.found", actor, after={"path": image.path})


def _refuse_newer(session: Session, image: Image) -> None:
    """Another file may have come to the path of one that was lost."""
    here = Image.tenant_id == image.tenant_id, Image.source_id == image.source_id, Image.path == image.path
    newer = select(Image.id).where(*here, Image.id != image.id, Image.preview.is_(False))
    if session.scalar(newer.where(Image.state != ImageState.MISSING).limit(1)) is not None:
        raise Conflict(f"Another file is at {image.path} by now, and has an entry of its own.")


def _planned(session: Session, image: Image) -> bool:
    rows = select(Rename.id).where(Rename.tenant_id == image.tenant_id, Rename.image_id == image.id)
    return session.scalar(rows.where(Rename.state == RenameState.PLANNED).limit(1)) is not None


def _each(session: Session, tenant_id: int, image_ids: Iterable[int], act: Any, actor: str) -> list[Refused]:
    refused: list[Refused] = []
    for image_id in dict.fromkeys(image_ids):
        try:
            act(session, find(session, tenant_id, image_id), actor)
        except (Conflict, NotFound) as error:
            refused.append(Refused(image_id, str(error)))
    session.flush()
    return refused


def undo(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """Puts the last of the old names back, as one batch for each source, and takes back what was written into the
    metadata since; the workers do it."""
    refused: list[Refused] = []
    rows: list[Rename] = []
    for image_id in dict.fromkeys(image_ids):
        try:
            image = find(session, tenant_id, image_id)
        except NotFound as error:
            refused.append(Refused(image_id, str(error)))
            continue
        done = batches.done_at(session, tenant_id, image.source_id, image.path)
        if not done and writings.ask_back(session, image):
            continue
        if image.state not in _TAKEN_BACK or not done:
            refused.append(Refused(image_id, f"{image.path} has no new name from here that could be taken back."))
            continue
        rows += done
    undoing = batches.undo(session, tenant_id, rows, None, actor=actor)
    return refused + refused_of(undoing)


def refused_of(undoing: batches.Undoing) -> list[Refused]:
    return [Refused(image_id, line.reason) for image_id, line in undoing.refused.items()]
