"""Uploads: photos that are brought here and taken away with better names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post, put
from litestar.concurrency import sync_to_thread
from litestar.datastructures import State
from litestar.params import HeaderParameter, JSONBody, PathParameter, QueryParameter
from litestar.response import Stream

from appliance import uploads
from appliance.api import bodies
from appliance.api.authentication import needs
from appliance.api.batches import BatchView, looked_up
from appliance.api.bringing import Bringing
from appliance.api.house import House, house_of
from appliance.api.listing import Id
from appliance.auth import Member, Role
from appliance.errors import Invalid, TooLarge
from appliance.models import Upload
from appliance.storage import blobs

PATH = "/api/v1/uploads"
ZIP = "application/zip"
ANYTHING = "application/octet-stream"
_LARGEST_JSON = 64 << 10

_Asked = Request[Member, Any, State]
Name = Annotated[str, PathParameter(min_length=1, max_length=1000, description="the name of the file")]
Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="the same for each repetition of one request, for a day; a repetition makes no second batch",
    ),
]
_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}}
_TAKES_FILES = {"takes_files": True}


class Received(msgspec.Struct, frozen=True):
    """`name` is what it is called here: without what could not be a name on any disk."""

    name: str
    size: int
    sha256: str


class Announcing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    files: Annotated[list[uploads.Announced], msgspec.Meta(min_length=1, max_length=1000)]


class Places(msgspec.Struct, frozen=True):
    """In the order of the files."""

    files: list[uploads.Place]


class Finishing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`parts` has the ETags of the parts of big files, in order, by name. `without_missing` goes on without what was
    announced and has not come."""

    parts: dict[str, list[Annotated[str, msgspec.Meta(max_length=200)]]] = {}
    without_missing: bool = False


@post(
    "/batches",
    operation_id="upload",
    guards=[needs(Role.REVIEWER)],
    request_max_body_size=None,
    opt=_TAKES_FILES
    | {
        "body": {
            "multipart/form-data": {"type": "object", "properties": {"files": _FILES}},
            "application/json": {"$ref": "#/components/schemas/Wanted"},
        }
    },
)
async def opened(request: _Asked, key: Key = None) -> BatchView:
    """A form with all files, whose other fields come before them and say how they are named: they are named at once.
    JSON with such fields opens an empty upload, to which files are sent one by one until it is finished."""
    if request.content_type[0] == "application/json":
        return await _opened_empty(request, key)
    form = await Bringing(request, key).all()
    return await sync_to_thread(looked_up, house_of(request), request.user.tenant_id, form.batch.id)


async def _opened_empty(request: _Asked, key: str | None) -> BatchView:
    house, member = house_of(request), request.user
    if bodies.announced_size(request) > _LARGEST_JSON:
        raise TooLarge("The body is too long for a few choices.")
    begin = partial(uploads.begin, house.database, member.tenant_id, wanted_in(await request.body()))
    batch = await sync_to_thread(partial(begin, key=key, actor=member.actor))
    return await sync_to_thread(looked_up, house, member.tenant_id, batch.id)


def wanted_in(body: bytes) -> uploads.Wanted:
    """Raises Invalid."""
    try:
        return msgspec.json.decode(body or b"{}", type=uploads.Wanted)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Invalid(f"The body: {error}.") from error


@put(
    "/batches/{batch_id:int}/files/{name:str}",
    operation_id="uploadFile",
    guards=[needs(Role.REVIEWER)],
    request_max_body_size=None,
    opt=_TAKES_FILES | {"body": {ANYTHING: {"type": "string", "format": "binary"}}},
)
async def put_file(request: _Asked, batch_id: Id, name: Name) -> Received:
    """One file, as the raw body. The same bytes under the same name once more are taken for a repetition; other bytes
    never take its place."""
    house, tenant_id = house_of(request), request.user.tenant_id
    limits = uploads.Limits.of(house.settings)
    called = await sync_to_thread(_admitted, house, tenant_id, batch_id, name, limits)
    async with _body(request, house, called, limits) as arrived:
        receive = partial(uploads.receive, house.database, house.storage, tenant_id, batch_id)
        known = await sync_to_thread(receive, name, arrived, limits)
        return Received(known, arrived.size, arrived.sha256)


def _admitted(house: House, tenant_id: int, batch_id: int, name: str, limits: uploads.Limits) -> str:
    with house.database.session(tenant_id) as session:
        return uploads.admit(session, tenant_id, batch_id, name, limits)


