"""Profiles of names and their lists of words."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath

from appliance import naming, profiles
from appliance.api.authentication import member_of, needs
from appliance.api.house import house_of
from appliance.auth import Role
from appliance.errors import Problem
from appliance.web import forms, views, wording
from appliance.web.pages import naming as names
from appliance.web.pages import showing
from appliance.web.pages.showing import Asking
from appliance.web.views import Notice

HERE = "/profiles"
NEW = f"{HERE}/new"
_PAIRS = ("brands", "synonyms")


def _says(text: str) -> Any:
    return msgspec.Meta(description=text)


class Form(msgspec.Struct, frozen=True):
    """What the page asks for; `based_on` is what counts wherever nothing is filled in."""

    name: Annotated[str, _says("1 to 40 of the letters a to z, digits and hyphens, such as shop")]
    based_on: Annotated[Literal["web", "archive", "unicode"], _says("what counts where nothing else is said")] = "web"
    brands: Annotated[tuple[str, ...], _says("one a line, as you write it; H&M = hm says how it stands in a name")] = ()
    banned: Annotated[tuple[str, ...], _says("words and phrases that stand in no name, one a line")] = ()
    allowed: Annotated[tuple[str, ...], _says("if there are any, no other word of a model stands in a name")] = ()
    synonyms: Annotated[tuple[str, ...], _says("one a line: sofa = couch writes couch for sofa")] = ()
    most_words: Annotated[int | None, _says("a name never has more words, 1 to 12")] = None
    most_characters: Annotated[int | None, _says("a name is never longer, 12 to 200")] = None
    dated: Annotated[Literal["", "yes", "no"], _says("names begin with the day on which the photo was taken")] = ""
    ascii: Annotated[Literal["", "yes", "no"], _says("names have only the letters a to z")] = ""


_FIRST = ("based_on", "brands", "banned", "allowed", "synonyms")


@get(HERE, guards=[needs(Role.VIEWER)], sync_to_thread=True)
def page(request: Asking) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.reading(member.tenant_id) as session:
        own = profiles.all_of(session, member.tenant_id)
    view = views.Profiles(
        tabs=names.tabs(HERE),
        own=tuple(_line(name, settings) for name, settings in own.items()),
        usual=tuple(_line(name, naming.profiles.to_mapping(one)) for name, one in naming.PROFILES.items()),
        may_change=member.may(Role.ADMIN),
    )
    return showing.page(request, view)


def _line(name: str, settings: Mapping[str, Any]) -> views.ProfileLine:
    base = f"based on {settings['based_on']}" if settings.get("based_on") not in (None, name) else ""
    counted = [wording.count(len(settings[key]), *_COUNTED[key]) for key in _COUNTED if settings.get(key)]
    return views.ProfileLine(name=name, says=" · ".join(filter(None, [base, *counted])) or _USUAL.get(name, ""))


_COUNTED = {
    "brands": ("brand", "brands"),
    "banned": ("banned word", "banned words"),
    "allowed": ("allowed word", "allowed words"),
    "synonyms": ("synonym", "synonyms"),
}
_USUAL = {"web": "lower case, a to z, hyphens, 3 to 6 words"}


@get(NEW, guards=[needs(Role.ADMIN)], sync_to_thread=True)
def new_page(request: Asking) -> Response[str]:
    return showing.page(request, _form("", {}))


@get(f"{HERE}/{{name:str}}", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def one_page(request: Asking, name: FromPath[str]) -> Response[str]:
    member = member_of(request)
    with house_of(request).database.reading(member.tenant_id) as session:
        settings = profiles.settings_of(session, member.tenant_id, name)
    if settings is None:
        notice = Notice(says=f"“{name}” is in every installation; make one of your own on top of it.", tone="warm")
        return showing.goes(request, HERE, notice)
    return showing.page(request, _form(name, filled(name, settings)))


def _form(name: str, values: Mapping[str, Any], problem: str = "") -> views.ProfileForm:
    drawn = forms.fields(forms.schema(Form), values, first=_FIRST)
    shown = tuple(field for field in drawn if not name or field.name != "name")
    return views.ProfileForm(name=name, fields=shown, problem=problem)


def filled(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as the form shows them."""
    values = {key: value for key, value in settings.items() if key in Form.__struct_fields__}
    for key in _PAIRS:
        if isinstance(settings.get(key), Mapping):
            values[key] = [f"{word} = {other}" if other else word for word, other in settings[key].items()]
    for key in ("dated", "ascii"):
        if key in settings:
            values[key] = "yes" if settings[key] else "no"
    return values | {"name": name}


def settings_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody filled in, as a profile has it."""
    settings = {key: value for key, value in values.items() if key != "name" and value not in ("", [], ())}
    for key in _PAIRS:
        if key in settings:
            settings[key] = dict(_pairs(settings[key]))
    for key in ("dated", "ascii"):
        if key in settings:
            settings[key] = settings[key] == "yes"
    return settings


def _pairs(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        word, _, other = line.rpartition("=") if "=" in line else (line, "", "")
        yield word.strip(), other.strip()


@post(NEW, guards=[needs(Role.ADMIN)], status_code=200)
async def add(request: Asking) -> Response[str]:
    form = await showing.form_of(request)
    return await sync_to_thread(_put, request, "", forms.read(forms.schema(Form), form.items()))


@post(f"{HERE}/{{name:str}}", guards=[needs(Role.ADMIN)], status_code=200)
async def change(request: Asking, name: FromPath[str]) -> Response[str]:
    form = await showing.form_of(request)
    return await sync_to_thread(_put, request, name, forms.read(forms.schema(Form), form.items()))


def _put(request: Asking, name: str, values: dict[str, Any]) -> Response[str]:
    member = member_of(request)
    called = name or str(values.get("name", ""))
    kept: dict[str, Any] = {}
    try:
        with house_of(request).database.session(member.tenant_id) as session:
            if name:
                kept = _unasked(profiles.settings_of(session, member.tenant_id, name) or {})
            profiles.put(session, member.tenant_id, called, kept | settings_of(values), actor=member.actor)
    except Problem as problem:
        return showing.page(request, _form(name, values, str(problem)), status=422)
    return showing.goes(request, HERE, Notice(says=f"“{called}” is kept. New names are made like that."))


def _unasked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that the page does not ask for stay as they are."""
    return {key: value for key, value in settings.items() if key not in Form.__struct_fields__}


@post(f"{HERE}/{{name:str}}/remove", guards=[needs(Role.ADMIN)], status_code=200, sync_to_thread=True)
def remove(request: Asking, name: FromPath[str]) -> Response[str]:
    member = member_of(request)
    try:
        with house_of(request).database.session(member.tenant_id) as session:
            profiles.remove(session, member.tenant_id, name, actor=member.actor)
    except Problem as problem:
        return showing.goes(request, HERE, Notice(says=str(problem), tone="bad"))
    return showing.goes(request, HERE, Notice(says=f"“{name}” is removed; names that it made stay."))


ROUTES: list[Any] = [page, new_page, one_page, add, change, remove]
