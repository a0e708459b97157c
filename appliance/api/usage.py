"""What looking at pictures costs, and what it may."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, get, patch, post
from litestar.datastructures import State
from litestar.params import JSONBody, QueryParameter

from appliance import batches, profiles, providers, sources
from appliance.api.authentication import needs
from appliance.api.house import House, house_of
from appliance.api.listing import Id, Listed
from appliance.auth import Member, Role
from appliance.models import Spending, now
from appliance.providers import Estimate
from appliance.vision import budgets
from appliance.vision.budgets import Spent

_Asked = Request[Member, Any, State]
_Dollars = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
_Days = Annotated[int, QueryParameter(ge=1, le=366, description="how many days back")]


class SpentView(msgspec.Struct, frozen=True):
    """In US dollars: what was spent, what is set aside for answers that are waited for, and the limit, if any."""

    spent: float
    reserved: float
    limit: float | None
    exhausted: bool


class BudgetView(msgspec.Struct, frozen=True):
    """Today and this month in UTC. With `offline`, nothing leaves this machine; where the setting RENAMER_OFFLINE says
    so, it stays like that whatever is decided here."""

    offline: bool
    today: SpentView
    month: SpentView


class BudgetChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Only what is given is changed; null is no limit. In US dollars."""

    offline: bool | msgspec.UnsetType = msgspec.UNSET
    per_day: _Dollars | msgspec.UnsetType | None = msgspec.UNSET
    per_month: _Dollars | msgspec.UnsetType | None = msgspec.UNSET


class SpendingView(msgspec.Struct, frozen=True):
    """What one provider's answers of a day took. `cost` is in US dollars, `seconds` of one answer on average."""

    day: str
    provider: str
    model: str
    prompt: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost: float
    seconds: float


class EstimateView(msgspec.Struct, frozen=True):
    """In US dollars, for the pictures that have no name from here yet. `measured` says that `each` is what answers cost
    lately, and not the most that one may cost."""

    images: int
    provider: str
    model: str
    each: float
    cost: float
    measured: bool
    says: str


@get("/budget", operation_id="getBudget", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def budget(request: _Asked) -> BudgetView:
    """What pictures may cost, what they have cost, and whether they may leave this machine."""
    return _budget(house_of(request), request.user)


@patch("/budget", operation_id="changeBudget", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def change(request: _Asked, data: JSONBody[BudgetChange]) -> BudgetView:
    """Hard limits per day and month: beyond them pictures wait. What waits goes on where it may now."""
    house, member = house_of(request), request.user
    with house.database.session(member.tenant_id) as session:
        known = budgets.choices(session, member.tenant_id)
        providers.decide(
            session,
            member.tenant_id,
            offline=known.offline if data.offline is msgspec.UNSET else bool(data.offline),
            per_day=known.per_day if data.per_day is msgspec.UNSET else millionths(data.per_day),
            per_month=known.per_month if data.per_month is msgspec.UNSET else millionths(data.per_month),
            actor=member.actor,
        )
    return _budget(house, member)


@get("/usage", operation_id="listUsage", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def usage(request: _Asked, days: _Days = 30) -> Listed[SpendingView]:
    """What the answers took, a row for each day, provider, model and prompt, the newest first."""
    since = budgets.periods(now() - timedelta(days=days - 1))[0]
    with house_of(request).database.reading(request.user.tenant_id) as session:
        return Listed([_spending(row) for row in budgets.spendings(session, request.user.tenant_id, since)])


@post(
    "/sources/{source_id:int}/estimate",
    operation_id="estimateSource",
    guards=[needs(Role.REVIEWER)],
    status_code=200,
    sync_to_thread=True,
)
def estimate(request: _Asked, source_id: Id) -> EstimateView:
    """Looks through the source and says what it would cost to look at all that has no name from here yet."""
    found = estimated(house_of(request), request.user, source_id)
    each, cost = found.each / budgets.DOLLAR, found.cost / budgets.DOLLAR
    return EstimateView(found.images, found.provider, found.model, each, cost, found.measured, str(found))


def estimated(house: House, member: Member, source_id: int) -> Estimate:
    """Raises NotFound, ConnectorError."""
    with house.database.reading(member.tenant_id) as session:
        source = sources.find(session, member.tenant_id, source_id)
        choices = sources.choices_of(source)
        own = profiles.settings_of(session, member.tenant_id, choices.profile)
    policy = choices.policy(backlog=True, vision=providers.CHAIN, own_profile=own)
    entries = list(house.connections.open(source).scan())
    with house.database.reading(member.tenant_id) as session:
        images = batches.to_be_looked_at(session, source, policy, entries)
    chain = house.providers.chain(member.tenant_id, policy.provider)
    return providers.estimate(chain, member.tenant_id, images, now())


def millionths(dollars: object) -> int | None:
    return None if dollars is None else round(float(str(dollars)) * budgets.DOLLAR)


def _budget(house: House, member: Member) -> BudgetView:
    with house.database.reading(member.tenant_id) as session:
        today, month = budgets.spent(session, member.tenant_id, now())
        offline = house.settings.offline or budgets.choices(session, member.tenant_id).offline
    return BudgetView(offline, _spent(today), _spent(month))


def _spent(spent: Spent) -> SpentView:
    limit = None if spent.limit is None else spent.limit / budgets.DOLLAR
    return SpentView(spent.cost / budgets.DOLLAR, spent.reserved / budgets.DOLLAR, limit, spent.exhausted)


def _spending(row: Spending) -> SpendingView:
    return SpendingView(
        day=row.day,
        provider=row.provider,
        model=row.model,
        prompt=row.prompt,
        calls=row.calls,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost=row.cost / budgets.DOLLAR,
        seconds=row.milliseconds / 1000 / max(row.calls, 1),
    )


ROUTES: list[Any] = [budget, change, usage, estimate]