@asynccontextmanager
async def _body(
    request: Request[Any, Any, Any], house: House, name: str, limits: uploads.Limits
) -> AsyncIterator[uploads.Arrived]:
    folder = await sync_to_thread(uploads.arriving_in, house.settings.data)
    async with bodies.one_file(request, folder, name, limits) as arrived:
        yield arrived


@post(
    "/batches/{batch_id:int}/files",
    operation_id="announceFiles",
    guards=[needs(Role.REVIEWER)],
    status_code=200,
    opt=_TAKES_FILES,
    sync_to_thread=True,
)
def announced(request: _Asked, batch_id: Id, data: JSONBody[Announcing]) -> Places:
    """Files that are to come. Each gets an address to which it is put: one of the bucket, past this server, where the
    storage is one, and else one of this server; neither asks for a token."""
    house = house_of(request)
    desk = uploads.Desk(house.database, house.storage, house.vault, f"{house.settings.base_url}{PATH}")
    limits = uploads.Limits.of(house.settings)
    return Places(uploads.announce(desk, request.user.tenant_id, batch_id, data.files, limits))


@put(
    "/uploads/{upload_id:int}",
    operation_id="putAnnouncedFile",
    request_max_body_size=None,
    opt=_TAKES_FILES | {"public": True, "body": {ANYTHING: {"type": "string", "format": "binary"}}},
)
async def put_announced(
    request: Request[Member | None, Any, State],
    upload_id: Id,
    key: Annotated[str, QueryParameter(max_length=200, description="what makes the address good, for an hour")],
) -> Received:
    """The raw body of a file that was announced, at the address that it was given."""
    house = house_of(request)
    row = await sync_to_thread(_place_at, house, upload_id, key)
    limits = uploads.Limits.of(house.settings)
    async with _body(request, house, row.given, limits) as arrived:
        if arrived.size != row.size:
            raise Invalid(f"“{row.given}” was announced with {row.size} bytes, and {arrived.size} came.")
        receive = partial(uploads.receive, house.database, house.storage, row.tenant_id, row.batch_id)
        known = await sync_to_thread(receive, row.given, arrived, limits)
        return Received(known, arrived.size, arrived.sha256)


def _place_at(house: House, upload_id: int, key: str) -> Upload:
    with house.database.system_session() as session:
        return uploads.place_at(session, house.vault, upload_id, key)


@post(
    "/batches/{batch_id:int}/finish",
    operation_id="finishUpload",
    guards=[needs(Role.REVIEWER)],
    status_code=200,
    sync_to_thread=True,
)
def finished(request: _Asked, batch_id: Id, data: JSONBody[Finishing]) -> BatchView:
    """Nothing more comes: what has arrived is named. Safe to repeat."""
    house, member = house_of(request), request.user
    finish = partial(uploads.finish, house.database, house.storage, member.tenant_id, batch_id)
    house.ring(finish(etags=data.parts, without_missing=data.without_missing, actor=member.actor))
    return looked_up(house, member.tenant_id, batch_id)


@get(
    "/batches/{batch_id:int}/files/{name:str}",
    operation_id="downloadFile",
    guards=[needs(Role.VIEWER)],
    media_type=ANYTHING,
    sync_to_thread=True,
)
def fetched(request: _Asked, batch_id: Id, name: Name) -> Response[Any]:
    """An uploaded file, by its present name; from a bucket by an address of its own, to which the answer leads."""
    house, tenant_id = house_of(request), request.user.tenant_id
    with house.database.reading(tenant_id) as session:
        one = uploads.named(session, tenant_id, batch_id, name)
    past = house.storage.uploads.address_of(tenant_id, batch_id, one.blob, called=one.new)
    if past is not None:
        return Response(b"", status_code=307, headers={"Location": past})
    headers = {"Content-Disposition": blobs.attached(one.new), "Content-Length": str(one.size)}
    return Stream(uploads.read(house.storage, one), media_type=ANYTHING, headers=headers)


@get(
    "/batches/{batch_id:int}/download.zip",
    operation_id="downloadBatch",
    guards=[needs(Role.VIEWER)],
    media_type=ZIP,
    sync_to_thread=True,
)
def zipped(request: _Asked, batch_id: Id) -> Stream:
    """All files of an upload by their present names, but those that are not safe to open."""
    house, tenant_id = house_of(request), request.user.tenant_id
    with house.database.reading(tenant_id) as session:
        files = uploads.packed(session, tenant_id, batch_id)
    headers = {"Content-Disposition": f'attachment; filename="photos-{batch_id}.zip"'}
    return Stream(uploads.archive(house.storage, files), media_type=ZIP, headers=headers)


ROUTES: list[Any] = [opened, put_file, announced, put_announced, finished, fetched, zipped]
