"""The places that are watched."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, QueryParameter
from sqlalchemy.orm import Session

from appliance import catalogue, kinds, providers, sources
from appliance.api import hooks, usage
from appliance.api.authentication import member_of, needs
from appliance.api.house import house_of
from appliance.api.listing import Id
from appliance.auth import Role
from appliance.errors import Invalid, NotFound, Problem
from appliance.jobs import receiving
from appliance.models import Source
from appliance.web import views
from appliance.web.pages import showing, telling
from appliance.web.pages.options import fields, values_of
from appliance.web.pages.showing import Asking
from appliance.web.views import Notice
from connectors.base import ConnectorError, Unproven

_SAYS = {
    "sftp": "Cameras and programs upload to this server, or photos on another one are renamed there.",
    "s3": "A bucket on Amazon S3, MinIO, SeaweedFS or another server that speaks S3.",
    "watchfolder": "A folder of this machine, or a share that is mounted here.",
    "wordpress": "The media library of a site. A plugin, to be downloaded here, changes names without breaking a page.",
}
_ACTS = {
    "scan": "All of it is looked through now.",
    "pause": "It is paused: nothing new is taken in.",
    "resume": "It is watched again.",
}
_Kind = Annotated[str, QueryParameter(name="kind")]


@get("/sources", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(request: Asking) -> Response[str]:
    with house_of(request).database.reading(member_of(request).tenant_id) as session:
        watched = sources.watched(session, member_of(request).tenant_id)
        view = views.Sources(sources=tuple(telling.health(session, source) for source in watched))
    return showing.page(request, view)


@get("/sources/new", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def new_page(request: Asking, kind: _Kind = "") -> Response[str]:
    chosen = kind or (kinds.names()[0] if len(kinds.names()) == 1 else "")
    return showing.page(request, _new(chosen, {}))


@post("/sources/new", guards=[needs(Role.ADMIN)], status_code=200)
async def add(request: Asking, kind: _Kind = "") -> Response[str]:
    values = values_of(kind, await showing.form_of(request))
    return await sync_to_thread(_add, request, kind, values)


def _add(request: Asking, kind: str, values: dict[str, Any]) -> Response[str]:
    member = member_of(request)
    try:
        source = _added(request, kind, values)
    except (Problem, ConnectorError) as problem:
        seen = problem.accepting if isinstance(problem, Unproven) else {}
        return showing.page(request, _new(kind, values | seen, problem=str(problem)), status=422)
    says = f"“{source.name}” is watched from now on."
    return showing.goes(request, f"/sources/{source.id}", Notice(says=says)) if member else showing.goes(request, "/")


def _added(request: Asking, kind: str, values: dict[str, Any]) -> Source:
    name = str(values.get("name", "")).strip()
    if not name:
        raise Invalid("“name” is missing: give the source a name by which you know it.")
    asked = kinds.asked(kind, {key: value for key, value in values.items() if key != "name"})
    sources.connect(kind, asked.options, house_of(request).settings.data).close()
    house, member = house_of(request), member_of(request)
    with house.database.session(member.tenant_id) as session:
        return sources.add(session, member.tenant_id, house.vault, asked.named(name), actor=member.actor)


@post("/sources/new/test", guards=[needs(Role.ADMIN)], status_code=200)
async def try_new(request: Asking, kind: _Kind = "") -> Response[str]:
    values = values_of(kind, await showing.form_of(request))
    return await sync_to_thread(_try_new, request, kind, values)


def _try_new(request: Asking, kind: str, values: dict[str, Any]) -> Response[str]:
    try:
        asked = kinds.asked(kind, {key: value for key, value in values.items() if key != "name"})
        steps = _steps(sources.tested(kind, asked.options, house_of(request).settings.data))
    except Invalid as problem:
        steps = (views.Step(label="The options", tone="bad", says=str(problem)),)
    if showing.is_part(request):
        return showing.part(request, "tests", steps=steps, test_at="")
    return showing.page(request, _new(kind, values, steps=steps))


@get("/sources/{source_id:int}", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def one(request: Asking, source_id: Id) -> Response[str]:
    return _shown(request, source_id)


@post("/sources/{source_id:int}", guards=[needs(Role.ADMIN)], status_code=200)
async def change(request: Asking, source_id: Id) -> Response[str]:
    form = await showing.form_of(request)
    return await sync_to_thread(_change, request, source_id, form)


def _change(request: Asking, source_id: int, form: Mapping[str, str]) -> Response[str]:
    house, member = house_of(request), member_of(request)
    with house.database.session(member.tenant_id) as session:
        source = sources.find(session, member.tenant_id, source_id)
        values = values_of(source.kind, form)
        name = str(values.pop("name"))
        try:
            asked = kinds.changed(source, sources.options_of(source, house.vault), values)
            sources.change(session, source, house.vault, asked.named(name), actor=member.actor)
        except Invalid as problem:
            return _shown(request, source_id, problem=str(problem), status=422)
    return showing.goes(request, f"/sources/{source_id}", Notice(says="Saved. It holds for what comes from now on."))


@post("/sources/{source_id:int}/test", guards=[needs(Role.REVIEWER)], status_code=200, sync_to_thread=True)
def try_out(request: Asking, source_id: Id) -> Response[str]:
    house, member = house_of(request), member_of(request)
    with house.database.reading(member.tenant_id) as session:
        source = sources.find(session, member.tenant_id, source_id)
    steps = _steps(sources.tested(source.kind, sources.options_of(source, house.vault), house.settings.data))
    if showing.is_part(request):
        return showing.part(request, "tests", steps=steps, test_at=f"/sources/{source_id}/test")
    return _shown(request, source_id, steps=steps)


@post("/sources/{source_id:int}/estimate", guards=[needs(Role.REVIEWER)], status_code=200, sync_to_thread=True)
def estimate(request: Asking, source_id: Id) -> Response[str]:
    card = _estimated(request, source_id)
    if showing.is_part(request):
        return showing.part(request, "estimate", estimate=card)
    return _shown(request, source_id, estimate=card)


def _estimated(request: Asking, source_id: int) -> views.EstimateCard:
    card = views.EstimateCard(at=f"/sources/{source_id}/estimate")
    try:
        found = usage.estimated(house_of(request), member_of(request), source_id)
    except ConnectorError as error:
        card.problem = str(error)
        return card
    who = " · ".join(filter(None, [found.provider, found.model]))
    costs = [
        ("Photos without a name from here", f"{found.images:,}"),
        ("Looked at by", who),
        ("Each", _dollars(found.each, 4)),
        ("All of them", _dollars(found.cost, 2)),
    ]
    card.facts = tuple(views.Fact(label=label, value=value) for label, value in costs)
    card.says = _how(found)
    return card


def _dollars(millionths: int, digits: int) -> str:
    return f"${millionths / providers.DOLLAR:,.{digits}f}" if millionths else "nothing"


def _how(found: providers.Estimate) -> str:
    if not found.each:
        return "An engine on this machine, a server without known prices, or nobody looks at them."
    if found.measured:
        return "By what its answers cost in the last 30 days. Photos whose bytes it has described already cost less."
    return "The most that it can cost, since none of its answers was measured yet."


@post("/sources/{source_id:int}/remove", guards=[needs(Role.ADMIN)], status_code=200, sync_to_thread=True)
def remove(request: Asking, source_id: Id) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.session(member.tenant_id) as session:
        source = sources.find(session, member.tenant_id, source_id)
        sources.remove(session, source, actor=member.actor)
        says = f"“{source.name}” is watched no longer; its files stay as they are, and its history remains."
    return showing.goes(request, "/sources", Notice(says=says))


@post("/sources/{source_id:int}/{act:str}", guards=[needs(Role.REVIEWER)], status_code=200, sync_to_thread=True)
def act(request: Asking, source_id: Id, act: FromPath[str]) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.session(member.tenant_id) as session:
        sources.act(session, sources.find(session, member.tenant_id, source_id), act, actor=member.actor)
    return showing.goes(request, _back(request, f"/sources/{source_id}"), Notice(says=_ACTS[act]))


def _back(request: Asking, otherwise: str) -> str:
    """To the list, where the form stood there."""
    return "/sources" if request.headers.get("referer", "").rstrip("/").endswith("/sources") else otherwise


def _new(
    kind: str, values: Mapping[str, Any], *, problem: str = "", steps: tuple[views.Step, ...] = ()
) -> views.NewSource:
    offered = tuple(
        views.Kind(name=name, label=telling.KINDS.get(name, name), says=_SAYS.get(name, ""), chosen=name == kind)
        for name in kinds.names()
    )
    if not kind:
        return views.NewSource(kinds=offered)
    own, shared = fields(kind, values)
    companion = f"/plugins/{kind}.zip" if kinds.companion(kind) else ""
    return views.NewSource(
        kinds=offered, options=own, choices=shared, problem=problem, steps=steps, companion=companion
    )


def _shown(
    request: Asking,
    source_id: int,
    *,
    problem: str = "",
    steps: tuple[views.Step, ...] = (),
    estimate: views.EstimateCard | None = None,
    status: int = 200,
) -> Response[str]:
    tenant_id = member_of(request).tenant_id
    may_ask = member_of(request).may(Role.REVIEWER)
    asked_at = views.EstimateCard(at=f"/sources/{source_id}/estimate") if may_ask else None
    with house_of(request).database.reading(tenant_id) as session:
        source = sources.find(session, tenant_id, source_id)
        kept = dict.fromkeys(sources.secrets_there(source, house_of(request).vault), True)
        own, shared = fields(source.kind, kept | source.options | source.choices | {"name": source.name}, new=False)
        view = views.SourceDetail(
            source=telling.health(session, source),
            paused=source.paused,
            facts=(*_facts(session, source), *_uploads(request, source)),
            options=own,
            choices=shared,
            steps=steps,
            estimate=estimate or asked_at,
            batches=_batches(session, source),
            problem=problem,
            companion=f"/plugins/{source.kind}.zip" if kinds.companion(source.kind) else "",
            hook=_hook(request, source),
        )
        return showing.page(request, view, status=status)


def _facts(session: Session, source: Source) -> tuple[views.Fact, ...]:
    numbers = catalogue.of_source(session, source)
    looked = views.Fact(label="Looked through", value="not yet", at=source.scanned_at)
    counts = (
        ("Photos", numbers.all),
        ("Renamed", numbers.renamed),
        ("Wait for review", numbers.waiting),
        ("Under way", numbers.under_way),
        ("Need attention", numbers.attention),
    )
    return (looked, *(views.Fact(label=label, value=str(number)) for label, number in counts))


def _uploads(request: Asking, source: Source) -> tuple[views.Fact, ...]:
    told = receiving.told(house_of(request).settings, source)
    return tuple(views.Fact(label=label, value=value) for label, value in told)


def _hook(request: Asking, source: Source) -> str:
    if not member_of(request).may(Role.ADMIN) or not hooks.is_called(source):
        return ""
    return hooks.address(house_of(request), source)


def _batches(session: Session, source: Source) -> tuple[views.BatchLine, ...]:
    lines = []
    for batch in catalogue.batches_of(session, source, limit=8):
        numbers = catalogue.counts(session, source.tenant_id, catalogue.Wanted(batch_id=batch.id))
        state, tone = telling.batch_state(batch, numbers)
        renamed = catalogue.renamed(session, source.tenant_id, batch_id=batch.id)
        says = f"{sum(numbers.values())} photos, {renamed} renamed"
        lines.append(
            views.BatchLine(
                id=batch.id, label=telling.label(batch), says=says, tone=tone, state=state, at=batch.created_at
            )
        )
    return tuple(lines)


def _steps(tried: Sequence[sources.Step]) -> tuple[views.Step, ...]:
    return tuple(
        views.Step(label=step.name, tone="bad" if step.problem else "good", says=step.problem) for step in tried
    )


@get("/plugins/{file:str}", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def companion(file: FromPath[str]) -> Response[bytes]:
    """What is to be installed on the other side."""
    found = kinds.companion(file.removesuffix(".zip"))
    if found is None or not found.is_file():
        raise NotFound(f"There is no plugin {file} here: `make assets` builds it.")
    headers = {"Content-Disposition": 'attachment; filename="image-renamer.zip"'}
    return Response(found.read_bytes(), media_type="application/zip", headers=headers)


ROUTES: list[Any] = [companion, page, new_page, add, try_new, one, change, try_out, estimate, remove, act]
