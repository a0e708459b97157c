"""Lists, a page at a time: `{"items": […], "next": cursor}`."""

from typing import Annotated, Generic, TypeVar

import msgspec
from litestar.params import Parameter

from appliance.errors import Invalid

Item = TypeVar("Item")


class Listed(msgspec.Struct, Generic[Item], frozen=True):
    """`next` is the cursor for the following page, null on the last one."""

    items: list[Item]
    next: str | None = None


Cursor = Annotated[str | None, Parameter(query="cursor", description="`next` of the page before")]
Limit = Annotated[int, Parameter(query="limit", ge=1, le=200, description="how many at most")]


def after(cursor: str | None) -> int | None:
    """The id behind a cursor. Raises Invalid."""
    if cursor is None:
        return None
    if not cursor.isdecimal() or len(cursor) > 18:
        raise Invalid("That is no cursor: give the `next` of the page before.")
    return int(cursor)


def cursor(next_id: int | None) -> str | None:
    return None if next_id is None else str(next_id)
