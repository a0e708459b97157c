"""One change of one name, and how an attempt on an image and its companions ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from appliance import naming
from appliance.sources import folder_of, joined, name_of
from connectors.base import Entry


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the journal, as the worker holds it. `rewritten` is the SHA-256 that a sidecar has once it names the
    files around it by their new names; "" for a file whose bytes stay."""

    id: int
    from_path: str
    to_path: str
    size: int
    version: str
    sha256: str
    undoes_id: int | None = None
    companion: bool = False
    protocol: str = ""
    step: str = ""
    rewritten: str = ""

    @property
    def entry(self) -> Entry:
        return Entry(self.from_path, self.size, self.version)


def towards(moves: Sequence[Move], name: str) -> list[Move]:
    """An image's own move, then those of its companions, so that it gets that name and they follow; all stay in their
    folder."""
    old, folder = name_of(moves[0].from_path), folder_of(moves[0].from_path)
    names = [name, *(naming.companion_name(name_of(move.from_path), old, name) for move in moves[1:])]
    return [replace(move, to_path=joined(folder, new)) for move, new in zip(moves, names, strict=True)]


Step = Callable[[Move, str], None]


class LeaseLost(Exception):
    """Another worker has taken the image over; whatever is half done is theirs to finish."""


class Ending(StrEnum):
    """How an attempt on an image and its companions ended."""

    DONE = "done"  # all have their new names
    TAKEN = "taken"  # a new name exists already; all have their old names
    CHANGED = "changed"  # the bytes are not those that were looked at; all have their old names
    MISSING = "missing"  # a file is gone
    UNCLEAR = "unclear"  # the source failed in between: look at both names again later


@dataclass(frozen=True, slots=True)
class Result:
    """`rewritten` are the moves whose files have their new bytes; of DONE, `reason` says what was left as it was, and
    `reports` what else was done, by Move.id."""

    ending: Ending
    entries: dict[int, Entry] = field(default_factory=dict)  # the files under their new names, by Move.id
    rewritten: frozenset[int] = frozenset()
    reason: str = ""
    reports: dict[int, dict[str, Any]] = field(default_factory=dict)
    permanent: bool = False  # of UNCLEAR: trying again is no use until somebody changes something


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt whose rows are to be closed."""

    tenant_id: int
    moves: Sequence[Move]
    result: Result
