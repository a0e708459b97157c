"""Originals that were uploaded, until they expire."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from appliance.storage.blobs import Blobs, Kept

_FOLDER = "uploads"


class Uploads:
    """By tenant, batch and a name that is unique in it. Names are the caller's, and never a user's text."""

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs

    def name(self, tenant_id: int, batch_id: int, name: str) -> str:
        """What the blob is called; raises ValueError for what could be another's."""
        if not name or "/" in name or name in (".", "..") or "\0" in name:
            raise ValueError(f"{name!r} is no name of an upload.")
        return f"{_FOLDER}/{tenant_id}/{batch_id}/{name}"

    def put(self, tenant_id: int, batch_id: int, name: str, data: BinaryIO) -> int:
        """Stores a stream whole or not at all, and tells its size."""
        return self.blobs.put(self.name(tenant_id, batch_id, name), data)

    def get(self, tenant_id: int, batch_id: int, name: str) -> BinaryIO | None:
        return self.blobs.get(self.name(tenant_id, batch_id, name))

    def of(self, tenant_id: int, batch_id: int) -> Iterator[Kept]:
        return self.blobs.below(f"{_FOLDER}/{tenant_id}/{batch_id}")

    def drop(self, tenant_id: int, batch_id: int) -> int:
        """All of a batch; how many there were."""
        return _dropped(self.blobs, list(self.of(tenant_id, batch_id)))

    def expire(self, tenant_id: int, kept: timedelta, at: datetime | None = None) -> int:
        """What is older goes, as the tenant's plan says; how many there were."""
        before = (at or datetime.now(UTC)) - kept
        found = self.blobs.below(f"{_FOLDER}/{tenant_id}")
        return _dropped(self.blobs, [one for one in found if one.changed_at < before])


def _dropped(blobs: Blobs, some: list[Kept]) -> int:
    for one in some:
        blobs.drop(one.name)
    return len(some)
