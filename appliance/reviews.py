"""What a person decides about single images: edit a name, approve, reject, lock, another candidate, retry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from appliance import batches, events, naming, renames
from appliance.db import Database
from appliance.errors import Conflict, Invalid, NotFound
from appliance.imaging import Exif
from appliance.models import Batch, Image, ImageState, Picture, Rename, RenameState, Source, now
from appliance.pipeline import grouping
from appliance.renames import Move
from appliance.sources import Connections, Policy, name_of
from appliance.words import Origin, Role, Word
from connectors.base import Connector, Limited, Limits

_IGNORED = {ImageState.FAILED, ImageState.QUARANTINED, ImageState.MISSING}
LONGEST_ALT = 500  # characters

_RETRIED = {ImageState.FAILED, ImageState.QUARANTINED, ImageState.MISSING, ImageState.REJECTED, ImageState.KEPT}


@dataclass(frozen=True, slots=True)
class Refused:
    """One of many images to which something could not be done, and why."""

    image_id: int
    reason: str


def find(session: Session, tenant_id: int, image_id: int) -> Image:
    """The image, locked until the transaction ends. Raises NotFound."""
    image = look(session, tenant_id, image_id)
    session.refresh(image, with_for_update=True)
    return image


def look(session: Session, tenant_id: int, image_id: int) -> Image:
    """Raises NotFound."""
    wanted = select(Image).where(Image.tenant_id == tenant_id, Image.id == image_id, Image.preview.is_(False))
    image = session.scalars(wanted).one_or_none()
    if image is None:
        raise NotFound(f"There is no image {image_id}.")
    return image


def approve(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """Lets images that wait have the names that are reserved for them; what cannot be is left alone, and returned."""
    return _each(session, tenant_id, image_ids, _approve, actor)


def _approve(session: Session, image: Image, actor: str) -> None:
    if image.state is not ImageState.REVIEW:
        raise Conflict(f"{image.path} does not wait for a decision (any more): it is {image.state}.")
    if not _planned(session, image):
        raise Conflict(f"{image.path} has no new name yet: give it one.")
    _move_on(image, ImageState.PLANNED, proposal={"approved": True, "reason": "A person approved it."})
    name = (image.proposal or {}).get("name", "")
    _tell(session, image, "image.approved", actor, after={"name": name})


def reject(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """Gives up the names that are reserved for images that wait; the files keep theirs."""
    return _each(session, tenant_id, image_ids, _reject, actor)


def _reject(session: Session, image: Image, actor: str) -> None:
    if image.state is not ImageState.REVIEW:
        raise Conflict(f"{image.path} does not wait for a decision (any more): it is {image.state}.")
    _give_up(session, image, "A person rejected it.")
    _move_on(image, ImageState.REJECTED, reason="You rejected the new name; it keeps its own.")
    _tell(session, image, "image.rejected", actor, before={"name": (image.proposal or {}).get("name", "")})


def lock(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """Lets images keep their present names for good, whoever asks."""
    return _each(session, tenant_id, image_ids, _lock, actor)


def _lock(session: Session, image: Image, actor: str) -> None:
    _refuse_busy(image)
    _give_up(session, image, "Its name was locked.")
    image.locked = True
    if image.state is not ImageState.RENAMED:
        _move_on(image, ImageState.KEPT, reason="Its name is locked.")
    _tell(session, image, "image.locked", actor)


def unlock(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """The opposite: the names may be changed again, once somebody asks for it."""
    return _each(session, tenant_id, image_ids, _unlock, actor)


def _unlock(session: Session, image: Image, actor: str) -> None:
    image.locked = False
    if image.state is ImageState.KEPT:
        image.reason = ""
    _tell(session, image, "image.unlocked", actor)


def ignore(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """Leaves images as they are that need attention; they say so no more."""
    return _each(session, tenant_id, image_ids, _ignore, actor)


def _ignore(session: Session, image: Image, actor: str) -> None:
    if image.state not in _IGNORED:
        raise Conflict(f"{image.path} needs no attention (any more): it is {image.state}.")
    _refuse_newer(session, image)
    _move_on(image, ImageState.KEPT, reason=f"You left it as it is. {image.reason}")
    _tell(session, image, "image.kept", actor, after={"reason": image.reason})


def retry(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """Looks at images afresh that failed, were kept, rejected or lost."""
    return _each(session, tenant_id, image_ids, _retry, actor)


def _retry(session: Session, image: Image, actor: str) -> None:
    if image.state not in _RETRIED:
        raise Conflict(f"{image.path} need not be tried again: it is {image.state}.")
    if image.locked:
        raise Conflict(f"The name of {image.path} is locked; unlock it first.")
    _refuse_newer(session, image)
    _give_up(session, image, "It is looked at afresh.")
    _move_on(image, ImageState.FOUND)
    _tell(session, image, "image.found", actor, after={"path": image.path})


def undo(session: Session, tenant_id: int, image_ids: Iterable[int], *, actor: str) -> list[Refused]:
    """Puts the last of the old names back, as one batch for each source; the workers do it."""
    refused: list[Refused] = []
    rows: list[Rename] = []
    for image_id in dict.fromkeys(image_ids):
        try:
            image = find(session, tenant_id, image_id)
        except NotFound as error:
            refused.append(Refused(image_id, str(error)))
            continue
        done = batches.done_at(session, tenant_id, image.source_id, image.path)
        if image.state is not ImageState.RENAMED or not done:
            refused.append(Refused(image_id, f"{image.path} has no new name from here that could be taken back."))
        rows += done
    undoing = batches.undo(session, tenant_id, rows, None, actor=actor)
    return refused + _refused(undoing)


def _refused(undoing: batches.Undoing) -> list[Refused]:
    return [Refused(image_id, line.reason) for image_id, line in undoing.refused.items()]


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
    refused = _refused(undoing)
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
    refused = _refused(undoing)
    return Decided(1 - len(refused), refused, [row.image_id])


def cancel_batch(session: Session, tenant_id: int, batch_id: int, *, actor: str) -> Decided:
    """What has not begun is left as it is. Raises NotFound, Conflict."""
    batches.cancel(session, tenant_id, batch_id, actor=actor)
    return Decided(0, [], [])


def _decided(images: Sequence[int], refused: list[Refused]) -> Decided:
    left = {one.image_id for one in refused}
    return Decided(len(images) - len(left), refused, [image for image in images if image not in left])


def say(session: Session, image: Image, alt: str, *, actor: str) -> None:
    """Another alternative text, in a person's words."""
    before, image.alt = image.alt, " ".join(alt.replace("\0", " ").split())[:LONGEST_ALT]
    _tell(session, image, "image.edited", actor, before={"alt": before}, after={"alt": image.alt})


