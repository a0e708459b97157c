"""Looks at a watched source, everything or one folder, and takes in what has changed since it looked last."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import batches, events, naming, renames
from appliance.intake.bursts import Bursts
from appliance.intake.memory import PROBLEMS, Change, Memory
from appliance.intake.taking import CLOCKS, Portion, Taken, Taking
from appliance.models import FINAL, LIVING, Batch, BatchKind, Image, Source, now
from appliance.pipeline import latecomers
from appliance.pipeline.worker import Worker
from appliance.sources import Choices, folder_of, name_of
from connectors.base import Connector, ConnectorError, Entry, FileGone, Settles, Watches

ROWS_AT_ONCE = 500
RECENTLY = timedelta(seconds=10)  # longer than between a change and the look that it leads to


class Stopped(Exception):
    """The look was ended early, as this process is to stop; what was taken in stays."""


@dataclass
class Look:
    """What came of a look: how many images are due from now on, and which folders to look at again in a moment."""

    arrived: int = 0
    again: set[str] = field(default_factory=set)

    def add(self, folder: str, taken: Taken) -> None:
        self.arrived += taken.arrived
        if taken.unsettled:
            self.again.add(folder)


@dataclass
class Intake:
    """One source, with what it held when it was last looked at. For one thread.

    Two of them on one source do no harm: what is taken in, and what is lost, is decided in transactions.
    """

    worker: Worker
    source: Source
    connector: Connector
    bursts: Bursts
    stopping: threading.Event
    _memory: Memory | None = None
    _identity: str = ""
    _through_at: datetime = field(default_factory=now)
    _first: bool = field(init=False)  # nothing has ever been looked through to its end

    def __post_init__(self) -> None:
        self._first = self.source.scanned_at is None

    @property
    def choices(self) -> Choices:
        return msgspec.convert(self.source.choices, Choices)

    def everything(self) -> Look:
        """Looks through the whole source. Raises ConnectorError where it is not there, or may be an unplugged disk."""
        memory = self._remembered()
        self._refuse_unplugged()
        began = now()
        self._doubt(self._through_at)
        look, problems, seen = Look(), list[Entry](), set[str]()
        for folder, entries in groupby(self._readable(problems), key=_folder):
            seen.add(folder)
            self._compare(look, folder, list(entries))
        unread = {entry.path for entry in problems}
        for folder in memory.folders_below(""):
            if folder not in seen and not _is_below(folder, unread):
                self._compare(look, folder, [])
        self._compare(look, PROBLEMS, problems)
        self._looked_through(began)
        self._through_at = began
        return look

    def folder(self, folder: str) -> Look:
        """Looks at the files of one folder; where it is gone, all that was below it is gone."""
        look = Look()
        memory = self._remembered()
        if not isinstance(self.connector, Watches):
            return self.everything()
        try:
            entries = [entry for entry in self.connector.listing(folder) if not entry.problem]
        except FileGone:
            for below in memory.folders_below(folder):
                self._compare(look, below, [])
        else:
            self._doubt(now() - RECENTLY, folder)
            self._compare(look, folder, entries)
        return look

    def has_moved(self) -> bool:
        """Something else stands in the source's place than when it was last looked through. Raises ConnectorError where
        nothing does."""
        return isinstance(self.connector, Watches) and self.connector.identity() != self._identity

    def complete_bursts(self) -> None:
        if self.bursts.may_be_running:
            with self.worker.database.session(self.source.tenant_id) as session:
                self.bursts.complete(session, self.source)

    def _readable(self, problems: list[Entry]) -> Iterator[Entry]:
        for entry in self.connector.scan():
            if entry.problem:
                problems.append(entry)
            else:
                yield entry

    def _remembered(self) -> Memory:
        """At first, what the database knows."""
        if self._memory is None:
            self._memory = Memory()
            here = Image.tenant_id == self.source.tenant_id, Image.source_id == self.source.id, LIVING
            with self.worker.database.reading(self.source.tenant_id) as session:
                rows = session.execute(select(Image.path, Image.version).where(*here).execution_options(yield_per=5000))
                self._memory.remember((path, version) for path, version in rows)
        return self._memory

    def _doubt(self, since: datetime, folder: str | None = None) -> None:
        """Where we have renamed, what is remembered tells nothing: a file whose old name was put back by hand at once
        looks as if nothing had happened."""
        about = self.source.tenant_id, self.source.id
        with self.worker.database.reading(self.source.tenant_id) as session:
            renamed = renames.paths_renamed_since(session, *about, since - CLOCKS)
        self._remembered().forget(path for path in renamed if folder is None or folder_of(path) == folder)

    def _refuse_unplugged(self) -> None:
        """An empty folder, where there were images and something else stood before, is what is left of a disk."""
        if not isinstance(self.connector, Watches):
            return
        identity = self.connector.identity()
        is_empty = next(iter(self.connector.names("")), None) is None
        if is_empty and identity != self._identity and self._memory:
            raise ConnectorError(
                f"{self.source.root} is empty, and there were images in it: plug in or mount the disk that holds them."
            )
        self._identity = identity

    def _compare(self, look: Look, folder: str, there: Sequence[Entry]) -> None:
        if self.stopping.is_set():
            raise Stopped
        memory = self._remembered()
        change = memory.compare(folder, there)
        if change is None:
            return
        taken = self._take(change)
        memory.settle(change, taken.unsettled | taken.unreached)
        look.add(folder, taken)

    def _take(self, change: Change) -> Taken:
        listed_at = now()
        gone = [path for path in change.gone if self._is_gone(path)]
        if gone:
            self._refuse_other_place()
        leading, following = _told_apart(change)
        taken = Taken(unreached=set(change.gone) - set(gone))
        late = self._let_join(change, leading, taken)
        leading = [entry for entry in leading if entry.path not in late]
        for portion in _portions(listed_at, leading, following, gone):
            if self.stopping.is_set():
                raise Stopped
            taken.add(self.worker.database.write(self.source.tenant_id, self._taking(portion)))
        present = {entry.path for entry in change.there}
        here = {path for path in taken.moving if folder_of(path) == change.folder}
        taken.unsettled |= here - present
        return taken

    def _is_gone(self, path: str) -> bool:
        """Not what cannot be reached now, such as a file in a folder that may not be read."""
        try:
            return self.connector.stat(path) is None
        except ConnectorError:
            return False

    def _refuse_other_place(self) -> None:
        """What is not there because a disk was unplugged a moment ago is not gone."""
        if isinstance(self.connector, Watches) and self.connector.identity() != self._identity:
            raise ConnectorError(f"{self.source.root} was unplugged or replaced while it was looked through.")

    def _taking(self, portion: Portion) -> Callable[[Session], Taken]:
        def take(session: Session) -> Taken:
            return Taking(session, self.source, self.bursts, self._kind()).take(portion)

        return take

    def _kind(self) -> BatchKind | None:
        if not self._first:
            return BatchKind.ARRIVALS
        return BatchKind.BACKLOG if self.choices.backlog else None

    def _let_join(self, change: Change, leading: Sequence[Entry], taken: Taken) -> set[str]:
        """Files that came after their image was renamed take its new stem; answers with their paths. What may still
        find its image, since that is being renamed, is looked at again."""
        if self._first or not self.choices.companions or not change.came:
            return set()
        alone = [entry for entry in change.came if not entry.problem]
        about = Batch(tenant_id=self.source.tenant_id, source_id=self.source.id)
        late = latecomers.find(self.worker, about, self.connector, alone)
        finished = [one for one in late if self._is_finished(one.move.from_path)]
        taken.unsettled |= {one.move.from_path for one in late if one not in finished}
        if finished:
            with self.worker.database.session(self.source.tenant_id) as session:
                refused = latecomers.join(
                    session, self.bursts.batch(session, self.source, BatchKind.ARRIVALS), finished
                )
            taken.unsettled |= {one.move.from_path for one in refused}
            taken.arrived += len(finished) - len(refused)
        joining = {one.move.from_path for one in late}
        images = {entry.path for entry in leading}
        strays = [one.path for one in alone if one.path not in joining | images and not batches.is_image(one.path)]
        if strays and self._is_at_work(change.folder):
            taken.unsettled |= set(strays)
        return joining

    def _is_finished(self, path: str) -> bool:
        if not isinstance(self.connector, Settles):
            return True
        entry = self.connector.stat(path)
        return entry is not None and not self.connector.unsettled(entry)

    def _is_at_work(self, folder: str) -> bool:
        here = Image.tenant_id == self.source.tenant_id, Image.source_id == self.source.id, Image.folder == folder
        due = select(Image.id).where(*here, Image.due_at.is_not(None), Image.state.not_in(FINAL))
        with self.worker.database.reading(self.source.tenant_id) as session:
            return session.scalar(due.limit(1)) is not None

    def _looked_through(self, began: datetime) -> None:
        """An event tells of it where somebody waits for it, so that an idle program writes none."""
        with self.worker.database.session(self.source.tenant_id) as session:
            source = session.get_one(Source, self.source.id, with_for_update=True)
            asked = source.scan_due_at is not None and source.scan_due_at <= began
            if asked or source.scanned_at is None:
                event = {"type": "source.scanned", "source_id": source.id}
                events.record(session, source.tenant_id, [event], actor=self.bursts.actor)
            source.scanned_at, source.scan_due_at = now(), None if asked else source.scan_due_at
        self._first = False


def _folder(entry: Entry) -> str:
    return folder_of(entry.path)


def _is_below(folder: str, tops: set[str]) -> bool:
    return any(folder == top or folder.startswith(f"{top}/") for top in tops)


def _told_apart(change: Change) -> tuple[list[Entry], list[str]]:
    """The images that have come, and what follows one of these."""
    if not change.came:
        return [], []
    known = naming.companions(name_of(entry.path) for entry in change.there)
    following = {name for names in known.values() for name in names}
    leading = [
        entry
        for entry in change.came
        if entry.problem or (batches.is_image(name_of(entry.path)) and name_of(entry.path) not in following)
    ]
    leaders = {name_of(entry.path) for entry in leading}
    prefix = f"{change.folder}/" if change.folder else ""
    followers = [prefix + name for leader in leaders for name in known.get(leader, ()) if batches.is_image(name)]
    return leading, followers


def _portions(
    listed_at: datetime, images: Sequence[Entry], followers: Sequence[str], gone: Sequence[str]
) -> Iterator[Portion]:
    """What has gone and what has come together, where they are few: a file with its old name again is then one act."""
    for at in range(0, max(len(images), len(followers), len(gone)), ROWS_AT_ONCE):
        some = slice(at, at + ROWS_AT_ONCE)
        yield Portion(listed_at, images[some], followers[some], gone[some])
