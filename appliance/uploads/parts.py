"""Big files that a bucket puts together of parts."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from appliance.errors import Invalid
from appliance.models import Upload
from appliance.sources import name_of
from appliance.storage import InParts, Storage

SIZE = 64 << 20  # bytes of each part but the last

logger = logging.getLogger(__name__)


def begin(storage: Storage, row: Upload) -> str:
    """The number under which the parts are put together; "" where the file comes in one piece."""
    blobs = storage.blobs
    if row.multipart or row.size <= SIZE or not isinstance(blobs, InParts):
        return row.multipart
    return blobs.begin(_blob(storage, row))


def addresses(storage: Storage, row: Upload, lasts: timedelta) -> list[str]:
    """Where each part is put, in order; none where the file comes in one piece."""
    blobs = storage.blobs
    if not row.multipart or not isinstance(blobs, InParts):
        return []
    count = -(-row.size // SIZE)
    name = _blob(storage, row)
    return [blobs.address_of_part(name, row.multipart, number, lasts) for number in range(1, count + 1)]


def put_together(storage: Storage, row: Upload, etags: Sequence[str]) -> None:
    """Safe to repeat. Raises Invalid where the parts are not those that came."""
    blobs = storage.blobs
    if not row.multipart or not etags or not isinstance(blobs, InParts):
        return
    name = _blob(storage, row)
    if blobs.has(name):
        return
    try:
        blobs.finish(name, row.multipart, etags)
    except OSError as error:
        raise Invalid(f"“{name_of(row.path)}” cannot be put together of these parts: {error.strerror}.") from error


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Parts in a bucket of which no file was made."""

    blob: str
    number: str


def unfinished(storage: Storage, row: Upload) -> Unfinished | None:
    """What is left of a file of which nothing more is wanted."""
    return Unfinished(_blob(storage, row), row.multipart) if row.multipart and row.arrived_at is None else None


def give_up(storage: Storage, left: Unfinished | None) -> None:
    """What came of it goes; where that fails, the bucket's own rules have to see to it."""
    blobs = storage.blobs
    if left is None or not isinstance(blobs, InParts):
        return
    try:
        blobs.give_up(left.blob, left.number)
    except OSError as error:
        logger.warning("The parts of %s stay in the bucket: %s", left.blob, error)


def _blob(storage: Storage, row: Upload) -> str:
    return storage.uploads.name(row.tenant_id, row.batch_id, row.blob)
