"""Who looks at the pictures, in which order, and what that may cost."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, QueryParameter
from sqlalchemy.orm import Session

from appliance import providers
from appliance.api import providers as api
from appliance.api.authentication import member_of, needs
from appliance.api.house import house_of
from appliance.api.listing import Id
from appliance.api.usage import millionths
from appliance.auth import Role
from appliance.errors import Invalid, NotFound, Problem
from appliance.models import OwnProvider, Spending, now
from appliance.providers import DOLLAR, kinds
from appliance.vision import budgets, finding
from appliance.vision.budgets import Spent
from appliance.web import views
from appliance.web.pages import showing
from appliance.web.pages.showing import Asking
from appliance.web.pages.terms import exhausted, fields, line, values_of
from appliance.web.views import Notice, ProviderForm, Server, SpendingLine, Usage

_LABELS = {
    "openai": ("A model", "Ollama, LM Studio, llama.cpp, vLLM, OpenRouter, OpenAI and whoever speaks as it does."),
    "google": ("Google Vision", "Google's labels, objects and text; pictures leave this machine."),
    "local": ("The embedded engine", "On this machine, without an account; about twelve hundred words, in English."),
}
_DAYS = 30
_Text = Annotated[str, QueryParameter(max_length=300)]
_MOST_DOLLARS = 1_000_000


@get("/vision", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(request: Asking) -> Response[str]:
    return _shown(request)


@post("/vision/find", guards=[needs(Role.ADMIN)], status_code=200, sync_to_thread=True)
def find(request: Asking) -> Response[str]:
    """A form, since servers are asked by it."""
    return _shown(request, servers=tuple(server for one in finding.found() for server in _servers(one)))


def _servers(found: finding.Found) -> list[Server]:
    seeing = [Server(make=found.make, address=found.base_url, model=model) for model in found.models]
    unsure = [Server(make=found.make, address=found.base_url, model=model, sees=False) for model in found.unsure]
    return seeing + unsure


@post("/vision/budget", guards=[needs(Role.ADMIN)], status_code=200)
async def budget(request: Asking) -> Response[str]:
    return await sync_to_thread(_budget, request, await showing.form_of(request))


def _budget(request: Asking, form: Mapping[str, str]) -> Response[str]:
    member = member_of(request)
    try:
        per_day, per_month = (_dollars(form, name) for name in ("per_day", "per_month"))
    except Invalid as problem:
        return _shown(request, problem=str(problem), status=422)
    offline = form.get("offline") == "yes"
    with house_of(request).database.session(member.tenant_id) as session:
        providers.decide(
            session, member.tenant_id, offline=offline, per_day=per_day, per_month=per_month, actor=member.actor
        )
    return showing.goes(request, "/vision", Notice(says="Saved. It holds from now on."))


def _dollars(form: Mapping[str, str], name: str) -> int | None:
    text = form.get(name, "").strip().removeprefix("$")
    if not text:
        return None
    try:
        dollars = float(text.replace(",", "."))
    except ValueError:
        dollars = -1
    if not 0 <= dollars <= _MOST_DOLLARS:
        raise Invalid(f"“{text}” is no amount: give US dollars, such as 2.50, or nothing for no limit.")
    return millionths(dollars)


@get("/vision/new", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def new_page(request: Asking, kind: _Text = "", base_url: _Text = "", model: _Text = "") -> Response[str]:
    given = {"base_url": base_url, "model": model, "name": model}
    return showing.page(request, _form(kind, {name: value for name, value in given.items() if value}))


@post("/vision/new", guards=[needs(Role.ADMIN)], status_code=200)
async def add(request: Asking, kind: _Text = "") -> Response[str]:
    return await sync_to_thread(_add, request, kind, await showing.form_of(request))


def _add(request: Asking, kind: str, form: Mapping[str, str]) -> Response[str]:
    house, member = house_of(request), member_of(request)
    values = values_of(kind, form)
    name = str(values.pop("name", ""))
    try:
        wanted = providers.asked(kind, name, values)
        with house.database.session(member.tenant_id) as session:
            row = providers.add(session, member.tenant_id, house.vault, wanted, actor=member.actor)
            where = f"/vision/{row.id}"
    except Problem as problem:
        return showing.page(request, _form(kind, values | {"name": name}, problem=str(problem)), status=422)
    return showing.goes(request, where, Notice(says=f"“{name}” is asked about pictures from now on. Test it once."))


@get("/vision/{provider_id:int}", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def one(request: Asking, provider_id: Id) -> Response[str]:
    return _one(request, provider_id)


@post("/vision/{provider_id:int}", guards=[needs(Role.ADMIN)], status_code=200)
async def change(request: Asking, provider_id: Id) -> Response[str]:
    return await sync_to_thread(_change, request, provider_id, await showing.form_of(request))


def _change(request: Asking, provider_id: int, form: Mapping[str, str]) -> Response[str]:
    house, member = house_of(request), member_of(request)
    try:
        with house.database.session(member.tenant_id) as session:
            row = providers.find(session, member.tenant_id, provider_id)
            values = values_of(row.kind, form)
            name = str(values.pop("name", ""))
            wanted = providers.changed(row, house.vault, name, _emptied(row.kind, form) | values)
            providers.change(session, row, house.vault, wanted, actor=member.actor)
    except NotFound:
        raise
    except Problem as problem:
        return _one(request, provider_id, problem=str(problem), status=422)
    return showing.goes(request, f"/vision/{provider_id}", Notice(says="Saved. It holds from now on."))


def _emptied(kind: str, form: Mapping[str, str]) -> dict[str, Any]:
    """What may be nothing at all, and was emptied."""
    rules = kinds.schema(kind)["properties"]
    return {
        name: None
        for name, rule in rules.items()
        if form.get(name) == "" and any(one.get("type") == "null" for one in rule.get("anyOf", ()))
    }


@post("/vision/{provider_id:int}/test", guards=[needs(Role.ADMIN)], status_code=200, sync_to_thread=True)
def try_out(request: Asking, provider_id: Id) -> Response[str]:
    tested = api.tested(house_of(request), member_of(request), provider_id)
    steps = tuple(
        views.Step(label=step.name, tone="bad" if step.problem else "good", says=step.problem) for step in tested.steps
    )
    if showing.is_part(request):
        return showing.part(request, "tests", steps=steps, test_at=f"/vision/{provider_id}/test", about=_ABOUT)
    return _one(request, provider_id, steps=steps)


_ABOUT = "Asks what a drawing of ours shows. That may cost as much as one photo."


@post("/vision/{provider_id:int}/remove", guards=[needs(Role.ADMIN)], status_code=200, sync_to_thread=True)
def remove(request: Asking, provider_id: Id) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.session(member.tenant_id) as session:
        row = providers.find(session, member.tenant_id, provider_id)
        providers.remove(session, row, actor=member.actor)
        says = f"“{row.name}” is asked no more. What it has said of your photos stays."
    return showing.goes(request, "/vision", Notice(says=says))


@post("/vision/{provider_id:int}/{act:str}", guards=[needs(Role.ADMIN)], status_code=200, sync_to_thread=True)
def move(request: Asking, provider_id: Id, act: FromPath[str]) -> Response[str]:
    """Up or down by one."""
    member = member_of(request)
    if act not in {"up", "down"}:
        raise NotFound(f"A provider cannot “{act}”; it can go up and down.")
    with house_of(request).database.session(member.tenant_id) as session:
        providers.find(session, member.tenant_id, provider_id)
        ids = [row.id for row in providers.all_of(session, member.tenant_id)]
        here = ids.index(provider_id)
        there = max(here - 1, 0) if act == "up" else min(here + 1, len(ids) - 1)
        ids.insert(there, ids.pop(here))
        providers.reorder(session, member.tenant_id, ids, actor=member.actor)
    return showing.goes(request, "/vision")


def _shown(
    request: Asking, *, servers: tuple[Server, ...] | None = None, problem: str = "", status: int = 200
) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.reading(member.tenant_id) as session:
        rows = providers.all_of(session, member.tenant_id)
        today, month = budgets.spent(session, member.tenant_id, now())
        since = budgets.periods(now() - timedelta(days=_DAYS))[0]
        decided, always = budgets.choices(session, member.tenant_id).offline, house_of(request).settings.offline
        view = views.Vision(
            providers=tuple(line(row, rows, offline=decided or always) for row in rows),
            servers=servers,
            budgets=(*_meter("Today", today), *_meter("This month", month)),
            spent=(("Today", _told(today)), ("This month", _told(month))),
            offline=decided,
            always_offline=always,
            per_day=_amount(today.limit),
            per_month=_amount(month.limit),
            spendings=tuple(_spending(row) for row in budgets.spendings(session, member.tenant_id, since)),
            exhausted=exhausted(today, month),
            may=member.role.covers(Role.ADMIN),
            problem=problem,
        )
    return showing.page(request, view, status=status)


def _meter(label: str, spent: Spent) -> tuple[Usage, ...]:
    if not spent.limit:
        return ()
    return (Usage(label=label, says=_told(spent), used=min(spent.cost, spent.limit), whole=spent.limit),)


def _told(spent: Spent) -> str:
    limit = f" of ${spent.limit / DOLLAR:,.2f}" if spent.limit is not None else ""
    waiting = f", ${spent.reserved / DOLLAR:,.4f} set aside" if spent.reserved else ""
    return f"${spent.cost / DOLLAR:,.4f}{limit}{waiting}"


def _amount(limit: int | None) -> str:
    return "" if limit is None else f"{limit / DOLLAR:.2f}"


def _spending(row: Spending) -> SpendingLine:
    return SpendingLine(
        day=row.day,
        provider=row.provider,
        model=row.model,
        calls=row.calls,
        cost=f"${row.cost / DOLLAR:,.4f}",
        seconds=f"{row.milliseconds / 1000 / max(row.calls, 1):.1f} s",
    )


def _one(
    request: Asking, provider_id: int, *, problem: str = "", steps: tuple[views.Step, ...] = (), status: int = 200
) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.reading(member.tenant_id) as session:
        row = providers.find(session, member.tenant_id, provider_id)
        offline = house_of(request).settings.offline or budgets.choices(session, member.tenant_id).offline
        view = _detail(session, row, steps, problem, offline=offline)
    return showing.page(request, view, status=status)


def _detail(
    session: Session, row: OwnProvider, steps: tuple[views.Step, ...], problem: str, *, offline: bool
) -> ProviderForm:
    hidden = providers.secret_names(row.kind) if row.secrets else ()
    values = dict.fromkeys(hidden, True) | row.options | providers.terms_of(row) | {"name": row.name}
    own, terms = fields(row.kind, values)
    return ProviderForm(
        id=row.id,
        name=row.name,
        line=line(row, providers.all_of(session, row.tenant_id), offline=offline),
        kind=row.kind,
        options=own,
        terms=terms,
        steps=steps,
        problem=problem,
    )


def _form(kind: str, values: Mapping[str, Any], *, problem: str = "") -> ProviderForm:
    offered = tuple(
        views.Kind(name=name, label=_LABELS.get(name, (name, ""))[0], says=_LABELS[name][1], chosen=name == kind)
        for name in kinds.names()
    )
    if not kind:
        return ProviderForm(kinds=offered)
    own, terms = fields(kind, values)
    return ProviderForm(kinds=offered, kind=kind, options=own, terms=terms, problem=problem)


ROUTES: list[Any] = [page, find, budget, new_page, add, one, change, try_out, remove, move]
