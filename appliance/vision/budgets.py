"""What looking at pictures may cost: set aside before a call, charged or given back after it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Update, func, select, update
from sqlalchemy.orm import Session

from appliance import events
from appliance.db import insert_into, insert_once, tally_of
from appliance.models import Allowance, Ask, Spending, VisionChoices
from appliance.vision import counting
from appliance.words import Description, Usage

DOLLAR = 1_000_000  # in which costs are counted
MEASURED = timedelta(days=30)  # of what a mean is taken
ACTOR = "budget"


class Exhausted(Exception):
    """The budget of a period has no room for one more answer."""

    def __init__(self, period: str, limit: int, until: datetime) -> None:
        span = "day" if len(period) > len("2026-11") else "month"
        super().__init__(
            f"The budget of ${limit / DOLLAR:.2f} a {span} is used up: it goes on at {until:%Y-%m-%d %H:%M} UTC, "
            "or when the budget is raised."
        )
        self.period = period
        self.limit = limit
        self.until = until


@dataclass(frozen=True, slots=True)
class Spent:
    """What a period has cost, in millionths of a US dollar, with what is set aside; `limit` is None for no limit."""

    cost: int
    reserved: int
    limit: int | None

    @property
    def exhausted(self) -> bool:
        return self.limit is not None and self.cost + self.reserved >= self.limit


def periods(moment: datetime) -> tuple[str, str]:
    """The day and the month of a moment, in UTC."""
    day = f"{moment.astimezone(UTC):%Y-%m-%d}"
    return day, day[:7]


def choices(session: Session, tenant_id: int) -> VisionChoices:
    """What a tenant has decided; what nobody decided is no limit."""
    known = session.get(VisionChoices, tenant_id)
    return known or VisionChoices(tenant_id=tenant_id, offline=False, per_day=None, per_month=None)


def reserve(session: Session, tenant_id: int, amount: int, moment: datetime) -> str:
    """Sets aside what an answer may cost at most, in the day and in the month; returns the day. Of many that ask at
    once, exactly those for whom there is room get it. Raises Exhausted, after which the transaction must be given up.
    """
    decided = choices(session, tenant_id)
    day, month = periods(moment)
    rows = [_empty(tenant_id, period) for period in (day, month)]
    insert_once(session, Allowance, rows)
    for period, limit, until in ((day, decided.per_day, _tomorrow(moment)), (month, decided.per_month, _next(moment))):
        wanted = _of(tenant_id, period)
        if limit is not None:
            wanted = wanted.where(Allowance.spent + Allowance.reserved + amount <= limit)
        if session.scalar(wanted.values(reserved=Allowance.reserved + amount).returning(Allowance.spent)) is None:
            raise Exhausted(period, limit or 0, until)
    return day


def release(session: Session, tenant_id: int, day: str, amount: int, cost: int = 0) -> None:
    """Takes back what was set aside on that day, and charges what was spent instead."""
    if not amount and not cost:
        return
    insert_once(session, Allowance, [_empty(tenant_id, period) for period in (day, day[:7])])
    for period in (day, day[:7]):
        changed = {"reserved": Allowance.reserved - amount, "spent": Allowance.spent + cost}
        session.execute(_of(tenant_id, period).values(changed))


def note(session: Session, tenant_id: int, answers: Iterable[tuple[str, Description]]) -> None:
    """Adds what answers took, each with its day, to what their providers took on it."""
    sums: dict[tuple[str, str, str, str], Counter[str]] = {}
    for day, said in answers:
        counting.charged(tally_of(session), said)
        sums.setdefault((day, said.provider, said.model, said.prompt), Counter()).update(_taken(said.usage))
    for (day, provider, model, prompt), values in sorted(sums.items()):
        key = {"tenant_id": tenant_id, "day": day, "provider": provider, "model": model, "prompt": prompt}
        first = insert_into(Spending, session.get_bind().dialect.name).values(key | dict(values))
        again = {name: getattr(Spending, name) + getattr(first.excluded, name) for name in values}
        session.execute(first.on_conflict_do_update(index_elements=list(key), set_=again))


def _taken(usage: Usage) -> dict[str, int]:
    return {
        "calls": max(usage.calls, 1),
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost": usage.cost,
        "milliseconds": round(usage.seconds * 1000),
    }


def give_up(session: Session, asks: Sequence[Ask]) -> None:
    """What was set aside for answers that nobody waits for any more is taken for spent: the provider may have sent
    them."""
    for ask in asks:
        release(session, ask.tenant_id, ask.day, ask.reserved, cost=ask.reserved)
        ask.reserved = 0


def tell(session: Session, tenant_id: int, exhausted: Exhausted) -> None:
    """An event, the first time that a period's budget is used up."""
    insert_once(session, Allowance, [_empty(tenant_id, exhausted.period)])
    untold = _of(tenant_id, exhausted.period).where(Allowance.told.is_(False)).values(told=True)
    if session.scalar(untold.returning(Allowance.period)) is not None:
        told = {"period": exhausted.period, "limit": exhausted.limit / DOLLAR, "reason": str(exhausted)}
        events.record(session, tenant_id, [{"type": "budget.exhausted", "after": told}], actor=ACTOR)


def forget_told(session: Session, tenant_id: int) -> None:
    """After the budget was changed: the next time is another time."""
    session.execute(update(Allowance).where(Allowance.tenant_id == tenant_id).values(told=False))


def spent(session: Session, tenant_id: int, moment: datetime) -> tuple[Spent, Spent]:
    """Today and this month."""
    decided = choices(session, tenant_id)
    day, month = periods(moment)
    return _spent(session, tenant_id, day, decided.per_day), _spent(session, tenant_id, month, decided.per_month)


def spendings(session: Session, tenant_id: int, since: str) -> list[Spending]:
    """What each provider took, day by day, the newest first."""
    wanted = select(Spending).where(Spending.tenant_id == tenant_id, Spending.day >= since)
    return list(session.scalars(wanted.order_by(Spending.day.desc(), Spending.provider, Spending.model)))


def mean(session: Session, tenant_id: int, key: tuple[str, str, str], moment: datetime) -> Usage | None:
    """What an answer of this provider, model and prompt took on average lately; None where there was none."""
    columns = (func.sum(Spending.calls), func.sum(Spending.cost), func.sum(Spending.milliseconds))
    provider, model, prompt = key
    wanted = select(*columns).where(Spending.tenant_id == tenant_id, Spending.day >= periods(moment - MEASURED)[0])
    mine = Spending.provider == provider, Spending.model == model, Spending.prompt == prompt
    calls, cost, milliseconds = session.execute(wanted.where(*mine)).one()
    if not calls:
        return None
    return Usage(calls=int(calls), cost=round(cost / calls), seconds=float(milliseconds / calls) / 1000)


def _spent(session: Session, tenant_id: int, period: str, limit: int | None) -> Spent:
    row = session.get(Allowance, (tenant_id, period))
    return Spent(row.spent, row.reserved, limit) if row else Spent(0, 0, limit)


def _of(tenant_id: int, period: str) -> Update:
    return update(Allowance).where(Allowance.tenant_id == tenant_id, Allowance.period == period)


def _empty(tenant_id: int, period: str) -> dict[str, object]:
    return {"tenant_id": tenant_id, "period": period, "spent": 0, "reserved": 0, "told": False}


def _tomorrow(moment: datetime) -> datetime:
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


def _next(moment: datetime) -> datetime:
    """When the next month begins."""
    first = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
