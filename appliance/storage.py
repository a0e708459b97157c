"""Previews and thumbnails of pictures, kept in a folder: for the steps of the pipeline, and for people to look at."""

import os
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

_PREVIEWS_KEPT = timedelta(days=30)
_THUMBNAILS_KEPT = timedelta(days=365)


class Storage:
    """Blobs by tenant and content hash. What is lost here is made again from the source."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put_preview(self, tenant_id: int, sha256: str, jpeg: bytes) -> None:
        """Stores a preview whole or not at all; putting the same one again changes nothing."""
        _put(self._path(tenant_id, sha256), jpeg)

    def put_thumbnail(self, tenant_id: int, sha256: str, jpeg: bytes) -> None:
        """Likewise."""
        _put(self._path(tenant_id, sha256, ".small"), jpeg)

    def thumbnail(self, tenant_id: int, sha256: str) -> bytes | None:
        return _read(self._path(tenant_id, sha256, ".small"))

    def has_thumbnail(self, tenant_id: int, sha256: str) -> bool:
        return self._path(tenant_id, sha256, ".small").exists()

    def preview(self, tenant_id: int, sha256: str) -> bytes | None:
        return _read(self._path(tenant_id, sha256))

    def drop_preview(self, tenant_id: int, sha256: str) -> None:
        self._path(tenant_id, sha256).unlink(missing_ok=True)

    def prune(self) -> int:
        """Removes what nobody has needed for long; returns how many files. Whatever is missing then is made again when
        its image is looked at afresh."""
        removed = 0
        for path in self.folder.glob("*/*/*.jpg*"):
            kept = _THUMBNAILS_KEPT if path.name.endswith(".small.jpg") else _PREVIEWS_KEPT
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - kept.total_seconds():
                    path.unlink()
                    removed += 1
        return removed

    def _path(self, tenant_id: int, sha256: str, kind: str = "") -> Path:
        return self.folder / str(tenant_id) / sha256[:2] / f"{sha256}{kind}.jpg"


def _put(path: Path, jpeg: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}-{id(jpeg)}.part")
    partial.write_bytes(jpeg)
    partial.replace(path)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
