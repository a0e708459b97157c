"""Sources: the places that are watched."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, patch, post
from litestar.datastructures import State
from litestar.params import JSONBody

from appliance import catalogue, kinds, sources
from appliance.api.authentication import needs
from appliance.api.house import house_of
from appliance.api.listing import Id, Listed, word_of
from appliance.auth import Member, Role
from appliance.errors import Invalid
from appliance.models import Source
from connectors.base import ConnectorError

_Asked = Request[Member, Any, State]


class SourceView(msgspec.Struct, frozen=True):
    """`options` are without its secrets; `problem` is why it cannot be reached, "" while it can."""

    id: int
    kind: str
    name: str
    root: str
    options: dict[str, Any]
    paused: bool
    problem: str
    scanned_at: datetime | None
    waiting: int
    attention: int
    under_way: int
    renamed: int


class NewSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`options` are those of its kind and of every kind, as `/source-kinds` describes them."""

    kind: str
    name: str
    options: dict[str, Any]


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Only what is given is changed, secrets included. The place stays: add another source for another one."""

    name: str | None = None
    options: dict[str, Any] = {}  # msgspec copies it


class Step(msgspec.Struct, frozen=True):
    """One thing that was tried; `problem` says what is wrong and what to do, "" where nothing is."""

    name: str
    problem: str = ""


class Tested(msgspec.Struct, frozen=True):
    """The steps up to the first that does not work."""

    works: bool
    steps: list[Step]


def shown(source: Source, numbers: catalogue.Numbers) -> SourceView:
    return SourceView(
        id=source.id,
        kind=source.kind,
        name=source.name,
        root=source.root,
        options=source.options | source.choices,
        paused=source.paused,
        problem=source.problem,
        scanned_at=source.scanned_at,
        waiting=numbers.waiting,
        attention=numbers.attention,
        under_way=numbers.under_way,
        renamed=numbers.renamed,
    )


@get("/source-kinds", operation_id="listKindsOfSources", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def every_kind() -> dict[str, dict[str, Any]]:
    """Each kind's options as a JSON Schema."""
    return {kind: kinds.schema(kind) for kind in kinds.names()}


@get("/sources", operation_id="listSources", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def listed(request: _Asked) -> Listed[SourceView]:
    """All of them, the oldest first."""
    with house_of(request).database.reading(request.user.tenant_id) as session:
        watched = sources.watched(session, request.user.tenant_id)
        return Listed([shown(source, catalogue.of_source(session, source)) for source in watched])


@post("/sources", operation_id="addSource", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def add(request: _Asked, data: JSONBody[NewSource]) -> SourceView:
    """A source that is watched from now on."""
    asked = kinds.asked(data.kind, data.options)
    name = data.name.strip()
    if not name:
        raise Invalid("“name” is missing: give the source a name by which you know it.")
    wanted = asked.named(name)
    try:
        sources.connect(data.kind, asked.options, house_of(request).settings.data).close()
    except ConnectorError as error:
        raise Invalid(str(error)) from error
    house = house_of(request)
    with house.database.session(request.user.tenant_id) as session:
        source = sources.add(session, request.user.tenant_id, house.vault, wanted, actor=request.user.actor)
        return shown(source, catalogue.of_source(session, source))


@get("/sources/{source_id:int}", operation_id="getSource", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def one(request: _Asked, source_id: Id) -> SourceView:
    """One source: what was chosen for it, how it fares, and how many of its images wait or were renamed."""
    with house_of(request).database.reading(request.user.tenant_id) as session:
        source = sources.find(session, request.user.tenant_id, source_id)
        return shown(source, catalogue.of_source(session, source))


@patch("/sources/{source_id:int}", operation_id="changeSource", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def change(request: _Asked, source_id: Id, data: JSONBody[Change]) -> SourceView:
    """Other choices for what comes from now on, or another way to connect with the same place."""
    house = house_of(request)
    with house.database.session(request.user.tenant_id) as session:
        source = sources.find(session, request.user.tenant_id, source_id)
        if data.name is not None and not data.name.strip():
            raise Invalid("“name” is empty: give the source a name by which you know it.")
        asked = kinds.changed(source, sources.options_of(source, house.vault), data.options)
        sources.change(session, source, house.vault, asked.named(data.name or ""), actor=request.user.actor)
        return shown(source, catalogue.of_source(session, source))


@delete("/sources/{source_id:int}", operation_id="removeSource", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def remove(request: _Asked, source_id: Id) -> None:
    """It is watched no longer; its files stay as they are, and its history and undo remain."""
    with house_of(request).database.session(request.user.tenant_id) as session:
        source = sources.find(session, request.user.tenant_id, source_id)
        sources.remove(session, source, actor=request.user.actor)


@post(
    "/sources/{source_id:int}/test",
    operation_id="testSource",
    guards=[needs(Role.REVIEWER)],
    status_code=200,
    sync_to_thread=True,
)
def try_out(request: _Asked, source_id: Id) -> Tested:
    """Tries, step by step, whether files can be listed and renamed there."""
    house = house_of(request)
    with house.database.reading(request.user.tenant_id) as session:
        source = sources.find(session, request.user.tenant_id, source_id)
    tried = sources.tested(source.kind, sources.options_of(source, house.vault), house.settings.data)
    steps = [Step(step.name, step.problem) for step in tried]
    return Tested(not any(step.problem for step in steps), steps)


@post(
    "/sources/{source_id:int}/{act:str}",
    operation_id="actOnSource",
    guards=[needs(Role.REVIEWER)],
    status_code=200,
    sync_to_thread=True,
)
def act(request: _Asked, source_id: Id, act: Annotated[str, word_of(sources.ACTS)]) -> SourceView:
    """Scan (look through all of it now), pause or resume."""
    with house_of(request).database.session(request.user.tenant_id) as session:
        source = sources.find(session, request.user.tenant_id, source_id)
        sources.act(session, source, act, actor=request.user.actor)
        return shown(source, catalogue.of_source(session, source))


ROUTES: list[Any] = [every_kind, listed, add, one, change, remove, try_out, act]
