"""Blobs in a bucket of any server that speaks S3."""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import parse_qs, unquote, urlsplit

import urllib3
from minio import Minio
from minio.credentials.providers import (
    AWSConfigProvider,
    ChainedProvider,
    EnvAWSProvider,
    EnvMinioProvider,
    IamAwsProvider,
)
from minio.datatypes import Part
from minio.error import MinioException, S3Error

from appliance.storage.blobs import Kept, attached

_MOST_REMEMBERED = 50_000
_PART = 16 << 20  # bytes in memory while a stream is stored
_GONE = {"NoSuchKey", "NoSuchUpload"}
_AWS = "https://s3.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Address:
    """`s3://KEY:SECRET@BUCKET/FOLDER?endpoint=…&region=…&addressing=virtual`; without keys, those of the machine."""

    bucket: str
    folder: str
    endpoint: str
    region: str
    virtual: bool
    access_key: str
    secret_key: str

    @staticmethod
    def parse(url: str) -> "Address":
        """Raises ValueError, a sentence."""
        parts, asked = urlsplit(url), parse_qs(urlsplit(url).query)
        if unknown := asked.keys() - {"endpoint", "region", "addressing"}:
            raise ValueError(f"it has no “{sorted(unknown)[0]}”; it has endpoint, region and addressing")
        if not parts.hostname:
            raise ValueError("it names no bucket; give s3://BUCKET?endpoint=https://HOST")
        endpoint = asked.get("endpoint", [_AWS])[0]
        if not endpoint.startswith(("http://", "https://")) or not urlsplit(endpoint).hostname:
            raise ValueError("its endpoint is no address; give https:// or http:// and a host")
        return Address(
            parts.netloc.rpartition("@")[2],
            parts.path.strip("/"),
            endpoint.rstrip("/"),
            asked.get("region", ["us-east-1"])[0],
            asked.get("addressing", ["path"])[0] == "virtual",
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )


class Bucket:
    def __init__(self, address: Address) -> None:
        self._address = address
        self._bucket = address.bucket
        self._there: set[str] = set()  # what is known to be there; nothing goes but what is old
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5, read=60),
            maxsize=16,
            retries=urllib3.Retry(total=4, backoff_factor=0.2, status_forcelist=(429, 500, 502, 503, 504)),
        )
        self._client = Minio(
            urlsplit(address.endpoint).netloc,
            access_key=address.access_key or None,
            secret_key=address.secret_key or None,
            secure=address.endpoint.startswith("https:"),
            region=address.region,
            credentials=None if address.access_key else _of_this_machine(),
            http_client=self._pool,
        )
        if address.virtual:
            self._client.enable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
        else:
            self._client.disable_virtual_style_endpoint()  # type: ignore[no-untyped-call]

    @cached_property
    def origin(self) -> str:
        parts = urlsplit(self.address_to_put("origin", timedelta(minutes=1)))
        return f"{parts.scheme}://{parts.netloc}"

    def put(self, name: str, data: BinaryIO) -> int:
        """Small ones in one request; a long stream in parts, of which no more than one is held."""
        with self._telling():
            self._client.put_object(self._bucket, self._key(name), data, -1, part_size=_PART)
            return self._client.stat_object(self._bucket, self._key(name)).size or 0

    def adopt(self, name: str, file: Path) -> None:
        with self._telling(), file.open("rb") as data:
            self._client.put_object(self._bucket, self._key(name), data, file.stat().st_size, part_size=_PART)
        file.unlink()

    def get(self, name: str) -> BinaryIO | None:
        with self._telling():
            try:
                return cast(BinaryIO, self._client.get_object(self._bucket, self._key(name)))
            except S3Error as error:
                if error.code in _GONE:
                    return None
                raise

    def has(self, name: str) -> bool:
        if name in self._there:
            return True
        with self._telling():
            try:
                self._client.stat_object(self._bucket, self._key(name))
            except S3Error as error:
                if error.code in _GONE:
                    return False
                raise
        self._remember(name)
        return True

    def _remember(self, name: str) -> None:
        if len(self._there) >= _MOST_REMEMBERED:
            self._there.clear()
        self._there.add(name)

    def drop(self, name: str) -> None:
        self._there.discard(name)
        with self._telling():
            self._client.remove_object(self._bucket, self._key(name))

    def below(self, folder: str) -> Iterator[Kept]:
        with self._telling():
            for found in self._client.list_objects(self._bucket, f"{self._key(folder)}/", recursive=True):
                name = str(found.object_name).removeprefix(self._key(""))
                yield Kept(name, found.size or 0, found.last_modified or datetime.now(UTC))

    def address_to_get(self, name: str, lasts: timedelta, *, called: str = "") -> str | None:
        shown = {"response-content-disposition": attached(called)} if called else None
        with self._telling():
            return self._client.presigned_get_object(self._bucket, self._key(name), lasts, response_headers=shown)  # type: ignore[arg-type]

    def address_to_put(self, name: str, lasts: timedelta) -> str:
        with self._telling():
            return self._client.presigned_put_object(self._bucket, self._key(name), lasts)

    def begin(self, name: str) -> str:
        with self._telling():
            return self._client._create_multipart_upload(self._bucket, self._key(name), {})

    def address_of_part(self, name: str, upload: str, number: int, lasts: timedelta) -> str:
        part: dict[str, str | list[str] | tuple[str]] = {"partNumber": str(number), "uploadId": upload}
        with self._telling():
            return self._client.get_presigned_url("PUT", self._bucket, self._key(name), lasts, extra_query_params=part)

    def finish(self, name: str, upload: str, etags: Sequence[str]) -> None:
        parts = [Part(number, etag.strip('"')) for number, etag in enumerate(etags, 1)]
        with self._telling():
            self._client._complete_multipart_upload(self._bucket, self._key(name), upload, parts)

    def give_up(self, name: str, upload: str) -> None:
        with self._telling():
            self._client._abort_multipart_upload(self._bucket, self._key(name), upload)

    def problem(self) -> str:
        try:
            with self._telling():
                if self._client.bucket_exists(self._bucket):
                    return ""
        except OSError as error:
            return f"{error.strerror}: look at RENAMER_STORAGE_URL."
        return f"There is no bucket {self._bucket} at {self._address.endpoint}: make it."

    def _key(self, name: str) -> str:
        return f"{self._address.folder}/{name}" if self._address.folder else name

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Whatever fails is as if a disk had failed: those who store know what to do then."""
        try:
            yield
        except (MinioException, urllib3.exceptions.HTTPError, ValueError) as error:
            told = error.code if isinstance(error, S3Error) else type(error).__name__
            where = f"The bucket {self._bucket} at {self._address.endpoint}"
            raise OSError(errno.EIO, f"{where} does not do what is asked of it ({told})") from error


def _of_this_machine() -> ChainedProvider:
    quick = urllib3.PoolManager(timeout=urllib3.Timeout(connect=1, read=2), retries=False)
    return ChainedProvider(
        [EnvAWSProvider(), EnvMinioProvider(), AWSConfigProvider(), IamAwsProvider(http_client=quick)]
    )