def _refuse_newer(session: Session, image: Image) -> None:
    """Another file may have come to the path of one that was lost."""
    here = Image.tenant_id == image.tenant_id, Image.source_id == image.source_id, Image.path == image.path
    newer = select(Image.id).where(*here, Image.id != image.id, Image.preview.is_(False))
    if session.scalar(newer.where(Image.state != ImageState.MISSING).limit(1)) is not None:
        raise Conflict(f"Another file is at {image.path} by now, and has an entry of its own.")


@dataclass(frozen=True, slots=True)
class _View:
    """One image as it stands beside its neighbours, before a person's name is written down."""

    fence: int
    path: str
    extension: str
    rules: naming.Rules
    names: frozenset[str]  # of the folder, and those reserved there, without its own
    moves: tuple[Move, ...]  # of the image and its companions, to no new names yet
    candidates: tuple[tuple[Word, ...], ...]

    def name_of(self, words: tuple[Word, ...]) -> str:
        stem = "-".join(word.text for word in words)
        return naming.safe_name(stem, self.extension, self.rules.profile, self.rules.name_max)

    def fault(self, name: str) -> str | None:
        """Why it cannot have that name, in a sentence, or None."""
        if wrong := naming.check_name(name, self.rules, self.extension):
            return wrong
        taken = {naming.fold(other): other for other in self.names}
        for move in renames.towards(self.moves, name):
            if other := taken.get(naming.fold(name_of(move.to_path))):
                return f"“{other}” exists in this folder already: choose another name."
        if name == name_of(self.path):
            return "That is its name already: reject the proposal to keep it."
        return None


