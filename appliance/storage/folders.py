"""Blobs in a folder of this machine."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from appliance.storage.blobs import Kept

_PARTIAL = ".part"
_LEAST_FREE = 50 << 20


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def origin(self) -> str:
        return ""

    def put(self, name: str, data: BinaryIO) -> int:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{uuid4().hex}{_PARTIAL}")
        try:
            with partial.open("wb") as file:
                shutil.copyfileobj(data, file)
                size = file.tell()
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return size

    def adopt(self, name: str, file: Path) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{uuid4().hex}{_PARTIAL}")
        try:
            _stand_beside(file, partial)
            _sync(partial)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        _sync(path.parent)
        file.unlink()

    def get(self, name: str) -> BinaryIO | None:
        try:
            return self._path(name).open("rb")
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        return self._path(name).exists()

    def drop(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def below(self, folder: str) -> Iterator[Kept]:
        for path in self._path(folder).rglob("*"):
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            if path.is_file() and not path.name.endswith(_PARTIAL):
                name = path.relative_to(self.root).as_posix()
                yield Kept(name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def address_to_get(self, name: str, lasts: timedelta, *, called: str = "") -> str | None:  # noqa: ARG002
        return None

    def address_to_put(self, name: str, lasts: timedelta) -> str | None:  # noqa: ARG002
        return None

    def problem(self) -> str:
        above = next(path for path in (self.root, *self.root.parents) if path.exists())
        if not os.access(above, os.W_OK):
            return f"The folder {self.root} cannot be written to: give this account the right to."
        free = shutil.disk_usage(above).free
        return "" if free > _LEAST_FREE else f"The disk of {self.root} is nearly full: free some space."

    def _path(self, name: str) -> Path:
        if any(part in ("", ".", "..") or "\0" in part for part in name.split("/")):
            raise ValueError(f"{name!r} is no name of a blob.")
        return self.root / name


def _stand_beside(file: Path, partial: Path) -> None:
    """Without a copy where both are on one disk that knows links."""
    try:
        partial.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, partial)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
