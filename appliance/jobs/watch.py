"""Watches every source, each in one of all the processes that work."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from appliance import events, telemetry
from appliance.errors import Problem
from appliance.intake import Intake, Look, Stopped
from appliance.intake.bursts import Bursts
from appliance.jobs.hints import Hints
from appliance.models import Source, now
from appliance.pipeline.worker import Worker
from appliance.sources import Choices, hooks
from connectors.base import Calls, Connector, ConnectorError, Watch, Watches

LOOK_SECONDS = 2.0  # between two looks at which sources there are, and at what stands in their place
LEASE = timedelta(seconds=15)
RENEW = LEASE * 2 / 3  # which must be left of it
BURST_SECONDS = 5.0  # between two looks at whether a burst is over
AGAIN_SECONDS = 1.0
STOP_SECONDS = 2.0
POLL_SECONDS = 5.0
POLL_SHARE = 100  # polling takes one hundredth of a core at most
MOST_WAIT_SECONDS = 10.0  # between two tries at a source that fails
ACTOR = "watcher"
HOOKS = "/api/v1/hooks"

logger = logging.getLogger(__name__)

_FAILURES = (ConnectorError, OSError, SQLAlchemyError, Problem)


@dataclass
class Watcher:
    """One source, watched by a thread of its own until it is stopped. `arrived` is called when images are due."""

    worker: Worker
    source: Source
    vision: str
    arrived: Callable[[], None]
    address: str = ""  # under which the source can reach us
    hints: Hints = field(default_factory=Hints)
    stopping: threading.Event = field(default_factory=threading.Event)
    _intake: Intake | None = None
    _scan_at: float = 0.0
    _bursts_at: float = 0.0
    _asked_at: datetime | None = None
    _watch_held: Watch = field(default_factory=Watch)
    _failures: int = 0
    _prepared: bool = False

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=f"watch {self.source.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Asks it to end; `join` waits until it has."""
        self.stopping.set()
        self.hints.wake()

    def join(self) -> None:
        """Where a disk does not answer, it is left behind: it holds nothing that others wait for."""
        self._thread.join(STOP_SECONDS)

    def is_of(self, source: Source) -> bool:
        """Whether it goes on with this row, or another one must be started in its place."""
        mine = self.source
        return (source.kind, source.options, source.secrets) == (mine.kind, mine.options, mine.secrets)

    def refresh(self, source: Source) -> None:
        """Takes over what the owner has decided since, such as that everything is to be looked through now, and what
        the source has told by itself."""
        before, self.source = self.source, source
        if source.hinted_at != before.hinted_at:
            self._watch_held.nudge()
        if source.scan_due_at is not None and source.scan_due_at <= now() and source.scan_due_at != self._asked_at:
            self._asked_at = source.scan_due_at
            self.hints.tell(None)

    @contextmanager
    def _opened(self) -> Iterator[Connector]:
        connector = self.worker.connections.another(self.source)
        try:
            yield connector
        finally:
            connector.close()

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._watch()
            except Stopped:
                return
            except _FAILURES as error:
                self._fails(error)
            except Exception as error:  # the other sources must go on
                logger.exception("Watching %s failed", self.source.name)
                self._fails(error)

    def _watch(self) -> None:
        """Until it is stopped, or something else stands in the source's place."""
        with self._opened() as connector, _watching(connector, self.hints.tell) as watch:
            intake = self._intake_with(connector)
            self._watch_held = watch
            self._ask_for_calls(connector)
            self._look_through(intake, watch)
            self._works()
            while not self.stopping.is_set():
                for folder in self.hints.take(min(LOOK_SECONDS, max(self._scan_at - time.monotonic(), 0))):
                    self._look(self._intake_with(connector), watch, folder)
                if self.stopping.is_set() or intake.has_moved():
                    return
                if time.monotonic() >= self._scan_at:
                    self._look_through(intake, watch)
                self._complete_bursts(intake)

    def _ask_for_calls(self, connector: Connector) -> None:
        """Where others can reach us; what is not told is asked for all the same."""
        if not self.address or not isinstance(connector, Calls):
            return
        hook = self.worker.connections.hook(self.source)
        try:
            connector.call(f"{self.address}{HOOKS}/{self.source.kind}/{hook.key}", hook.secret)
        except ConnectorError as error:
            logger.info("%s does not tell by itself what comes: %s", self.source.name, error)

    def _intake_with(self, connector: Connector) -> Intake:
        """What was known of the source stays known when it has been away."""
        if self._intake is None:
            bursts = Bursts(self.vision, ACTOR)
            self._intake = Intake(self.worker, self.source, connector, bursts, self.stopping)
        self._intake.connector, self._intake.source = connector, self.source
        return self._intake

    def _look(self, intake: Intake, watch: Watch, folder: str | None) -> None:
        if folder is None:
            self._look_through(intake, watch)
            return
        began = time.monotonic()
        self._note(intake.folder(folder), time.monotonic() - began)
        self.hints.looked_at(folder, time.monotonic() - began)
        self._count(time.monotonic() - began, "folder")

    def _look_through(self, intake: Intake, watch: Watch) -> None:
        choices = msgspec.convert(self.source.choices, Choices)
        began = time.monotonic()
        look = intake.everything()
        took = time.monotonic() - began
        self.hints.looked_at(None, took)
        self._count(took, "everything")
        pause = min(max(POLL_SECONDS, POLL_SHARE * took), choices.interval) if watch.blind else choices.interval
        self._scan_at = time.monotonic() + pause
        self._note(look, took)

    def _count(self, took: float, extent: str) -> None:
        self.worker.database.tally.took(telemetry.SCAN_SECONDS, took, self.source.kind, extent)

    def _note(self, look: Look, took: float) -> None:
        if (look.arrived or look.again) and not self._prepared:
            self._prepared = True
            self._prepare()
        for folder in look.again:
            self.hints.tell_later(folder, max(AGAIN_SECONDS, 10 * took))
        if look.arrived:
            self.arrived()

    def _prepare(self) -> None:
        """While a file must stand still; otherwise the first one waits for it afterwards."""
        provider = msgspec.convert(self.source.choices, Choices).provider or self.vision
        asked = self.source.tenant_id, provider
        threading.Thread(target=self.worker.prepare, args=asked, name="prepare", daemon=True).start()

    def _complete_bursts(self, intake: Intake) -> None:
        if time.monotonic() >= self._bursts_at:
            self._bursts_at = time.monotonic() + BURST_SECONDS
            intake.complete_bursts()

    def _fails(self, error: Exception) -> None:
        """Says it once, and waits longer each time."""
        self._failures += 1
        self.worker.database.tally.count(telemetry.SCAN_FAILURES, self.source.kind)
        reason = (
            str(error) if isinstance(error, ConnectorError | Problem) else f"It could not be looked through: {error}"
        )
        logger.warning("%s: %s", self.source.name, reason)
        self._tell(reason)
        self.stopping.wait(min(LOOK_SECONDS * self._failures, MOST_WAIT_SECONDS))

    def _works(self) -> None:
        self._failures = 0
        self._tell("")

    def _tell(self, problem: str) -> None:
        try:
            with self.worker.database.session(self.source.tenant_id) as session:
                tell_problem(session, self.source, problem)
        except SQLAlchemyError as error:
            logger.warning("%s: what is wrong with it could not be stored: %s", self.source.name, error)


