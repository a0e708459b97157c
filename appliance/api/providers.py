"""Providers: who looks at the pictures, in which order."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, patch, post
from litestar.datastructures import State
from litestar.params import JSONBody

from appliance import providers
from appliance.api.authentication import needs
from appliance.api.house import House, house_of
from appliance.api.listing import HIGHEST, Id, Listed
from appliance.auth import Member, Role
from appliance.errors import Invalid
from appliance.models import OwnProvider, now
from appliance.providers import kinds
from appliance.vision import VisionError, finding

_Asked = Request[Member, Any, State]


class ProviderView(msgspec.Struct, frozen=True):
    """`options` are those of its kind and of every kind, without secrets. `problem` is why it is not asked until
    somebody changes or tests it, `resting` why it is not before `rests_until`; "" where it is. `leaves` says that the
    pictures leave this machine."""

    id: int
    kind: str
    name: str
    options: dict[str, Any]
    problem: str
    resting: str
    rests_until: datetime | None
    leaves: bool


class NewProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`options` are those of its kind and of every kind, as `/provider-kinds` describes them."""

    kind: str
    name: str
    options: dict[str, Any] = {}  # msgspec copies it


class ProviderChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Only what is given is changed, secrets included."""

    name: str | None = None
    options: dict[str, Any] = {}  # msgspec copies it


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is asked first comes first; those that are not named come after them."""

    providers: Annotated[list[Annotated[int, msgspec.Meta(ge=1, le=HIGHEST)]], msgspec.Meta(max_length=100)]


class ProviderStep(msgspec.Struct, frozen=True):
    """One thing that was tried; `problem` says what is wrong and what to do, "" where nothing is."""

    name: str
    problem: str = ""


class ProviderTested(msgspec.Struct, frozen=True):
    """The steps up to the first that does not work, and what the answer cost in US dollars."""

    works: bool
    steps: list[ProviderStep]
    cost: float


class SeeingServerView(msgspec.Struct, frozen=True):
    """A server that answers on this machine or beside it; `models` can see, of `unsure` it does not say so."""

    make: str
    base_url: str
    models: list[str]
    unsure: list[str]


def shown(row: OwnProvider) -> ProviderView:
    resting = row.rests_until is not None and row.rests_until > now()
    return ProviderView(
        id=row.id,
        kind=row.kind,
        name=row.name,
        options=row.options | providers.terms_of(row),
        problem=row.problem,
        resting=row.rests_because if resting else "",
        rests_until=row.rests_until if resting else None,
        leaves=kinds.leaves(row.kind, row.options),
    )


@get("/provider-kinds", operation_id="listKindsOfProviders", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def every_kind() -> dict[str, dict[str, Any]]:
    """Each kind's options as a JSON Schema."""
    return {kind: kinds.schema(kind) for kind in kinds.names()}


@get("/providers", operation_id="listProviders", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def listed(request: _Asked) -> Listed[ProviderView]:
    """All of them, in the order in which they are asked."""
    with house_of(request).database.reading(request.user.tenant_id) as session:
        return Listed([shown(row) for row in providers.all_of(session, request.user.tenant_id)])


@post("/providers", operation_id="addProvider", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def add(request: _Asked, data: JSONBody[NewProvider]) -> ProviderView:
    """A provider at the end of the chain; it is not tested by that."""
    house = house_of(request)
    wanted = providers.asked(data.kind, data.name, data.options)
    with house.database.session(request.user.tenant_id) as session:
        row = providers.add(session, request.user.tenant_id, house.vault, wanted, actor=request.user.actor)
        return shown(row)


@get("/providers/found", operation_id="findServers", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def found() -> Listed[SeeingServerView]:
    """Servers on this machine, or in containers beside it, whose models could look at pictures. They are asked for
    their models, and never used unless somebody adds them."""
    return Listed(
        [SeeingServerView(one.make, one.base_url, list(one.models), list(one.unsure)) for one in finding.found()]
    )


@post(
    "/providers/order",
    operation_id="orderProviders",
    guards=[needs(Role.ADMIN)],
    status_code=200,
    sync_to_thread=True,
)
def order(request: _Asked, data: JSONBody[Order]) -> Listed[ProviderView]:
    """Who is asked first, and who in whose place."""
    tenant_id = request.user.tenant_id
    with house_of(request).database.session(tenant_id) as session:
        providers.reorder(session, tenant_id, data.providers, actor=request.user.actor)
        return Listed([shown(row) for row in providers.all_of(session, tenant_id)])


@get("/providers/{provider_id:int}", operation_id="getProvider", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def one(request: _Asked, provider_id: Id) -> ProviderView:
    """One provider: what was chosen for it, and how it fares."""
    with house_of(request).database.reading(request.user.tenant_id) as session:
        return shown(providers.find(session, request.user.tenant_id, provider_id))


@patch("/providers/{provider_id:int}", operation_id="changeProvider", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def change(request: _Asked, provider_id: Id, data: JSONBody[ProviderChange]) -> ProviderView:
    """Other options, or another name. What waits for it is asked about at once."""
    house = house_of(request)
    if data.name is not None and not data.name.strip():
        raise Invalid("“name” is empty: give the provider a name by which you know it.")
    with house.database.session(request.user.tenant_id) as session:
        row = providers.find(session, request.user.tenant_id, provider_id)
        wanted = providers.changed(row, house.vault, data.name or "", data.options)
        providers.change(session, row, house.vault, wanted, actor=request.user.actor)
        return shown(row)


@delete("/providers/{provider_id:int}", operation_id="removeProvider", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def remove(request: _Asked, provider_id: Id) -> None:
    """It is asked no more; what it has said stays."""
    with house_of(request).database.session(request.user.tenant_id) as session:
        row = providers.find(session, request.user.tenant_id, provider_id)
        providers.remove(session, row, actor=request.user.actor)


@post(
    "/providers/{provider_id:int}/test",
    operation_id="testProvider",
    guards=[needs(Role.ADMIN)],
    status_code=200,
    sync_to_thread=True,
)
def try_out(request: _Asked, provider_id: Id) -> ProviderTested:
    """Asks it what a drawing of ours shows, which may cost what an answer costs. Where it works, it is asked again."""
    return tested(house_of(request), request.user, provider_id)


def tested(house: House, member: Member, provider_id: int) -> ProviderTested:
    """Tries a provider, charges the answer, and lets it be asked again where it works."""
    with house.database.reading(member.tenant_id) as session:
        row = providers.find(session, member.tenant_id, provider_id)
        values = providers.options_of(row, house.vault)
        offline = providers.kept_here(session, member.tenant_id, always=house.settings.offline)
    try:
        tried = providers.tested(row.kind, values, offline=offline)
    except VisionError as error:
        return ProviderTested(False, [ProviderStep("It can be asked", str(error))], 0)
    with house.database.session(member.tenant_id) as session:
        providers.note_test(session, row, tried, now())
    steps = [ProviderStep(step.name, step.problem) for step in tried.steps]
    return ProviderTested(tried.works, steps, tried.usage.cost / providers.DOLLAR)


ROUTES: list[Any] = [every_kind, listed, add, found, order, one, change, remove, try_out]
