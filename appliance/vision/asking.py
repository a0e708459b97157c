"""One picture before one provider: the rows that see to it that nobody asks twice, too often, or beyond the budget.

Each function is one short transaction's work; none is open while the provider is waited for.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from appliance import events
from appliance.db import insert_into, insert_once, tally_of
from appliance.models import Ask, OwnProvider, SeenDescription
from appliance.vision import budgets, counting
from appliance.vision.provider import Priced, Provider, VisionError
from appliance.vision.together import Together
from appliance.words import Description, Usage

MOST_TRIES = 3  # of one picture with one provider
MOST_FAILURES = 5  # in a row, after which a provider rests
REST = timedelta(seconds=30)  # after that many, doubled with each one more
LONGEST_REST = timedelta(minutes=10)
PATIENCE = 60.0  # seconds that a picture waits for a provider that wants to be left alone, rather than ask the next one
LONGEST_CALL = timedelta(minutes=10)  # after which an answer is no longer waited for
HELD_SECONDS = 1.0
MINUTE = 60_000  # milliseconds
ACTOR = "vision"


@dataclass(frozen=True, slots=True)
class Question:
    """Which picture is asked about, in which language its words shall be, and for whom."""

    tenant_id: int
    sha256: str
    language: str
    image_id: int
    fence: int


@dataclass(frozen=True, slots=True)
class Link:
    """A provider in a chain. `row` is its owner's, None of an embedded engine that was named without one. `leaves` says
    that the picture leaves this machine."""

    name: str
    provider: Provider
    row: OwnProvider | None = None
    waits: bool = False  # it is waited for, rather than computing here
    leaves: bool = False
    turns: AbstractContextManager[Any] = field(default_factory=nullcontext)  # as many as may ask at once
    beginning: "Beginning | None" = None  # where several threads ask it

    @property
    def most_cost(self) -> int:
        return self.provider.most_cost if isinstance(self.provider, Priced) else 0


@dataclass(frozen=True, slots=True)
class Begun:
    """The provider is to be asked now, and by nobody else."""

    ask_id: int
    day: str
    reserved: int


Beginning = Together[tuple["Link", Question], Begun | Description | None]


@dataclass(frozen=True, slots=True)
class Later:
    """Not now, but in so many seconds. `counts` says that it was tried."""

    seconds: float
    reason: str
    counts: bool = False


class Resting(Exception):
    """The provider fails, and is left alone for a while; another one may be asked meanwhile."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


class InVain(Exception):
    """This picture is not to be shown to this provider (any more)."""


def begin(
    session: Session, link: Link, row_id: int, question: Question, moment: datetime
) -> Begun | Later | Description:
    """Takes the question for whoever calls, or says why not; a Description where it was answered meanwhile.

    Raises InVain, Resting and budgets.Exhausted, after which the transaction must be given up.
    """
    if known := _known(session, link.provider, question):
        return known
    ask = _ask(session, link.provider, row_id, question)
    if ask.until is not None and ask.until > moment and not _is_taken_over(ask, question):
        return Later(HELD_SECONDS, "Another copy of it is being looked at.")
    if ask.refused:
        raise InVain(ask.refused)
    ask.tries += ask.until is not None  # by a worker that died; the provider may have sent an answer, and a bill
    if ask.tries >= MOST_TRIES:
        raise InVain("it did not answer, however often it was asked.")
    row = session.get(OwnProvider, row_id, with_for_update=True)
    if row is None or row.problem:
        raise InVain(row.problem if row else "it was removed.")
    budgets.give_up(session, [ask])
    if later := _resting(row, moment) or _turn(row, ask, moment):
        ask.until = None
        return later
    ask.reserved = link.most_cost
    ask.day = budgets.reserve(session, question.tenant_id, ask.reserved, moment) if ask.reserved else _today(moment)
    ask.until, ask.image_id, ask.fence, ask.turn_at = moment + LONGEST_CALL, question.image_id, question.fence, 0
    session.flush()
    return Begun(ask.id, ask.day, ask.reserved)


