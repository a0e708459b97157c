"""One transaction that brings the images of a folder in line with what stands there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from appliance import batches, events, learning, naming, renames
from appliance.intake.bursts import Bursts
from appliance.models import FINAL, LIVING, Batch, BatchKind, Image, ImageState, Rename, RenameState, Source, now
from appliance.sources import name_of
from connectors.base import Entry

STABLE = timedelta(seconds=5)  # between the look that finds a file and the one that opens it
CLOCKS = timedelta(seconds=5)  # by which those of two workers may differ

WAS_THERE = "It was there before this source was added."
PUT_BACK = "Its old name was put back by hand."
FOLLOWS = "It belongs to another image and follows it."

_LOOKED_AT_AFRESH = {ImageState.FAILED, ImageState.QUARANTINED, ImageState.REVIEW}
_NOT_NAMED_YET = (ImageState.FOUND, ImageState.UNSTABLE, ImageState.FETCHED, ImageState.DESCRIBED, ImageState.PLANNED)


@dataclass(frozen=True, slots=True)
class Portion:
    """Some changes of one folder. `images` have come and follow no other; `followers` are files that do; `gone` were
    looked for once more, and are not there."""

    listed_at: datetime
    images: Sequence[Entry] = ()
    followers: Sequence[str] = ()
    gone: Sequence[str] = ()


@dataclass
class Taken:
    """`arrived` counts the images that are due from now on. `unsettled` are paths to be looked at again in a moment,
    `moving` those at which a file may come to stand, or has come to, since it was listed, and `unreached` those of
    which nobody can say today what has become of them."""

    arrived: int = 0
    unsettled: set[str] = field(default_factory=set)
    moving: set[str] = field(default_factory=set)
    unreached: set[str] = field(default_factory=set)

    def add(self, other: "Taken") -> None:
        self.arrived += other.arrived
        self.unsettled |= other.unsettled
        self.moving |= other.moving


@dataclass
class Taking:
    """`kind` None takes what stands there for known, as a source does that names only what is new."""

    session: Session
    source: Source
    bursts: Bursts
    kind: BatchKind | None
    taken: Taken = field(default_factory=Taken)

    def take(self, portion: Portion) -> Taken:
        lock = select(Source.id).where(Source.id == self.source.id).with_for_update()  # commands take in as well
        self.session.execute(lock)
        moving = self._moving(portion.listed_at)
        living = self._living([*(one.path for one in portion.images), *portion.gone, *portion.followers])
        came_back = self._came_back(portion, living, moving)
        self._lose([living[path] for path in portion.gone if path in living], moving)
        self._let_follow([living[path] for path in portion.followers if path in living])
        fresh = [one for one in portion.images if one.path not in living and one.path not in came_back]
        self._meet([(living[one.path], one) for one in portion.images if one.path in living])
        self._welcome([one for one in fresh if one.path not in moving])
        self.taken.unsettled |= {one.path for one in fresh if one.path in moving}
        return self.taken

    def _moving(self, listed_at: datetime) -> set[str]:
        """Paths where a rename of ours may have changed what stands there since it was listed."""
        about = self.source.tenant_id, self.source.id
        under_way = renames.paths_under_way(self.session, *about)
        renamed = renames.paths_renamed_since(self.session, *about, listed_at - CLOCKS)
        self.taken.moving = under_way | self._living(list(renamed)).keys()
        return under_way | renamed

    def _mine(self) -> tuple[Any, ...]:
        return Image.tenant_id == self.source.tenant_id, Image.source_id == self.source.id

    def _living(self, paths: Sequence[str]) -> dict[str, Image]:
        wanted = select(Image).where(*self._mine(), LIVING, Image.path.in_(paths))
        return {image.path: image for image in self.session.scalars(wanted)}

    def _came_back(self, portion: Portion, living: dict[str, Image], moving: set[str]) -> set[str]:
        """The paths of files that are known: whose old name was put back by hand, or that were missing and are there
        again, unchanged."""
        strange = {one.path: one for one in portion.images if one.path not in living and one.path not in moving}
        if not strange:
            return set()
        return self._put_back(portion, strange, living) | self._there_again(strange)

    def _put_back(self, portion: Portion, strange: dict[str, Entry], living: dict[str, Image]) -> set[str]:
        about = self.source.tenant_id, self.source.id
        known: set[str] = set()
        for row in renames.put_back_by_hand(self.session, *about, portion.gone, strange):
            image = living.get(row.to_path)
            entry = strange[row.from_path]
            if image is None or image.due_at is not None or image.version != entry.version:
                continue
            del living[row.to_path]
            learning.undone(self.session, image)
            row.state, row.reason = RenameState.UNDONE, PUT_BACK
            image.path, image.state, image.reason = entry.path, ImageState.KEPT, PUT_BACK
            image.fence += 1
            paths = {"before": {"path": row.to_path}, "after": {"path": row.from_path}}
            self._tell([{"type": "image.undone", "image_id": image.id, "batch_id": image.batch_id} | paths])
            known.add(entry.path)
        self.session.flush()
        return known

    def _there_again(self, strange: dict[str, Entry]) -> set[str]:
        wanted = select(Image).where(*self._mine(), Image.state == ImageState.MISSING, Image.path.in_(list(strange)))
        newest = {image.path: image for image in self.session.scalars(wanted.order_by(Image.id))}
        known = set()
        for path, image in newest.items():
            was = (image.proposal or {}).get("was")
            if was and image.version == strange[path].version:
                image.state, image.reason = ImageState(was["state"]), str(was["reason"])
                image.proposal = {key: value for key, value in (image.proposal or {}).items() if key != "was"} or None
                image.fence += 1
                known.add(path)
        self.session.flush()
        return known

    def _lose(self, images: Sequence[Image], moving: set[str]) -> None:
        """Only what rests: whatever is under way finds out by itself."""
        lost = [image for image in images if image.due_at is None and image.state in FINAL]
        self.taken.unsettled |= {image.path for image in lost if image.path in moving}
        lost = [image for image in lost if image.path not in moving]
        for image in lost:
            was = {"state": image.state, "reason": image.reason}
            image.proposal = (image.proposal or {}) | {"was": was}
            image.state, image.fence = ImageState.MISSING, image.fence + 1
            image.reason = f"{image.path} is no longer there; nothing was changed."
        self.session.flush()
        self._tell([{"type": "image.missing", "image_id": one.id, "batch_id": one.batch_id} for one in lost])

    def _let_follow(self, images: Iterable[Image]) -> None:
        """Files that were taken for images of their own until the image came that they follow."""
        for image in images:
            if image.state in _NOT_NAMED_YET and image.owner is None:
                renames.cancel(self.session, self.source.tenant_id, Rename.image_id == image.id, FOLLOWS)
                image.state, image.due_at, image.reason = ImageState.MISSING, None, FOLLOWS
                image.fence += 1
        self.session.flush()

    def _meet(self, known: Sequence[tuple[Image, Entry]]) -> None:
        """Images whose bytes may have changed. One that has its name keeps it, whoever edited it; one that could not be
        named, or waits for a person, is looked at afresh."""
        changed = [(image, entry) for image, entry in known if image.version != entry.version]
        self.taken.unsettled |= {entry.path for image, entry in changed if image.state not in FINAL}
        afresh = [
            (image, entry)
            for image, entry in changed
            if image.state in _LOOKED_AT_AFRESH and image.due_at is None and not image.locked and not entry.problem
        ]
        if afresh:
            batches.look_again(self.session, self._batch(), afresh)
            for image, _ in afresh:
                image.due_at = now() + STABLE
            self.taken.arrived += len(afresh)

    def _welcome(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        batch = self._batch()
        rows = [self._row(batch, entry) for entry in entries]
        inserted = insert(Image).returning(Image.id, sort_by_parameter_order=True)
        ids = self.session.scalars(inserted, rows).all()
        told = [
            {"type": "image.found", "image_id": image_id, "batch_id": batch.id, "after": {"path": row["path"]}}
            for image_id, row in zip(ids, rows, strict=True)
            if row["due_at"] is not None
        ]
        self._tell(told)
        self.taken.arrived += len(told)

    def _row(self, batch: Batch, entry: Entry) -> dict[str, Any]:
        row = batches.row_of(batch, entry, None) | {"due_at": now() + STABLE}
        if entry.problem:
            return row | {"state": ImageState.FAILED, "due_at": None, "reason": entry.problem}
        if self.kind is None:
            return row | {"state": ImageState.KEPT, "due_at": None, "reason": WAS_THERE}
        if batch.policy["rename"] == "bad-names" and naming.why_bad(name_of(entry.path)) is None:
            return row | {"state": ImageState.KEPT, "due_at": None, "reason": "The name is good already."}
        return row

    def _batch(self) -> Batch:
        return self.bursts.batch(self.session, self.source, self.kind or BatchKind.BACKLOG)

    def _tell(self, told: list[dict[str, Any]]) -> None:
        about = {"source_id": self.source.id}
        events.record(self.session, self.source.tenant_id, [about | one for one in told], actor=self.bursts.actor)
