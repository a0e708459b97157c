"""Files of an upload arrive through this server: each has a name of its own, and none takes another's place."""

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from appliance import batches, naming
from appliance.config import Settings
from appliance.db import Database
from appliance.errors import Conflict, NotFound, TooLarge, Unsupported
from appliance.models import Batch, BatchKind, BatchState, Upload, now
from appliance.sources import joined, name_of
from appliance.storage import Storage
from appliance.uploads import names, parts

MOST_FILES = 2000
_LEFT_BEHIND_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one file in bytes, and how many files of one batch."""

    size: int
    files: int = MOST_FILES

    @staticmethod
    def of(settings: Settings) -> "Limits":
        return Limits(settings.upload_megabytes << 20)

    def refuse_large(self, name: str, size: int) -> None:
        """Raises TooLarge."""
        if size > self.size:
            raise TooLarge(f"“{name}” has more than {self.size >> 20} MB, which is the most that is taken here.")

    def refuse_many(self, count: int) -> None:
        """Raises TooLarge."""
        if count > self.files:
            raise TooLarge(f"An upload has at most {self.files} files: begin another one for the rest.")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file of ours with all that was sent, and its hash."""

    file: Path
    size: int
    sha256: str


def arriving_in(data: Path) -> Path:
    """The folder of files that are being received."""
    folder = data / "arriving"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def tidy(data: Path) -> None:
    """Removes what was being received when a process died."""
    for path in arriving_in(data).iterdir():
        if time.time() - path.stat().st_mtime > _LEFT_BEHIND_SECONDS:
            path.unlink(missing_ok=True)


def look(session: Session, tenant_id: int, batch_id: int) -> Batch:
    """A batch that was uploaded. Raises NotFound."""
    batch = batches.look(session, tenant_id, batch_id)
    if batch.kind is not BatchKind.UPLOAD:
        raise NotFound(f"Batch {batch_id} is no upload: its files are where they were.")
    return batch


def find_open(session: Session, tenant_id: int, batch_id: int) -> Batch:
    """One that takes files, locked until the transaction ends. Raises NotFound, Conflict."""
    look(session, tenant_id, batch_id)
    batch = batches.find(session, tenant_id, batch_id)
    if batch.state is not BatchState.RUNNING or batch.receives_until is None:
        raise Conflict(f"Batch {batch_id} takes no more files: begin another upload.")
    return batch


def admit(session: Session, tenant_id: int, batch_id: int, given: str, limits: Limits) -> str:
    """The name that a file would have, before its bytes are sent. Raises NotFound, Conflict, Unsupported, TooLarge."""
    find_open(session, tenant_id, batch_id)
    name = names.cleaned(given)
    known = {naming.fold(one.name) for one in known_in(session, tenant_id, batch_id)}
    limits.refuse_many(len(known | {naming.fold(name)}))
    return name


def receive(
    database: Database,
    storage: Storage,
    tenant_id: int,
    batch_id: int,
    given: str,
    arrived: Arrived,
    limits: Limits,
    *,
    numbered: bool = False,
) -> str:
    """Makes a file a part of the upload; the name that it has there. Where the same bytes came under that name before,
    nothing happens. Other bytes under a name that is taken are refused, or else `numbered`.

    Raises NotFound, Conflict, Unsupported, TooLarge.
    """
    wanted = names.cleaned(given)
    limits.refuse_large(wanted, arrived.size)
    blob = uuid.uuid4().hex
    storage.uploads.adopt(tenant_id, batch_id, blob, arrived.file)
    try:
        with database.session(tenant_id) as session:
            batch = find_open(session, tenant_id, batch_id)
            row = _placed(session, batch, given, names.numbered(wanted) if numbered else [wanted], limits, arrived)
            is_new, left = row.arrived_at is None, parts.unfinished(storage, row)
            if is_new:
                row.blob, row.size, row.sha256, row.arrived_at = blob, arrived.size, arrived.sha256, now()
    except _REFUSALS:  # whatever else goes wrong, the row may have been stored, and needs its bytes
        storage.uploads.remove(tenant_id, batch_id, blob)
        raise
    parts.give_up(storage, left)
    if not is_new:
        storage.uploads.remove(tenant_id, batch_id, blob)
    return name_of(row.path)


_REFUSALS = (Conflict, NotFound, TooLarge, Unsupported)


@dataclass(frozen=True, slots=True)
class Known:
    id: int
    name: str
    is_there: bool
    sha256: str | None


def known_in(session: Session, tenant_id: int, batch_id: int) -> list[Known]:
    """The files of a batch, also those that are only announced."""
    columns = select(Upload.id, Upload.path, Upload.arrived_at, Upload.sha256)
    rows = session.execute(columns.where(Upload.tenant_id == tenant_id, Upload.batch_id == batch_id))
    return [Known(row.id, name_of(row.path), row.arrived_at is not None, row.sha256) for row in rows]


def _placed(
    session: Session, batch: Batch, given: str, wanted: Iterable[str], limits: Limits, arrived: Arrived
) -> Upload:
    """The row for it: one that was announced, the one that has these bytes already, or a new one."""
    known = {naming.fold(one.name): one for one in known_in(session, batch.tenant_id, batch.id)}
    for name in wanted:
        there = known.get(naming.fold(name))
        if there is None:
            limits.refuse_many(len(known) + 1)
            return added(session, batch, given, name, arrived.size)
        if not there.is_there or there.sha256 == arrived.sha256:
            return session.get_one(Upload, there.id)
    raise Conflict(f"“{names.cleaned(given)}” was uploaded already, with other contents: give this one another name.")


def added(session: Session, batch: Batch, given: str, name: str, size: int) -> Upload:
    """A file that has not arrived yet."""
    row = Upload(
        tenant_id=batch.tenant_id,
        batch_id=batch.id,
        path=joined(str(batch.id), name),
        given=names.kept(given),
        blob=uuid.uuid4().hex,
        size=size,
        multipart="",
    )
    session.add(row)
    session.flush()
    return row


def count_in(session: Session, tenant_id: int, batch_id: int) -> int:
    """How many files of an upload are there."""
    mine = Upload.tenant_id == tenant_id, Upload.batch_id == batch_id, Upload.arrived_at.is_not(None)
    return session.scalar(select(func.count()).select_from(Upload).where(*mine)) or 0
