"""Changes of single stretches of a file, which can be turned round to the very same bytes."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Edit:
    """From `start` on, `old` gives way to `new`."""

    start: int
    old: bytes
    new: bytes


def made(contents: bytes, edits: Iterable[Edit]) -> bytes:
    """The contents with all of the edits, which do not overlap. Raises ValueError where they are of other contents."""
    parts: list[bytes] = []
    at = 0
    for edit in sorted(edits, key=_place):
        if edit.start < at or contents[edit.start : edit.start + len(edit.old)] != edit.old:
            raise ValueError("These edits are of another file.")
        parts += [contents[at : edit.start], edit.new]
        at = edit.start + len(edit.old)
    return b"".join([*parts, contents[at:]])


def turned_round(edits: Iterable[Edit]) -> list[Edit]:
    """What leads back, from the contents that these edits have made."""
    back: list[Edit] = []
    shift = 0
    for edit in sorted(edits, key=_place):
        back.append(Edit(edit.start + shift, edit.new, edit.old))
        shift += len(edit.new) - len(edit.old)
    return back


def trimmed(edit: Edit) -> Edit:
    """The same edit without what stays at both its ends."""
    head = _alike(edit.old, edit.new)
    old, new = edit.old[head:], edit.new[head:]
    tail = _alike(old[::-1], new[::-1])
    return Edit(edit.start + head, old[: len(old) - tail], new[: len(new) - tail])


def _alike(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    different = (at for at, (first, second) in enumerate(zip(one, other, strict=False)) if first != second)
    return next(different, min(len(one), len(other)))


def _place(edit: Edit) -> tuple[int, int]:
    """What is put in comes before what stands there."""
    return edit.start, len(edit.old)


def stored(edits: Sequence[Edit]) -> list[Any]:
    """As JSON can hold them."""
    return [[edit.start, base64.b64encode(edit.old).decode(), base64.b64encode(edit.new).decode()] for edit in edits]


def restored(rows: Iterable[Any]) -> list[Edit]:
    return [Edit(start, base64.b64decode(old), base64.b64decode(new)) for start, old, new in rows]
