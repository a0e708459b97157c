"""Originals that were uploaded, until they expire."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from appliance.storage.blobs import Blobs, Kept, noted

_FOLDER = "uploads"
_FETCHED_WITHIN = timedelta(minutes=10)


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
        with noted("put"):
            return self.blobs.put(self.name(tenant_id, batch_id, name), data)

    def adopt(self, tenant_id: int, batch_id: int, name: str, file: Path) -> None:
        """Likewise a finished file of this machine, which is gone then, durably."""
        with noted("put"):
            self.blobs.adopt(self.name(tenant_id, batch_id, name), file)

    def remove(self, tenant_id: int, batch_id: int, name: str) -> None:
        """Nothing happens where there is none."""
        with noted("drop"):
            self.blobs.drop(self.name(tenant_id, batch_id, name))

    def get(self, tenant_id: int, batch_id: int, name: str) -> BinaryIO | None:
        with noted("get"):
            return self.blobs.get(self.name(tenant_id, batch_id, name))

    def address_of(self, tenant_id: int, batch_id: int, name: str, *, called: str) -> str | None:
        """Where anybody may fetch it for a few minutes, without this server, as a file that is called so; None where
        its bytes must go through this server."""
        return self.blobs.address_to_get(self.name(tenant_id, batch_id, name), _FETCHED_WITHIN, called=called)

    def of(self, tenant_id: int, batch_id: int) -> Iterator[Kept]:
        return self.blobs.below(f"{_FOLDER}/{tenant_id}/{batch_id}")

    def drop(self, tenant_id: int, batch_id: int) -> int:
        """All of a batch; how many there were."""
        names = [one.name for one in self.of(tenant_id, batch_id)]
        with noted("drop"):
            for name in names:
                self.blobs.drop(name)
        return len(names)