@dataclass(frozen=True, slots=True)
class _Choice:
    """A name for one image, its words, the other candidates that are left, and a sentence why."""

    name: str
    words: tuple[Word, ...]
    candidates: tuple[tuple[Word, ...], ...]
    reason: str

    @property
    def proposal(self) -> dict[str, Any]:
        candidates = [msgspec.to_builtins(words) for words in self.candidates]
        return {"name": self.name, "words": msgspec.to_builtins(self.words), "candidates": candidates}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where names are checked against what stands on the source: looks first, then writes in a short transaction."""

    database: Database
    connections: Connections

    def check(self, tenant_id: int, image_id: int, name: str) -> str | None:
        """Why the image cannot have that name, in a sentence, or None. Raises NotFound, Conflict."""
        return self._view(tenant_id, image_id).fault(name)

    def edit(self, tenant_id: int, image_id: int, name: str, *, actor: str) -> None:
        """Reserves a person's name for the image, which then waits to be approved. Raises Invalid with what is wrong
        with it and what would do, Conflict where the image is being worked on."""
        view = self._view(tenant_id, image_id)
        if wrong := view.fault(name):
            raise Invalid(wrong)
        words = (Word(naming.split(name)[0], Role.SUBJECT, Origin.PERSON),)
        self._reserve(tenant_id, image_id, view, _Choice(name, words, view.candidates, "You chose this name."), actor)

    def regenerate(self, tenant_id: int, image_id: int, *, actor: str) -> None:
        """The next of the other candidates takes the place of the present one, which goes to their end. Raises
        Conflict where there is none."""
        view = self._view(tenant_id, image_id)
        with self.database.reading(tenant_id) as session:
            present = _words((look(session, tenant_id, image_id).proposal or {}).get("words", ()))
        for i, words in enumerate(view.candidates):
            name = view.name_of(words)
            if view.fault(name) is None:
                left = (*view.candidates[i + 1 :], *view.candidates[:i], *([present] if present else ()))
                choice = _Choice(name, words, left, "You asked for another name.")
                self._reserve(tenant_id, image_id, view, choice, actor)
                return
        raise Conflict("There is no other name to offer for it: type one.")

    def _view(self, tenant_id: int, image_id: int) -> _View:
        with self.database.reading(tenant_id) as session:
            image = look(session, tenant_id, image_id)
            _refuse_busy(image)
            if image.locked:
                raise Conflict(f"The name of {image.path} is locked; unlock it first.")
            source = session.get_one(Source, image.source_id)
            policy = msgspec.convert(session.get_one(Batch, image.batch_id).policy, Policy)
            picture = session.scalars(
                select(Picture).where(Picture.tenant_id == tenant_id, Picture.sha256 == image.sha256)
            ).one_or_none()
            planned = renames.open_moves(session, tenant_id, [image_id]).get(image_id, [])
            reserved = renames.open_names(session, tenant_id, image.source_id, image.folder)
        if picture is None or image.sha256 is None:
            raise Conflict(
                f"{image.path} has not been looked at yet, so it cannot be given a name: try it again first."
            )
        connector = self.connections.open(source)
        names = list(connector.names(image.folder))
        moves = planned or self._moves(connector, image, names, msgspec.convert(_camera(picture), Exif))
        own = {name_of(move.from_path) for move in moves} | {name_of(move.to_path) for move in planned}
        limits = connector.limits(image.folder) if isinstance(connector, Limited) else Limits()
        candidates = tuple(_words(words) for words in (image.proposal or {}).get("candidates", ()))
        taken = frozenset({*names, *reserved} - own)
        rules = _rules(policy, limits)
        return _View(image.fence, image.path, picture.extension, rules, taken, tuple(moves), candidates)

    def _moves(self, connector: Connector, image: Image, names: Sequence[str], exif: Exif) -> list[Move]:
        entry = connector.stat(image.path)
        if entry is None:
            raise Conflict(f"{image.path} is no longer there.")
        if entry.version != image.version:
            raise Conflict(f"{image.path} has changed since it was looked at: try it again first.")
        own = Move(0, image.path, image.path, entry.size, entry.version, str(image.sha256))
        following = grouping.companions(connector, image.folder, names, {name_of(image.path): exif})
        return [own, *following.get(name_of(image.path), [])]

    def _reserve(self, tenant_id: int, image_id: int, view: _View, choice: _Choice, actor: str) -> None:
        moves = renames.towards([replace(move, id=0) for move in view.moves], choice.name)
        try:
            with self.database.session(tenant_id) as session:
                image = find(session, tenant_id, image_id)
                if image.fence != view.fence:
                    raise Conflict(f"Somebody else has decided about {image.path} at the same time: look at it again.")
                before = (image.proposal or {}).get("name", "")
                _give_up(session, image, "It was given another name.")
                renames.reserve(session, tenant_id, image.source_id, image.batch_id, ((image.id, one) for one in moves))
                companions = [name_of(move.to_path) for move in moves if move.companion]
                proposal = choice.proposal | {"from": image.path, "companions": companions, "approved": False}
                _move_on(image, ImageState.REVIEW, reason=choice.reason, proposal=proposal)
                _tell(session, image, "image.edited", actor, before={"name": before}, after={"name": choice.name})
        except IntegrityError as error:
            raise Conflict(
                f"“{choice.name}” was given to another image at the same moment: choose another name."
            ) from error


def _rules(policy: Policy, limits: Limits) -> naming.Rules:
    return naming.Rules(
        profile=policy.names,
        language=policy.language,
        name_max=limits.name_max,
        case_sensitive=limits.case_sensitive,
        unicode_form=limits.unicode_form,
        forbidden=limits.forbidden,
        reserved_suffixes=limits.reserved_suffixes,
    )


def _camera(picture: Picture) -> dict[str, Any]:
    return {name: value for name, value in picture.exif.items() if name in Exif.__dataclass_fields__}


def _words(stored: Iterable[Any]) -> tuple[Word, ...]:
    return tuple(msgspec.convert(word, Word) for word in stored)


def _each(session: Session, tenant_id: int, image_ids: Iterable[int], act: Any, actor: str) -> list[Refused]:
    refused: list[Refused] = []
    for image_id in dict.fromkeys(image_ids):
        try:
            act(session, find(session, tenant_id, image_id), actor)
        except (Conflict, NotFound) as error:
            refused.append(Refused(image_id, str(error)))
    session.flush()
    return refused


def _planned(session: Session, image: Image) -> bool:
    rows = select(Rename.id).where(Rename.tenant_id == image.tenant_id, Rename.image_id == image.id)
    return session.scalar(rows.where(Rename.state == RenameState.PLANNED).limit(1)) is not None


def _refuse_busy(image: Image) -> None:
    if image.due_at is not None:
        raise Conflict(f"{image.path} is being worked on; try again in a moment.")


def _give_up(session: Session, image: Image, reason: str) -> None:
    renames.cancel(session, image.tenant_id, Rename.image_id == image.id, reason)


def _move_on(image: Image, state: ImageState, *, reason: str = "", proposal: dict[str, Any] | None = None) -> None:
    """To a state that the workers take up at once, or that rests."""
    image.state, image.reason, image.tries = state, reason, 0
    image.due_at = now() if state in {ImageState.PLANNED, ImageState.FOUND} else None
    image.fence += 1
    if proposal is not None:
        image.proposal = (image.proposal or {}) | proposal


def _tell(
    session: Session,
    image: Image,
    event: str,
    actor: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    about = {"type": event, "source_id": image.source_id, "batch_id": image.batch_id, "image_id": image.id}
    events.record(session, image.tenant_id, [about | {"before": before, "after": after}], actor=actor)
