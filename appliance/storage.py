"""Previews of pictures, kept in a folder between the steps of the pipeline."""

import os
from pathlib import Path


class Storage:
    """Blobs by tenant and content hash. What is lost here is made again from the source."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put_preview(self, tenant_id: int, sha256: str, jpeg: bytes) -> None:
        """Stores a preview whole or not at all; putting the same one again changes nothing."""
        path = self._path(tenant_id, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}-{id(jpeg)}.part")
        partial.write_bytes(jpeg)
        partial.replace(path)

    def preview(self, tenant_id: int, sha256: str) -> bytes | None:
        try:
            return self._path(tenant_id, sha256).read_bytes()
        except FileNotFoundError:
            return None

    def drop_preview(self, tenant_id: int, sha256: str) -> None:
        self._path(tenant_id, sha256).unlink(missing_ok=True)

    def _path(self, tenant_id: int, sha256: str) -> Path:
        return self.folder / str(tenant_id) / sha256[:2] / f"{sha256}.jpg"
