"""What was renamed, when and from what."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from appliance import catalogue
from appliance.api.authentication import needs
from appliance.api.house import house_of
from appliance.api.images import ImageView, viewed
from appliance.api.listing import Cursor, Limit, Listed, OfBatch, OfSource, Text, after, cursor_of
from appliance.auth import Member, Role
from appliance.models import Rename, RenameState

_Asked = Request[Member, Any, State]


class RenameView(msgspec.Struct, frozen=True):
    """`state` is done, or undone where the old name is back. `report` is what else was changed on a site, and how that
    was proved: its files, rows by table, `unhandled` tables, and the new and old addresses that were fetched."""

    id: int
    image: int
    batch: int
    source: int
    before: str = msgspec.field(name="from")
    to: str
    state: RenameState
    done_at: datetime | None
    report: dict[str, Any] | None = None


def shown(row: Rename) -> RenameView:
    return RenameView(
        row.id,
        row.image_id,
        row.batch_id,
        row.source_id,
        row.from_path,
        row.to_path,
        row.state,
        row.done_at,
        row.report,
    )


class Found(msgspec.Struct, frozen=True):
    """The first of each; `/images` and `/history` list them all."""

    images: list[ImageView]
    renames: list[RenameView]


@get("/history", operation_id="listHistory", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def listed(
    request: _Asked,
    q: Text = "",
    source: OfSource = None,
    batch: OfBatch = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listed[RenameView]:
    """What was renamed, the newest first, also what was undone since."""
    tenant_id = request.user.tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        page = catalogue.history(
            session, tenant_id, text=q, source_id=source, batch_id=batch, after=after(cursor), limit=limit
        )
        return Listed([shown(row) for row in page.rows], cursor_of(page.next))


@get("/search", operation_id="search", guards=[needs(Role.VIEWER)], sync_to_thread=True)
def search(
    request: _Asked,
    q: Annotated[str, QueryParameter(min_length=1, max_length=200, description="a text in the old or the new name")],
    limit: Limit = 20,
) -> Found:
    """Images and renames with a text in their old or new names."""
    tenant_id = request.user.tenant_id
    with house_of(request).database.reading(tenant_id) as session:
        images = catalogue.images(session, tenant_id, catalogue.Wanted(text=q), limit=limit)
        renames = catalogue.history(session, tenant_id, text=q, limit=limit)
        return Found([viewed(image) for image in images.rows], [shown(row) for row in renames.rows])


ROUTES: list[Any] = [listed, search]