def begin_all(
    session: Session, link: Link, row_id: int, questions: Sequence[Question], moment: datetime
) -> list[Begun | Description | None]:
    """As `begin` for many of one tenant, where nothing is special: None for each that is to begin by itself, since it
    was tried before, has a copy among the others, or its provider has limits or fails.

    Raises budgets.Exhausted where there is no room for all of them, after which the transaction must be given up.
    """
    row = session.get(OwnProvider, row_id)
    if row is None or row.problem or row.rests_until is not None or row.per_minute:
        return [None] * len(questions)
    known = _all_known(session, link.provider, questions)
    new = {one.sha256: one for one in reversed(questions) if one.sha256 not in known}  # the first of several copies
    begun = _all_begun(session, link, row_id, sorted(new.values(), key=lambda one: one.sha256), moment)
    mine = (begun.get(one.sha256) if new.get(one.sha256) is one else known.get(one.sha256) for one in questions)
    return list(mine)


def _all_begun(
    session: Session, link: Link, row_id: int, questions: Sequence[Question], moment: datetime
) -> dict[str, Begun]:
    """By what each shows; what was begun or tried before is left out."""
    if not questions:
        return {}
    reserved, day = link.most_cost, _today(moment)
    begun = {"until": moment + LONGEST_CALL, "tries": 0, "refused": "", "turn_at": 0, "reserved": reserved, "day": day}
    rows = [
        _key(link.provider, row_id, one) | begun | {"image_id": one.image_id, "fence": one.fence} for one in questions
    ]
    columns = Ask.__table__.c
    added = insert_into(Ask, session.get_bind().dialect.name).on_conflict_do_nothing()
    found = session.execute(added.returning(columns.id, columns.sha256), rows).all()
    if reserved and found:
        budgets.reserve(session, questions[0].tenant_id, reserved * len(found), moment)
    return {row.sha256: Begun(row.id, day, reserved) for row in found}


@dataclass(frozen=True, slots=True)
class Answered:
    """What the provider of that row has said to a question that was begun."""

    row_id: int
    question: Question
    begun: Begun
    said: Description


def answered(session: Session, answers: Sequence[Answered]) -> None:
    """Keeps the answers of one tenant, charges them, and remembers that their providers work."""
    tenant_id = answers[0].question.tenant_id
    for one in answers:
        counting.answered(tally_of(session), one.said)
    insert_once(session, SeenDescription, [kept(one.question, one.said) for one in answers])
    forget_tries(session, [one.question for one in answers])
    mine = _ended(session, answers)
    for row_id in sorted({one.row_id for one in answers}):
        works(session, row_id)
    charged: Counter[str] = Counter()
    given_back: Counter[str] = Counter()
    for one in answers:
        begun, cost = one.begun, one.said.usage.cost
        # Another worker that has taken it over has charged what was set aside.
        given_back[begun.day] += begun.reserved if begun.ask_id in mine else 0
        charged[begun.day] += cost if begun.ask_id in mine else max(cost - begun.reserved, 0)
    for day in sorted(given_back):
        budgets.release(session, tenant_id, day, given_back[day], charged[day])
    budgets.note(session, tenant_id, [(one.begun.day, one.said) for one in answers])


def _ended(session: Session, answers: Sequence[Answered]) -> set[int]:
    """Removes the rows of those questions that are still of whoever began them; returns their ids."""
    wanted = select(Ask.id, Ask.image_id, Ask.fence).where(Ask.id.in_([one.begun.ask_id for one in answers]))
    rows = session.execute(wanted.where(Ask.until.is_not(None)).order_by(Ask.id).with_for_update())
    held = {row.id: (row.image_id, row.fence) for row in rows}
    asked = ((one.begun.ask_id, (one.question.image_id, one.question.fence)) for one in answers)
    mine = {ask_id for ask_id, whose in asked if held.get(ask_id) == whose}
    session.execute(delete(Ask).where(Ask.id.in_(mine)).execution_options(synchronize_session=False))
    return mine


