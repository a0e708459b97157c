"""Where a name is checked against what stands on the source, before it is written down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from appliance import naming, renames
from appliance.db import Database
from appliance.errors import Conflict, Invalid
from appliance.imaging import Exif
from appliance.models import Batch, Image, ImageState, Picture, Source
from appliance.pipeline import grouping
from appliance.renames import Move
from appliance.reviews.rows import find, give_up, look, move_on, refuse_busy, tell
from appliance.sources import Connections, Policy, name_of
from appliance.words import Origin, Role, Word
from connectors.base import Connector, Limited, Limits


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
            refuse_busy(image)
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
                give_up(session, image, "It was given another name.")
                renames.reserve(session, tenant_id, image.source_id, image.batch_id, ((image.id, one) for one in moves))
                companions = [name_of(move.to_path) for move in moves if move.companion]
                proposal = choice.proposal | {"from": image.path, "companions": companions, "approved": False}
                proposal["first"] = _first(image.proposal or {})
                move_on(image, ImageState.REVIEW, reason=choice.reason, proposal=proposal)
                tell(session, image, "image.edited", actor, before={"name": before}, after={"name": choice.name})
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


def _first(proposal: dict[str, Any]) -> dict[str, Any]:
    """What was proposed before a person chose anything."""
    first: dict[str, Any] = proposal.get("first") or {
        key: proposal[key] for key in ("name", "words", "confidence") if key in proposal
    }
    return first


def _camera(picture: Picture) -> dict[str, Any]:
    return {name: value for name, value in picture.exif.items() if name in Exif.__dataclass_fields__}


def _words(stored: Iterable[Any]) -> tuple[Word, ...]:
    return tuple(msgspec.convert(word, Word) for word in stored)
