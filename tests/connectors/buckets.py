"""A bucket, and a second client that looks at it from outside."""

import io
from typing import Any

import msgspec
from minio.commonconfig import Tags
from minio.error import S3Error

from connectors import s3
from connectors.s3.bucket import Bucket, Habits
from connectors.s3.probing import Ways
from tests.servers.seaweed import ACCESS_KEY, REGION, SECRET_KEY, Seaweed


class BucketFromOutside:
    """`way` makes it copy in one of its two ways, whatever the server can do; `at` is another address for it."""

    def __init__(self, server: Seaweed, *, way: str = "", habits: Habits | None = None, at: str = "", **options: Any):
        self.server = server
        self.name = options.pop("bucket", "") or server.bucket(locked=options.pop("locked", False))
        self.habits = habits
        values = {"endpoint": at or server.host, "bucket": self.name, "secure": False, "region": REGION}
        keys = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
        self.options = msgspec.convert(values | keys | options, s3.Options)
        self.root = f"{self.options.prefix}/" if self.options.prefix else ""
        self.way = way
        self.client = server.client
        self.connector = self.another()

    def another(self) -> Bucket:
        bucket = s3.connect(self.options, habits=self.habits)
        if self.way:
            bucket.use(Ways(self.way, deletes_if_match=True, puts_if_match=True, acls=False))  # type: ignore[arg-type]
        return bucket

    def put(self, path: str, data: bytes, tags: dict[str, str] | None = None, **headers: str) -> None:
        named = Tags.new_object_tags() if tags else None
        for name, value in (tags or {}).items():
            named[name] = value  # type: ignore[index]
        content_type = headers.pop("content_type", "image/jpeg")
        metadata: dict[str, str | list[str] | tuple[str]] = {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        self.client.put_object(
            self.name, self.root + path, io.BytesIO(data), len(data), content_type, metadata or None, tags=named
        )

    def get(self, path: str) -> bytes | None:
        try:
            with self.client.get_object(self.name, self.root + path) as answer:
                return answer.read()
        except S3Error as error:
            if error.code == "NoSuchKey":
                return None
            raise

    def remove(self, path: str) -> None:
        self.client.remove_object(self.name, self.root + path)

    def everything(self) -> dict[str, bytes]:
        found = self.client.list_objects(self.name, self.root, recursive=True)
        names = [str(one.object_name).removeprefix(self.root) for one in found if not one.is_dir]
        return {name: self.get(name) or b"" for name in names}

    def headers(self, path: str) -> dict[str, str]:
        answer = self.client._execute("HEAD", self.name, self.root + path)
        return {name.lower(): value for name, value in answer.headers.items()}

    def tags(self, path: str) -> dict[str, str]:
        return dict(self.client.get_object_tags(self.name, self.root + path) or {})
