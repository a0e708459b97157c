"""Hooks: where the servers of sources tell of changes."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import State
from litestar.params import PathParameter

from appliance import sources
from appliance.api.authentication import needs
from appliance.api.house import House, house_of
from appliance.api.listing import Id
from appliance.auth import Member, Role
from appliance.errors import NotFound
from appliance.models import Source
from appliance.sources import hooks

PATH = "/api/v1/hooks"
Key = Annotated[str, PathParameter(description="what makes the address secret")]
SiteKey = Annotated[str, PathParameter(min_length=1, max_length=200, description="the key of the site")]
_LARGEST = 1 << 20  # bytes
_LARGEST_OF_SITE = 64 << 10

_Asked = Request[Member, Any, State]


class Hook(msgspec.Struct, frozen=True):
    """Whoever knows `url` can make the source be looked through, and nothing else."""

    url: str


@post(
    "/hooks/s3/{key:str}",
    operation_id="tellOfBucket",
    opt={"public": True},
    status_code=204,
    request_max_body_size=_LARGEST,
)
async def of_bucket(request: Request[Member | None, Any, State], key: Key) -> None:
    """A bucket's server tells of changes: S3's records as JSON, also as Amazon SNS and EventBridge pass them on."""
    await sync_to_thread(_take, house_of(request), key, await request.body())


def _take(house: House, key: str, body: bytes) -> None:
    with house.database.system_session() as session:
        source = hooks.find(session, "s3", key, house.vault)
        hooks.hint(session, source, hooks.told(source, house.vault, body))


@get("/sources/{source_id:int}/hook", operation_id="getHookOfSource", guards=[needs(Role.ADMIN)], sync_to_thread=True)
def of_source(request: _Asked, source_id: Id) -> Hook:
    """The secret address at which the source's server tells of changes, where its options want that."""
    house = house_of(request)
    with house.database.reading(request.user.tenant_id) as session:
        source = sources.find(session, request.user.tenant_id, source_id)
    return Hook(address(house, source))


def is_called(source: Source) -> bool:
    return source.options.get("notifications") == "webhook"


def address(house: House, source: Source) -> str:
    """Raises NotFound where nobody is to call."""
    if not is_called(source):
        raise NotFound(f"“{source.name}” is not told of changes by calls: set notifications=webhook.")
    return f"{house.settings.base_url}{PATH}/{source.kind}/{hooks.key_of(source, house.vault)}"


@post(
    "/hooks/wordpress/{site_key:str}",
    operation_id="hearWordPress",
    status_code=200,
    request_max_body_size=_LARGEST_OF_SITE,
    opt={"public": True, "signed": True},
)
async def of_site(request: Request[Member | None, Any, State], site_key: SiteKey) -> dict[str, bool]:
    """A WordPress site says that something came; what, is asked there. Signed by its plugin, and good for once."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = await request.body()
    await sync_to_thread(_hear, house_of(request), site_key, headers, body)
    return {"heard": True}


def _hear(house: House, key: str, headers: dict[str, str], body: bytes) -> None:
    with house.database.system_session() as session:
        sources.heard(session, house.vault, "wordpress", key, headers, body)


ROUTES: list[Any] = [of_bucket, of_source, of_site]
