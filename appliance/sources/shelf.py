"""What was uploaded, as a source: its names are rows, and its bytes lie in the storage, where nothing is renamed."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from appliance.db import Database, insert_once
from appliance.models import Source, Upload, now
from appliance.sources.paths import name_of
from appliance.storage import Storage
from connectors.base import ConnectorError, Entry, FileChanged, FileGone, Limits, NameTaken

KIND = "upload"
PROTOCOL = "row"
NAME = "Uploads"


def source_of(session: Session, tenant_id: int) -> Source:
    """The one to which all uploads of a tenant belong. Nobody adds it, and nothing watches it."""
    wanted = select(Source).where(Source.tenant_id == tenant_id, Source.kind == KIND, Source.root == KIND)
    known = session.scalars(wanted).one_or_none()
    if known is None:
        values = {"tenant_id": tenant_id, "kind": KIND, "name": NAME, "root": KIND, "made_by_command": True}
        insert_once(session, Source, [values | {"created_at": now()}])
        known = session.scalars(wanted).one()
    return known


@dataclass(frozen=True)
class Shelf:
    """The uploads of one tenant. A rename is one transaction, so none is ever half done, and none overwrites: the path
    is unique."""

    database: Database
    storage: Storage
    tenant_id: int

    def check(self) -> None:
        if problem := self.storage.problem():
            raise ConnectorError(problem)

    def scan(self, folder: str = "") -> Iterator[Entry]:
        with self.database.reading(self.tenant_id) as session:
            found = [_entry(row) for row in session.scalars(self._below(folder).order_by(Upload.path))]
        yield from found

    def names(self, folder: str) -> Iterator[str]:
        start = len(folder) + 1 if folder else 0
        with self.database.reading(self.tenant_id) as session:
            paths = list(session.scalars(self._below(folder).with_only_columns(Upload.path)))
        yield from sorted({path[start:].partition("/")[0] for path in paths})

    def stat(self, path: str) -> Entry | None:
        _refuse_bad(path)
        with self.database.reading(self.tenant_id) as session:
            row = self._at(session, path)
        return None if row is None else _entry(row)

    def open(self, path: str) -> BinaryIO:
        _refuse_bad(path)
        with self.database.reading(self.tenant_id) as session:
            row = self._at(session, path)
        found = row and self.storage.uploads.get(self.tenant_id, row.batch_id, row.blob)
        if not found:
            raise FileGone(f"{path} is no longer there.")
        return found

    def protocol(self, folder: str) -> str:  # noqa: ARG002  # the same in each
        return PROTOCOL

    def limits(self, folder: str) -> Limits:  # noqa: ARG002
        """Whoever takes the files away may have a disk that tells no cases apart."""
        return Limits(case_sensitive=False)

    def rename(self, entry: Entry, to: str, *, key: str, step: Callable[[str], None], protocol: str = "") -> Entry:  # noqa: ARG002
        for path in (entry.path, to):
            _refuse_bad(path)
        try:
            with self.database.session(self.tenant_id) as session:
                return self._renamed(session, entry, to)
        except IntegrityError as error:
            raise NameTaken(f"{to} exists already.") from error

    def rewrite(self, entry: Entry, contents: bytes, *, key: str) -> Entry:
        """The old bytes stay until the batch expires."""
        with self.database.reading(self.tenant_id) as session:
            row = self._at(session, entry.path)
        if row is None:
            raise FileGone(f"{entry.path} is no longer there.")
        blob = f"rewritten-{key}"
        if row.blob != blob:
            self.storage.uploads.put(self.tenant_id, row.batch_id, blob, io.BytesIO(contents))
            self._exchange(entry, blob, len(contents))
        return Entry(entry.path, len(contents), blob)

    def close(self) -> None: ...

    def _exchange(self, entry: Entry, blob: str, size: int) -> None:
        same = Upload.tenant_id == self.tenant_id, Upload.path == entry.path, Upload.blob == entry.version
        changed = update(Upload).where(*same).values(blob=blob, size=size, sha256=None).returning(Upload.id)
        with self.database.session(self.tenant_id) as session:
            if session.scalar(changed) is None:
                raise FileChanged(f"{entry.path} is not the file that it was.")

    def _renamed(self, session: Session, entry: Entry, to: str) -> Entry:
        row = self._at(session, entry.path)
        if row is None:
            return self._renamed_before(session, entry, to)
        if row.blob != entry.version:
            raise FileChanged(f"{entry.path} is not the file that it was.")
        if to != entry.path:
            self._refuse_folder(session, to)
            row.path = to
            session.flush()
        return _entry(row)

    def _renamed_before(self, session: Session, entry: Entry, to: str) -> Entry:
        there = self._at(session, to)
        if there is None or there.blob != entry.version:
            raise FileGone(f"{entry.path} is no longer there.")
        return _entry(there)

    def _refuse_folder(self, session: Session, to: str) -> None:
        if session.scalar(self._below(to).limit(1)) is not None:
            raise NameTaken(f"{to} is a folder.")

    def _at(self, session: Session, path: str) -> Upload | None:
        here = Upload.tenant_id == self.tenant_id, Upload.path == path, Upload.arrived_at.is_not(None)
        return session.scalars(select(Upload).where(*here)).one_or_none()

    def _below(self, folder: str) -> Select[Upload]:
        mine = select(Upload).where(Upload.tenant_id == self.tenant_id, Upload.arrived_at.is_not(None))
        return mine.where(Upload.path.startswith(f"{folder}/", autoescape=True)) if folder else mine


def _entry(row: Upload) -> Entry:
    return Entry(row.path, row.size, row.blob)


def _refuse_bad(path: str) -> None:
    is_name = all(part not in ("", ".", "..") for part in path.split("/")) and "\0" not in path
    if not is_name or len(name_of(path).encode(errors="surrogateescape")) > Limits().name_max or not _is_text(path):
        raise ConnectorError(f"{path!r} is no name that a file can have.", permanent=True)


def _is_text(path: str) -> bool:
    """Not what cannot be stored, such as half a character."""
    return not any("\ud800" <= character <= "\udfff" for character in path)
