"""Previews and thumbnails of pictures, for the steps of the pipeline and for people, and originals that were uploaded:
in a folder or in a bucket."""

import io
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from appliance.storage.blobs import Blobs, InParts, Kept, noted
from appliance.storage.buckets import Address, Bucket
from appliance.storage.folders import Folder
from appliance.storage.uploads import Uploads

__all__ = ["Address", "Blobs", "InParts", "Kept", "Storage", "Uploads", "of"]

_PREVIEWS_KEPT = timedelta(days=30)
_THUMBNAILS_KEPT = timedelta(days=365)
_SMALL = ".small.jpg"


@lru_cache(maxsize=8)
def of(url: str) -> "Storage":
    """The storage at `file:///FOLDER` or `s3://BUCKET…`, one for each address. Raises ValueError, a sentence."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc:
        return Storage(Folder(Path(unquote(parts.path))))
    if parts.scheme == "s3":
        return Storage(Bucket(Address.parse(url)))
    raise ValueError("it is no place that is known; give file:///FOLDER or s3://BUCKET?endpoint=https://HOST")


class Storage:
    """Pictures by tenant and content hash. What is lost of them is made again from the source."""

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs
        self.uploads = Uploads(blobs)

    def put_preview(self, tenant_id: int, sha256: str, jpeg: bytes) -> None:
        """Stores a preview whole or not at all; putting the same one again changes nothing."""
        self._put(_name(tenant_id, sha256), jpeg)

    def put_thumbnail(self, tenant_id: int, sha256: str, jpeg: bytes) -> None:
        """Likewise."""
        self._put(_name(tenant_id, sha256, _SMALL), jpeg)

    def thumbnail(self, tenant_id: int, sha256: str) -> bytes | None:
        return self._read(_name(tenant_id, sha256, _SMALL))

    def has_thumbnail(self, tenant_id: int, sha256: str) -> bool:
        with noted("get"):
            return self.blobs.has(_name(tenant_id, sha256, _SMALL))

    def preview(self, tenant_id: int, sha256: str) -> bytes | None:
        return self._read(_name(tenant_id, sha256))

    def drop_preview(self, tenant_id: int, sha256: str) -> None:
        with noted("drop"):
            self.blobs.drop(_name(tenant_id, sha256))

    def prune(self, at: datetime | None = None) -> int:
        """Removes what nobody has needed for long; returns how many files. Whatever is missing then is made again when
        its image is looked at afresh."""
        at = at or datetime.now(UTC)
        with noted("drop"):
            old = [one.name for one in self.blobs.below("pictures") if one.changed_at < at - _kept(one.name)]
            for name in old:
                self.blobs.drop(name)
        return len(old)

    @property
    def origin(self) -> str:
        """Where browsers reach it without this server, as a scheme and a host; "" where they cannot."""
        return self.blobs.origin

    def problem(self) -> str:
        """What is wrong with it, and what to do; "" where nothing is."""
        return self.blobs.problem()

    def _put(self, name: str, jpeg: bytes) -> None:
        with noted("put"):
            self.blobs.put(name, io.BytesIO(jpeg))

    def _read(self, name: str) -> bytes | None:
        with noted("get"):
            found = self.blobs.get(name)
            if found is None:
                return None
            with found:
                return found.read()


def _kept(name: str) -> timedelta:
    return _THUMBNAILS_KEPT if name.endswith(_SMALL) else _PREVIEWS_KEPT


def _name(tenant_id: int, sha256: str, ending: str = ".jpg") -> str:
    return f"pictures/{tenant_id}/{sha256[:2]}/{sha256}{ending}"
