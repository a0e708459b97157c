"""The storages that uploads and pictures are tried in."""

from pathlib import Path
from urllib.parse import quote

from appliance import storage
from appliance.storage import Storage
from tests.servers.seaweed import ACCESS_KEY, SECRET_KEY, Seaweed


def in_folder(root: Path) -> Storage:
    return storage.of((root / "a folder").as_uri())


def url_of(seaweed: Seaweed, bucket: str) -> str:
    return f"s3://{ACCESS_KEY}:{quote(SECRET_KEY)}@{bucket}/in a folder?endpoint=http://{seaweed.host}"
