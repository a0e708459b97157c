"""Why a picture cannot be opened, as its owner is told."""

from enum import StrEnum
from typing import NamedTuple


class Fault(StrEnum):
    EMPTY = "empty"
    NO_IMAGE = "no-image"
    TRUNCATED = "truncated"  # it ends before its picture does
    DAMAGED = "damaged"  # its format, but the pixels cannot be made out
    UNSUPPORTED = "unsupported"  # a variant of its format that is not read
    LYING = "lying"  # it begins like one format and is none
    TOO_MANY_PIXELS = "too-many-pixels"
    BOMB = "bomb"  # a small file that unpacks to a huge one
    TOO_MUCH_MEMORY = "too-much-memory"
    TOO_LONG = "too-long"
    CRASHED = "crashed"
    UNREADABLE_BYTES = "unreadable-bytes"  # the disk or the network did not give its bytes
    LATE = "late"  # the disk or the network, or a busy machine, took too long
    INTERRUPTED = "interrupted"  # the process that opens pictures went away


class _Meaning(NamedTuple):
    sentence: str
    permanent: bool = True
    quarantine: bool = False


_COPY_AGAIN = "copy it again from where it came"
_LEFT_ALONE = "It is left alone; open it only if you know where it came from"

_MEANINGS = {
    Fault.EMPTY: _Meaning(f"{{name}} is empty (0 bytes): {_COPY_AGAIN}."),
    Fault.NO_IMAGE: _Meaning(
        "{name} is no image that can be renamed by its content: JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF, BMP and "
        "cameras' raw files are read."
    ),
    Fault.TRUNCATED: _Meaning(f"{{name}} ends before its picture does: {_COPY_AGAIN}."),
    Fault.DAMAGED: _Meaning(f"{{name}} is damaged inside ({{detail}}): {_COPY_AGAIN}."),
    Fault.UNSUPPORTED: _Meaning(
        "{name} is of a rare variant of its format ({detail}), which is not readable: save a copy as JPEG or PNG."
    ),
    Fault.LYING: _Meaning(
        f"{{name}} begins like a {{detail}} file, but what follows is something else or damaged. {_LEFT_ALONE}.",
        quarantine=True,
    ),
    Fault.TOO_MANY_PIXELS: _Meaning(
        "{name} is {detail} pixels large; at most 100 million are opened. Save a smaller copy to have it named.",
        quarantine=True,
    ),
    Fault.BOMB: _Meaning(
        f"{{name}} holds data that unpack to far more than a picture's. {_LEFT_ALONE}.", quarantine=True
    ),
    Fault.TOO_MUCH_MEMORY: _Meaning(
        f"{{name}} needs more than 1.5 GiB of memory to open. {_LEFT_ALONE}.", quarantine=True
    ),
    Fault.TOO_LONG: _Meaning(
        f"{{name}} takes more than 8 seconds of computing to open. {_LEFT_ALONE}.", quarantine=True
    ),
    Fault.CRASHED: _Meaning(f"{{name}} made the decoder crash ({{detail}}). {_LEFT_ALONE}.", quarantine=True),
    Fault.UNREADABLE_BYTES: _Meaning(
        "{name} could not be read to its end ({detail}): check the disk or the network share.", permanent=False
    ),
    Fault.LATE: _Meaning(
        "{name} did not arrive within 12 seconds: check the disk or the network share, or try again when there is less "
        "to do.",
        permanent=False,
    ),
    Fault.INTERRUPTED: _Meaning(
        "The process that opens pictures ended while {name} was open: try again.", permanent=False
    ),
}


class Unreadable(Exception):
    """A sentence for the owner. `permanent` means that trying again is no use until the file changes; `quarantine`
    that the file tried to do harm or may have: nothing but a person should open it again."""

    def __init__(self, fault: Fault, name: str, detail: str = "") -> None:
        meaning = _MEANINGS[fault]
        super().__init__(meaning.sentence.format(name=name, detail=detail))
        self.fault = fault
        self.permanent = meaning.permanent
        self.quarantine = meaning.quarantine


class Refusal(Exception):
    """This file is not opened; said where it was tried."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.detail = detail
