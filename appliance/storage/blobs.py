"""What a place must do in which pictures and uploads are kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable
from urllib.parse import quote

from appliance import telemetry


@dataclass(frozen=True, slots=True)
class Kept:
    """One blob, by its name, with "/" between parts."""

    name: str
    size: int
    changed_at: datetime


@contextmanager
def noted(act: str) -> Iterator[None]:
    """Counts what fails."""
    try:
        yield
    except OSError:
        telemetry.EVERYWHERE.count(telemetry.STORAGE_ERRORS, act)
        raise


class Blobs(Protocol):
    """Safe to use from several threads and processes. What fails raises OSError. `origin` is the scheme and host of the
    addresses that it gives, "" where it gives none."""

    @property
    def origin(self) -> str: ...

    def put(self, name: str, data: BinaryIO) -> int:
        """Stores it whole or not at all, in place of what had the name; its size."""

    def adopt(self, name: str, file: Path) -> None:
        """Stores a finished file of this machine whole or not at all, and durably; the file is gone then."""

    def get(self, name: str) -> BinaryIO | None:
        """To be closed by the caller; None where there is none."""

    def has(self, name: str) -> bool: ...

    def drop(self, name: str) -> None:
        """Nothing happens where there is none."""

    def below(self, folder: str) -> Iterator[Kept]:
        """Everything in a folder and what is below it."""

    def address_to_get(self, name: str, lasts: timedelta, *, called: str = "") -> str | None:
        """Where anybody may fetch it for so long, without this server, as a file with that name; None where the bytes
        must go through this server."""

    def address_to_put(self, name: str, lasts: timedelta) -> str | None:
        """Likewise, where anybody may store it."""

    def problem(self) -> str:
        """What is wrong with the place, and what to do; "" where nothing is."""


@runtime_checkable
class InParts(Protocol):
    """An optional ability of a place: a big blob comes in parts, side by side and without this server."""

    def begin(self, name: str) -> str:
        """The number of an upload."""

    def address_of_part(self, name: str, upload: str, number: int, lasts: timedelta) -> str:
        """Where part `number`, from 1 on, is stored with PUT; its answer has the part's ETag. All but the last have at
        least 5 MiB."""

    def finish(self, name: str, upload: str, etags: Sequence[str]) -> None:
        """Of the ETags of all parts in order, the blob is made."""

    def give_up(self, name: str, upload: str) -> None:
        """What was stored of it goes."""


def attached(name: str) -> str:
    """The header that makes a browser store what it gets as a file with that name (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