def failed(
    session: Session, link: Link, row_id: int, question: Question, begun: Begun, error: VisionError, moment: datetime
) -> int:
    """Remembers what came of it; returns how often this picture was tried with this provider."""
    counting.failed(tally_of(session), link.provider, error)
    ask = _end(session, question, begun)
    row = session.get(OwnProvider, row_id, with_for_update=True)
    if row is not None and error.refused:
        works(session, row_id)
    elif row is not None and error.permanent:
        _stop(session, row, str(error))
    elif row is not None:
        _fails(session, row, error, moment)
    if error.usage.calls or error.usage.cost:
        useless = _useless(link.provider, error.usage)
        budgets.note(session, question.tenant_id, [(begun.day, useless)])
    if ask is None:
        return 0
    ask.until, ask.reserved, ask.tries = None, 0, ask.tries + 1
    ask.refused = str(error) if error.refused else ""
    budgets.release(session, question.tenant_id, begun.day, begun.reserved, error.usage.cost)
    return ask.tries


def stop(session: Session, row_id: int, reason: str) -> None:
    """It is asked no more, until somebody changes or tests it."""
    row = session.get(OwnProvider, row_id, with_for_update=True)
    if row is not None:
        _stop(session, row, reason)


def _stop(session: Session, row: OwnProvider, reason: str) -> None:
    if not row.problem:
        row.problem = reason
        _tell(session, row, "provider.stopped", after={"name": row.name, "reason": reason})


def works(session: Session, row_id: int) -> None:
    """What was wrong with it is over."""
    row = session.get(OwnProvider, row_id)
    if row is None or not (row.problem or row.failures or row.rests_until):
        return
    if row.problem or row.failures >= MOST_FAILURES:
        reason = row.problem or row.rests_because
        _tell(session, row, "provider.recovered", before={"name": row.name, "reason": reason})
    row.problem, row.failures, row.rests_until, row.rests_because = "", 0, None, ""


def is_untidy(session: Session, moment: datetime) -> bool:
    return session.scalar(_abandoned(moment).limit(1)) is not None


def tidy(session: Session, moment: datetime) -> None:
    """Charges what was set aside by workers that died, whose images nobody took over."""
    asks = list(session.scalars(_abandoned(moment).with_for_update(skip_locked=True)))
    budgets.give_up(session, asks)


def _abandoned(moment: datetime) -> Select[Ask]:
    return select(Ask).where(Ask.until.is_not(None), Ask.until <= moment, Ask.reserved > 0)


def forget_tries(session: Session, questions: Sequence[Question]) -> None:
    """Once a picture's turn is over: whoever wants it looked at again means it. What was refused stays so."""
    hashes = {one.sha256 for one in questions}
    for tenant_id in {one.tenant_id for one in questions}:
        mine = Ask.tenant_id == tenant_id, Ask.sha256.in_(hashes)
        idle = delete(Ask).where(*mine, Ask.until.is_(None), Ask.refused == "")
        session.execute(idle.execution_options(synchronize_session=False))


def forget(session: Session, tenant_id: int, *, sha256: str | None = None, provider_id: int | None = None) -> None:
    """Lets a picture, or all before one provider, be asked about again."""
    idle = delete(Ask).where(Ask.tenant_id == tenant_id, Ask.until.is_(None))
    if sha256 is not None:
        idle = idle.where(Ask.sha256 == sha256)
    if provider_id is not None:
        idle = idle.where(Ask.provider_id == provider_id)
    session.execute(idle)


def key_of(provider: Provider) -> tuple[str, str, str]:
    """What an answer is kept under, beside the picture and the language: provider, model and prompt."""
    return provider.name, provider.model, provider.prompt


def kept(question: Question, said: Description) -> dict[str, Any]:
    """An answer as a row."""
    key = {"provider": said.provider, "model": said.model, "prompt": said.prompt, "language": question.language}
    owned = {"tenant_id": question.tenant_id, "sha256": question.sha256}
    return key | owned | {"body": msgspec.to_builtins(said)}


def _known(session: Session, provider: Provider, question: Question) -> Description | None:
    return _all_known(session, provider, [question]).get(question.sha256)


