"""A tenant's providers in their order: who is asked about a picture, and who in its place."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from appliance.db import Database
from appliance.models import now
from appliance.vision import asking, budgets, counting
from appliance.vision.asking import Begun, InVain, Later, Link, Question, Resting
from appliance.vision.provider import Context, Provider, VisionError
from appliance.words import Description

NOBODY = "Nobody could look at it"  # how the reason begins why a picture has no words
Telling = Callable[[Provider], Context]  # what is known of the picture beside its pixels, for that provider

_BACK_OFF = 1.0  # seconds before a second try, doubled before a third


@dataclass(frozen=True, slots=True)
class Nobody:
    """No provider of the chain has words for the picture; why, in a sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`said` is not stored yet where `begun` is there: asking.answered does that, with what follows from it."""

    said: Description
    question: Question
    link: Link
    begun: Begun | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """Safe to use from several threads. `computing` lets in as many as may compute at once; those that only wait for a
    provider are not counted."""

    links: tuple[Link, ...]
    database: Database
    offline: str = ""  # why pictures must not leave this machine; "" where they may
    lacks: str = "There is no provider."  # why there are no links, where there are none
    computing: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(1))
    clock: Callable[[], datetime] = now

    @property
    def waits(self) -> bool:
        """Whether the first that may be asked is waited for."""
        first = self.first
        return first is not None and first.waits

    @property
    def first(self) -> Link | None:
        """Who is asked first, as things stand."""
        usable = (link for link in self.links if not (self.offline and link.leaves))
        return next((link for link in usable if link.row is None or not link.row.problem), None)

    def usable(self) -> Link:
        """The first that may be asked, as far as is known without asking it. Raises VisionError, with what is wrong
        with each, where there is none."""
        return self._first(lambda _: None)

    def working(self) -> Link:
        """The first that can look at pictures now. Raises VisionError, with what is wrong with each, where none can."""
        return self._first(lambda link: link.provider.check())

    def _first(self, check: Callable[[Link], None]) -> Link:
        problems: list[str] = []
        for link in self.links:
            try:
                self._refuse(link)
                check(link)
            except (InVain, VisionError) as error:
                problems.append(str(error))
            else:
                return link
        raise VisionError(" ".join(problems) or self.lacks, permanent=True)

    def _refuse(self, link: Link) -> None:
        if self.offline and link.leaves:
            raise InVain(self.offline)
        if link.row is not None and link.row.problem:
            raise InVain(link.row.problem)

    def ask(self, question: Question, preview: bytes, tell: Telling, tries: int = 0) -> Answer | Later | Nobody:
        """Goes from one provider to the next until one has answered. `tries` is how often this picture has waited for
        providers that fail; beyond asking.MOST_TRIES it waits no longer."""
        reasons: list[str] = []
        waits: list[float] = []
        for link in self.links:
            try:
                return self._ask(link, question, preview, tell)
            except _Put as put:
                return put.later
            except Resting as resting:
                waits.append(resting.seconds)
                reasons.append(f"{link.name}: {resting}")
            except (InVain, VisionError) as error:
                reasons.append(f"{link.name}: {error}")
        reason = f"{NOBODY}. {' '.join(reasons) or self.lacks}"
        if waits and tries < asking.MOST_TRIES:
            return Later(min(waits), reason, counts=True)
        return Nobody(reason)

    def _ask(self, link: Link, question: Question, preview: bytes, tell: Telling) -> Answer:
        self._refuse(link)
        if link.row is None or not link.waits:
            return Answer(self._compute(link, question, preview, tell), question, link)
        with link.turns:
            return self._wait(link, link.row.id, question, preview, tell)

    def _wait(self, link: Link, row_id: int, question: Question, preview: bytes, tell: Telling) -> Answer:
        begun = self._begin(link, row_id, question)
        if isinstance(begun, Description):
            return Answer(begun, question, link)
        try:
            context = allowed(link, tell(link.provider))
            said = link.provider.describe(preview, language=question.language, context=context)
        except VisionError as error:
            self._failed(link, row_id, question, begun, error)
            raise
        return Answer(said, question, link, begun)

    def _compute(self, link: Link, question: Question, preview: bytes, tell: Telling) -> Description:
        """An engine of this machine: nothing to be paid or waited for, but its models may be missing."""
        try:
            with self.computing:
                context = tell(link.provider)
                begun = time.monotonic()
                said = link.provider.describe(preview, language=question.language, context=context)
                said = _timed(said, time.monotonic() - begun)
        except VisionError as error:
            counting.failed(self.database.tally, link.provider, error)
            if link.row is not None and error.permanent and not error.refused:
                self._stop(link.row.id, question.tenant_id, str(error))
            raise
        counting.answered(self.database.tally, said)
        return said

    def _stop(self, row_id: int, tenant_id: int, reason: str) -> None:
        with self.database.session(tenant_id) as session:
            asking.stop(session, row_id, reason)

    def _begin(self, link: Link, row_id: int, question: Question) -> Begun | Description:
        plainly = link.beginning.bring((link, question)) if link.beginning is not None else None
        return plainly or self._begin_alone(link, row_id, question)

    def _begin_alone(self, link: Link, row_id: int, question: Question) -> Begun | Description:
        try:
            begun = self.database.write(
                question.tenant_id, lambda session: asking.begin(session, link, row_id, question, self.clock())
            )
        except budgets.Exhausted as exhausted:
            with self.database.session(question.tenant_id) as session:
                budgets.tell(session, question.tenant_id, exhausted)
            seconds = (exhausted.until - self.clock()).total_seconds()
            raise _Put(Later(seconds, str(exhausted))) from exhausted
        if isinstance(begun, Later):
            raise _Put(begun)
        return begun

    def _failed(self, link: Link, row_id: int, question: Question, begun: Begun, error: VisionError) -> None:
        """Comes again where another try may help; otherwise the next provider is asked."""
        tries = self.database.write(
            question.tenant_id,
            lambda session: asking.failed(session, link, row_id, question, begun, error, self.clock()),
        )
        if error.permanent or error.refused or tries >= asking.MOST_TRIES:
            return
        seconds = _BACK_OFF * 2**tries if error.retry_after is None else error.retry_after
        if seconds <= asking.PATIENCE:
            raise _Put(Later(seconds, f"{link.name}: {error}")) from error


def _timed(said: Description, seconds: float) -> Description:
    return replace(said, usage=replace(said.usage, seconds=said.usage.seconds or round(seconds, 3)))


class _Put(Exception):
    """Off, until later."""

    def __init__(self, later: Later) -> None:
        super().__init__(later.reason)
        self.later = later


def allowed(link: Link, context: Context) -> Context:
    """What this provider may be told of a picture; one of this machine is told everything."""
    if not link.leaves or link.row is None:
        return context
    if not link.row.tells_place:
        context = replace(context, place="")
    return context if link.row.tells_folder else replace(context, folder="", site="")
