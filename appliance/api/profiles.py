"""Profiles of names: how names look, and which words may stand in them."""

from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, put
from litestar.datastructures import State
from litestar.params import JSONBody, PathParameter

from appliance import naming, profiles
from appliance.api.authentication import needs
from appliance.api.house import house_of
from appliance.api.listing import Listed
from appliance.auth import Member, Role

_Asked = Request[Member, Any, State]
_Name = Annotated[str, PathParameter(description="what the profile is called")]


class ProfileSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out is as in the profile that it is based on. `brands` are a list, or how each is written in a
    name, such as {"H&M": "hm"}; `synonyms` are words with what is written instead."""

    based_on: str | None = None
    ascii: bool | None = None
    dated: bool | None = None
    most_words: int | None = None
    usual_words: int | None = None
    most_characters: int | None = None
    usual_characters: int | None = None
    allowed: list[str] | None = None
    banned: list[str] | None = None
    brands: list[str] | dict[str, str] | None = None
    synonyms: dict[str, str] | None = None


class ProfileView(msgspec.Struct, frozen=True):
    """`own` is whether it is the tenant's; the others are in every installation and cannot be changed."""

    name: str
    own: bool
    settings: ProfileSettings


def _shown(name: str, settings: dict[str, Any] | None) -> ProfileView:
    said = naming.profiles.to_mapping(naming.PROFILES[name]) if settings is None else settings
    return ProfileView(name=name, own=settings is not None, settings=msgspec.convert(said, ProfileSettings))


@get("/profiles", operation_id="listProfiles", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def listed(request: _Asked) -> Listed[ProfileView]:
    """All of them: those that every installation has, then the tenant's own."""
    with house_of(request).database.reading(request.user.tenant_id) as session:
        own = profiles.all_of(session, request.user.tenant_id)
    return Listed([*(_shown(name, None) for name in naming.PROFILES), *(_shown(*one) for one in own.items())])


@get("/profiles/{name:str}", operation_id="getProfile", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def one(request: _Asked, name: _Name) -> ProfileView:
    """One of them, with its lists of words."""
    with house_of(request).database.reading(request.user.tenant_id) as session:
        return _shown(name, profiles.settings_of(session, request.user.tenant_id, name))


@put("/profiles/{name:str}", operation_id="putProfile", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def put_one(request: _Asked, name: _Name, data: JSONBody[ProfileSettings]) -> ProfileView:
    """Makes or changes one; what has begun keeps what it said before."""
    given = {key: value for key, value in msgspec.to_builtins(data).items() if value is not None}
    with house_of(request).database.session(request.user.tenant_id) as session:
        profiles.put(session, request.user.tenant_id, name, given, actor=request.user.actor)
    return _shown(name, given)


@delete("/profiles/{name:str}", operation_id="removeProfile", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def remove(request: _Asked, name: _Name) -> None:
    """Forgets one that no source uses; names that it made stay."""
    with house_of(request).database.session(request.user.tenant_id) as session:
        profiles.remove(session, request.user.tenant_id, name, actor=request.user.actor)


ROUTES: list[Any] = [listed, one, put_one, remove]
