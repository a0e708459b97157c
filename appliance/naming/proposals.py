"""One image that wants a name, and what is proposed for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appliance.words import Description, Word


@dataclass(frozen=True, slots=True)
class Shot:
    name: str  # its present file name
    folder: str  # its folder's path relative to the source, "" for the root
    extension: str  # that agrees with its bytes, without a dot
    sha256: str
    description: Description
    taken_at: datetime | None = None  # by the camera's clock
    phash: int | None = None  # 64 bits
    camera: str = ""
    companions: tuple[str, ...] = ()  # the names of the files that follow it
    root: str = ""  # the name of the source's own folder, for an image that lies in it directly


class Verdict(StrEnum):
    RENAME = "rename"
    KEEP = "keep"  # its name is good already
    REVIEW = "review"  # not sure enough


@dataclass(frozen=True, slots=True)
class Proposal:
    """`name` is the new name; for KEEP the present one; for REVIEW what it would be, "" where nothing is left.

    The texts of `words`, joined by hyphens, are the stem of a name that was made here; those of each of `alternatives`
    are another one, which may be taken.
    """

    verdict: Verdict
    name: str
    words: tuple[Word, ...] = ()
    confidence: float = 0.0
    reason: str = ""  # a sentence for a person: why kept, why for review, what was special
    warnings: tuple[str, ...] = ()
    alternatives: tuple[tuple[Word, ...], ...] = ()