def tell_problem(session: Session, source: Source, problem: str) -> None:
    """Stores why a source cannot be watched, "" where it can; an event tells of the beginning and the end."""
    row = session.get(Source, source.id, with_for_update=True)
    if row is None or row.problem == problem:
        return
    before, row.problem = row.problem, problem
    if problem and not before:
        event = {"type": "source.failing", "after": {"reason": problem}}
    elif before and not problem:
        event = {"type": "source.recovered", "before": {"reason": before}}
    else:
        return
    events.record(session, row.tenant_id, [event | {"source_id": row.id}], actor=ACTOR)


def _watching(connector: Connector, changed: Callable[[str | None], None]) -> AbstractContextManager[Watch]:
    if isinstance(connector, Watches):
        return connector.watching(changed)
    return nullcontext(Watch("It tells nothing of its changes."))


@dataclass
class Watchers:
    """All sources that this process watches. A lease in the row says which process that is; where two should do it
    for a moment, no harm is done."""

    worker: Worker
    vision: str
    arrived: Callable[[], None]
    stopping: threading.Event = field(default_factory=threading.Event)
    name: str = field(default_factory=lambda: str(uuid.uuid4()))
    address: str = ""
    _watched: dict[int, Watcher] = field(default_factory=dict)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="watchers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends them all, and lets other processes take over at once."""
        self.stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._look()
            except (SQLAlchemyError, OSError) as error:
                logger.warning("The sources could not be read, and will be again: %s", error)
            self.stopping.wait(LOOK_SECONDS)
        self._end(list(self._watched))

    def _look(self) -> None:
        with self.worker.database.reading(None) as session:
            wanted = select(Source).where(Source.made_by_command.is_(False), Source.paused.is_(False))
            rows = {source.id: source for source in session.scalars(wanted)}
        ours = {source_id: source for source_id, source in rows.items() if self._lease(source)}
        changed = [one for one, watcher in self._watched.items() if one not in ours or not watcher.is_of(ours[one])]
        self._end(changed)
        self._pass_on(ours)
        for source_id, source in ours.items():
            if source_id in self._watched:
                self._watched[source_id].refresh(source)
            else:
                self._begin(source)

    def _pass_on(self, ours: dict[int, Source]) -> None:
        """What servers have told of sources that are watched here."""
        watched = [source_id for source_id in self._watched if source_id in ours]
        with self.worker.database.reading(None) as session:
            found = hooks.hinted(session, watched) if watched else []
        if found:
            with self.worker.database.system_session() as session:
                hooks.forget(session, found)
            for one in found:
                self._watched[one.source_id].hints.tell(one.folder)

    def _lease(self, source: Source) -> bool:
        if source.watcher == self.name and source.watched_until and source.watched_until > now() + RENEW:
            return True
        free = or_(Source.watcher.is_(None), Source.watcher == self.name, Source.watched_until <= now())
        leased = (
            update(Source)
            .where(Source.id == source.id, free)
            .values(watcher=self.name, watched_until=now() + LEASE)
            .returning(Source.id)
        )
        with self.worker.database.session(source.tenant_id) as session:
            return session.scalar(leased) is not None

    def _begin(self, source: Source) -> None:
        watcher = Watcher(self.worker, source, self.vision, self.arrived, self.address)
        self._watched[source.id] = watcher
        watcher.start()

    def _end(self, source_ids: list[int]) -> None:
        ending = [self._watched.pop(one) for one in source_ids]
        for watcher in ending:
            watcher.stop()
        for watcher in ending:
            watcher.join()
            self._let_go(watcher.source)

    def _let_go(self, source: Source) -> None:
        free = update(Source).where(Source.id == source.id, Source.watcher == self.name)
        try:
            with self.worker.database.session(source.tenant_id) as session:
                session.execute(free.values(watcher=None, watched_until=None))
        except SQLAlchemyError as error:
            logger.warning("%s is let go when its lease runs out: %s", source.name, error)
