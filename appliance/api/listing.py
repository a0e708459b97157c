"""Lists a page at a time, and the numbers and texts by which things are asked for."""

from collections.abc import Iterable
from typing import Annotated, Generic, TypeVar

import msgspec
from litestar.params import PathParameter, QueryParameter

from appliance.errors import Invalid

Item = TypeVar("Item")

HIGHEST = 2**31 - 1  # that the columns of numbers hold
MOST_AT_ONCE = 1000


class Listed(msgspec.Struct, Generic[Item], frozen=True):
    """`next` is the cursor for the following page, null on the last one."""

    items: list[Item]
    next: str | None = None


Id = Annotated[int, PathParameter(ge=1, le=HIGHEST, description="its number")]
Ids = Annotated[
    list[Annotated[int, msgspec.Meta(ge=1, le=HIGHEST)]],
    msgspec.Meta(max_length=MOST_AT_ONCE, description="numbers of images"),
]
OfSource = Annotated[int | None, QueryParameter(ge=1, le=HIGHEST, description="only of this source")]
OfBatch = Annotated[int | None, QueryParameter(ge=1, le=HIGHEST, description="only of this batch")]
Text = Annotated[str, QueryParameter(max_length=200, description="a text in the old or the new name")]
Cursor = Annotated[str | None, QueryParameter(description="`next` of the page before")]
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="how many at most")]


def after(cursor: str | None) -> int | None:
    """The id behind a cursor. Raises Invalid."""
    if cursor is None:
        return None
    number = number_in(cursor)
    if number is None:
        raise Invalid("That is no cursor: give the `next` of the page before.")
    return number


def number_in(text: str, highest: int = HIGHEST) -> int | None:
    """The number of a row, where the text is one."""
    short = text.isascii() and text.isdecimal() and len(text) <= len(str(highest))
    return int(text) if short and int(text) <= highest else None


def cursor_of(next_id: int | None) -> str | None:
    return None if next_id is None else str(next_id)


def word_of(words: Iterable[str]) -> PathParameter:
    """The last part of a path, which is one of these words; the handler itself refuses any other."""
    return PathParameter(schema_extra={"enum": list(words)})