def _all_known(session: Session, provider: Provider, questions: Sequence[Question]) -> dict[str, Description]:
    """What this provider has said of them, by their contents; all are of one tenant and in one language."""
    name, model, prompt = key_of(provider)
    wanted = select(SeenDescription.sha256, SeenDescription.body).filter_by(provider=name, model=model, prompt=prompt)
    mine = {"tenant_id": questions[0].tenant_id, "language": questions[0].language}
    these = SeenDescription.sha256.in_({one.sha256 for one in questions})
    rows = session.execute(wanted.filter_by(**mine).where(these))
    return {row.sha256: msgspec.convert(row.body, Description) for row in rows}


def _ask(session: Session, provider: Provider, row_id: int, question: Question) -> Ask:
    """The row of this question, locked."""
    key = _key(provider, row_id, question)
    empty = {"until": None, "tries": 0, "refused": "", "turn_at": 0, "reserved": 0, "day": ""}
    insert_once(session, Ask, [key | empty | {"image_id": question.image_id, "fence": question.fence}])
    return session.scalars(select(Ask).filter_by(**key).with_for_update()).one()


def _key(provider: Provider, row_id: int, question: Question) -> dict[str, Any]:
    return {
        "tenant_id": question.tenant_id,
        "sha256": question.sha256,
        "provider_id": row_id,
        "model": provider.model,
        "prompt": provider.prompt,
        "language": question.language,
    }


def _is_taken_over(ask: Ask, question: Question) -> bool:
    """Whoever asked for this very image has lost it since, most likely by dying."""
    return ask.image_id == question.image_id and ask.fence < question.fence


def _end(session: Session, question: Question, begun: Begun) -> Ask | None:
    """The row, where the question is still that of whoever began it."""
    mine = Ask.id == begun.ask_id, Ask.image_id == question.image_id, Ask.fence == question.fence
    return session.scalars(select(Ask).where(*mine, Ask.until.is_not(None)).with_for_update()).one_or_none()


def _resting(row: OwnProvider, moment: datetime) -> Later | None:
    """Who rests is left alone; when the rest is over, one question tries whether it works again."""
    if row.rests_until is None:
        return None
    left = (row.rests_until - moment).total_seconds()
    if left > 0:
        if row.failures >= MOST_FAILURES or left > PATIENCE:
            raise Resting(left, row.rests_because)
        return Later(left, row.rests_because)
    if row.failures >= MOST_FAILURES:
        row.rests_until = moment + REST  # for all but this one
    return None


def _turn(row: OwnProvider, ask: Ask, moment: datetime) -> Later | None:
    """Its turn among the requests per minute, which it books the first time that it comes."""
    if not row.per_minute:
        return None
    here = round(moment.timestamp() * 1000)
    if not ask.turn_at:
        ask.turn_at = max(row.paced_until, here)
        row.paced_until = ask.turn_at + MINUTE // row.per_minute
    if ask.turn_at <= here:
        return None
    return Later((ask.turn_at - here) / 1000, f"{row.name} is asked {row.per_minute} times a minute at most.")


def _fails(session: Session, row: OwnProvider, error: VisionError, moment: datetime) -> None:
    if error.retry_after is not None:
        asked = moment + timedelta(seconds=error.retry_after)
        row.rests_until = max(asked, row.rests_until) if row.rests_until else asked
        row.rests_because = str(error)
        return
    row.failures += 1
    row.rests_because = str(error)
    if row.failures >= MOST_FAILURES:
        row.rests_until = moment + min(REST * 2 ** (row.failures - MOST_FAILURES), LONGEST_REST)
    if row.failures == MOST_FAILURES:
        _tell(session, row, "provider.resting", after={"name": row.name, "reason": str(error)})


def _useless(provider: Provider, usage: Usage) -> Description:
    return Description(provider=provider.name, model=provider.model, prompt=provider.prompt, usage=usage)


def _today(moment: datetime) -> str:
    return budgets.periods(moment)[0]


def _tell(
    session: Session,
    row: OwnProvider,
    event: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    events.record(session, row.tenant_id, [{"type": event, "before": before, "after": after}], actor=ACTOR)
