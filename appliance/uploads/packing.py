"""What was uploaded goes back to its owner, under the new names, in one archive."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance.errors import NotFound
from appliance.models import LIVING, Batch, Image, ImageState, Upload
from appliance.reviews import sheets
from appliance.sources import name_of
from appliance.storage import Storage
from appliance.uploads.ending import has_gone
from appliance.uploads.receiving import look

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_AT_ONCE = 1 << 20  # bytes
_EARLIEST = 1980  # that the format can tell


@dataclass(frozen=True, slots=True)
class Packed:
    """One file of an archive: its owner's name for it, the one that it has now, and the image that it is, None for
    what only follows one."""

    tenant_id: int
    batch_id: int
    blob: str
    size: int
    at: datetime
    old: str
    new: str
    image: Image | None = None

    @property
    def row(self) -> sheets.Row:
        return sheets.row_of(self.image, self.old) if self.image else sheets.Row(None, self.old, self.new)

    @property
    def is_safe(self) -> bool:
        return self.image is None or self.image.state is not ImageState.QUARANTINED


def packed(session: Session, tenant_id: int, batch_id: int) -> list[Packed]:
    """The files of an upload, by their present names. Raises NotFound, also where they were deleted since."""
    batch = look(session, tenant_id, batch_id)
    refuse_gone(session, batch)
    mine = Upload.tenant_id == tenant_id, Upload.batch_id == batch_id, Upload.arrived_at.is_not(None)
    rows = list(session.scalars(select(Upload).where(*mine).order_by(Upload.path)))
    here = Image.tenant_id == tenant_id, Image.source_id == batch.source_id, Image.folder == str(batch_id), LIVING
    images = {image.path: image for image in session.scalars(select(Image).where(*here))}
    return [_packed(row, images.get(row.path)) for row in rows]


def named(session: Session, tenant_id: int, batch_id: int, name: str) -> Packed:
    """One file of an upload, by its present name. Raises NotFound."""
    found = next((one for one in packed(session, tenant_id, batch_id) if one.new == name), None)
    if found is None:
        raise NotFound(f"There is no “{name}” in batch {batch_id} (any more).")
    return found


def refuse_gone(session: Session, batch: Batch) -> None:
    if has_gone(session, batch):
        raise NotFound(f"The files of batch {batch.id} were deleted on {batch.expires_at:%Y-%m-%d}, as it was said.")


def _packed(row: Upload, image: Image | None) -> Packed:
    at = row.arrived_at or row.created_at
    return Packed(row.tenant_id, row.batch_id, row.blob, row.size, at, row.given, name_of(row.path), image)


def archive(storage: Storage, files: Iterable[Packed]) -> Iterator[bytes]:
    """A ZIP of them, as it is read from the storage, without what is not safe to open. What cannot be read breaks it
    off, so that nobody takes a part for the whole."""
    stream = _Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as whole:
        for one in files:
            if one.is_safe:
                yield from _packing(whole, stream, one, opened(storage, one))
    yield stream.taken()


def _packing(whole: zipfile.ZipFile, stream: "_Stream", one: Packed, file: BinaryIO) -> Iterator[bytes]:
    about = zipfile.ZipInfo(one.new, one.at.replace(year=max(one.at.year, _EARLIEST)).timetuple()[:6])
    about.file_size, about.external_attr = one.size, 0o644 << 16
    with file, whole.open(about, "w") as packing:
        while data := file.read(_AT_ONCE):
            packing.write(data)
            yield stream.taken()


def opened(storage: Storage, one: Packed) -> BinaryIO:
    """Its bytes, to be closed by the caller. Raises NotFound."""
    file = storage.uploads.get(one.tenant_id, one.batch_id, one.blob)
    if file is None:
        raise NotFound(f"“{one.new}” is no longer in the storage.")
    return file


def read(storage: Storage, one: Packed) -> Iterator[bytes]:
    """Raises NotFound, at once."""
    return _read(opened(storage, one))


def _read(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while data := file.read(_AT_ONCE):
            yield data


class _Stream(io.RawIOBase):
    """What was written and not taken yet."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        before = len(self._written)
        self._written += memoryview(data)
        return len(self._written) - before

    def taken(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken
