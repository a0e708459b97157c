"""The names of a batch as a table, which a person may edit in a spreadsheet and give back."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance.errors import Invalid
from appliance.models import SHOWN, Batch, Image, ImageState
from appliance.sources import name_of

COLUMNS = ("image", "old", "new", "state", "reason", "alt")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # which a spreadsheet would reckon out
_LONGEST = 20_000  # lines


@dataclass(frozen=True, slots=True)
class Row:
    """One file: what it was called, and what it is called or, where that waits for a person, would be. `image_id` is
    None for what only follows an image."""

    image_id: int | None
    old: str
    new: str
    state: str = ""
    reason: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """What a person wants otherwise; None leaves it as it is."""

    image_id: int
    name: str | None
    alt: str | None


def row_of(image: Image, old: str) -> Row:
    waiting = image.state is ImageState.REVIEW
    proposed = (image.proposal or {}).get("name", "") if waiting else ""
    return Row(image.id, old, proposed or name_of(image.path), str(image.state), image.reason, image.alt)


def rows(session: Session, batch: Batch) -> list[Row]:
    """The images of a batch, the oldest first."""
    mine = select(Image).where(Image.tenant_id == batch.tenant_id, Image.batch_id == batch.id, SHOWN)
    return [row_of(image, name_of(image.original_path)) for image in session.scalars(mine.order_by(Image.id))]


def written(table: Iterable[Row]) -> str:
    """As CSV. What a spreadsheet would take for a formula is made a text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in table:
        cells = ("" if row.image_id is None else str(row.image_id), row.old, row.new, row.state, row.reason, row.alt)
        writer.writerow(map(_harmless, cells))
    return out.getvalue()


def edits(text: str, table: Iterable[Row]) -> list[Edited]:
    """What differs, in a table that was given back, from what it says now; other columns and lines that were left out
    count for nothing. Raises Invalid, which names the line."""
    known = {row.image_id: row for row in table if row.image_id is not None}
    found = (_edited(number, line, known) for number, line in enumerate(_lines(text), 2))
    return [one for one in found if one.name is not None or one.alt is not None]


def _lines(text: str) -> Sequence[Mapping[str, str | None]]:
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        lines = list(reader)
    except csv.Error as error:
        raise Invalid(f"Line {reader.line_num} of the table cannot be read: {error}.") from error
    names = reader.fieldnames or ()
    if "image" not in names or not {"new", "alt"} & set(names):
        raise Invalid("The table needs the columns “image”, and “new” or “alt”: edit the one that names.csv gives.")
    if len(lines) > _LONGEST:
        raise Invalid(f"The table has more than {_LONGEST} lines: give it in parts.")
    return lines


def _edited(number: int, line: Mapping[str, str | None], known: Mapping[int, Row]) -> Edited:
    said = (line.get("image") or "").strip()
    if not said:
        return Edited(0, None, None)  # it follows an image, whose name it takes
    row = known.get(int(said)) if said.isascii() and said.isdecimal() and len(said) < 11 else None
    if row is None or row.image_id is None:
        raise Invalid(f"Line {number} of the table: there is no image {said[:20]} in this batch.")
    name, alt = _plain(line.get("new")), _plain(line.get("alt"))
    return Edited(row.image_id, name if name and name != row.new else None, alt if alt not in {None, row.alt} else None)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _plain(text: str | None) -> str | None:
    """Without what made a text of a formula; None where there is no such column."""
    if text is None:
        return None
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULAS) else text
