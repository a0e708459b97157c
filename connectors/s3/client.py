"""Requests to one bucket: signed, repeated where that helps, their failures said in a sentence."""

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from urllib.parse import quote

import certifi
import urllib3
from minio import Minio
from minio.credentials.credentials import Credentials
from minio.credentials.providers import (
    AWSConfigProvider,
    ChainedProvider,
    EnvAWSProvider,
    EnvMinioProvider,
    IamAwsProvider,
    Provider,
    StaticProvider,
)
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3.response import BaseHTTPResponse

from connectors.base import ConnectorError, FileGone
from connectors.s3 import sentences

CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0
MOST_TRIES = 4
LONGEST_PAUSE_SECONDS = 20.0
CONNECTIONS = 16
_AGAIN = (429, 500, 502, 503, 504)
_NAMESPACE = re.compile(rb' xmlns="[^"]*"')


class Action(StrEnum):
    """What a request needs to be allowed, by its name in a policy."""

    LIST = "s3:ListBucket"
    READ = "s3:GetObject"
    WRITE = "s3:PutObject"
    DELETE = "s3:DeleteObject"
    DELETE_VERSION = "s3:DeleteObjectVersion"
    READ_TAGS = "s3:GetObjectTagging"
    WRITE_TAGS = "s3:PutObjectTagging"
    READ_ACL = "s3:GetObjectAcl"
    READ_OWNERSHIP = "s3:GetBucketOwnershipControls"
    READ_LOCK = "s3:GetBucketObjectLockConfiguration"
    READ_VERSIONING = "s3:GetBucketVersioning"
    LISTEN = "s3:ListenBucketNotification"


class ConditionFailed(ConnectorError):
    """The server did nothing, since the object was not what the request said it must be."""


class OutOfRange(ConnectorError):
    """The object has no such bytes."""


class Unexplained(ConnectorError):
    """The server refused a request without a word why."""


class Unsupported(ConnectorError):
    """The server does not know this kind of request."""


@dataclass(frozen=True, slots=True)
class Access:
    """How a bucket is reached."""

    host: str
    secure: bool
    region: str
    bucket: str
    access_key: str = ""
    secret_key: str = ""
    virtual: bool = False

    def __repr__(self) -> str:
        return f"Access({self.host}/{self.bucket})"  # without its secret, wherever it is printed

    @property
    def is_aws(self) -> bool:
        return self.host.partition(":")[0].endswith((".amazonaws.com", ".amazonaws.com.cn"))

    def credentials(self) -> Provider:
        if self.access_key:
            return StaticProvider(self.access_key, self.secret_key)
        quick = urllib3.PoolManager(timeout=urllib3.Timeout(connect=1, read=2), retries=False)
        return ChainedProvider([EnvAWSProvider(), EnvMinioProvider(), AWSConfigProvider(), _Machine(http_client=quick)])


class _Machine(IamAwsProvider):
    """The role of a machine of AWS; on any other, there is nobody to ask."""

    def retrieve(self) -> Credentials:
        try:
            return super().retrieve()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise ValueError("this machine has no role") from error


def endpoint_of(given: str, *, secure: bool) -> tuple[str, bool]:
    """Host with port, and whether to use TLS: a scheme before the host says so, too."""
    scheme, separator, rest = given.strip().rpartition("://")
    return rest.rstrip("/"), (scheme.lower() == "https" if separator else secure)


class _Patient(urllib3.Retry):
    """Waits as long as the server asks for, within bounds."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        seconds = super().get_retry_after(response)
        return None if seconds is None else min(seconds, LONGEST_PAUSE_SECONDS)


def pool() -> urllib3.PoolManager:
    """Any request may be repeated: each is conditional or changes nothing, and what an earlier try has done is seen by
    a look afterwards."""
    again = _Patient(
        total=MOST_TRIES,
        connect=2,
        backoff_factor=0.2,
        backoff_jitter=0.1,
        status_forcelist=_AGAIN,
        allowed_methods=None,
        raise_on_status=False,
        redirect=False,
    )
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        maxsize=CONNECTIONS,
        retries=again,
        cert_reqs="CERT_REQUIRED",
        ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
    )


@dataclass
class Client:
    """Safe to use from several threads."""

    access: Access
    _pool: urllib3.PoolManager = field(default_factory=pool)

    def __post_init__(self) -> None:
        region = self.access.region or (None if self.access.is_aws else "us-east-1")
        try:
            self._minio = Minio(
                self.access.host,
                secure=self.access.secure,
                region=region,
                credentials=self.access.credentials(),
                http_client=self._pool,
            )
        except ValueError as error:
            raise ConnectorError(f"The server's address is not right: {error}.", permanent=True) from error
        if self.access.virtual:
            self._minio.enable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
        else:
            self._minio.disable_virtual_style_endpoint()  # type: ignore[no-untyped-call]

    def send(
        self,
        method: str,
        key: str | None,
        action: Action,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        streamed: bool = False,
    ) -> BaseHTTPResponse:
        """Raises FileGone, ConditionFailed, Unsupported, ConnectorError."""
        with self._telling(key, action):
            response = self._minio._execute(
                method,
                self.access.bucket,
                key,
                body=body,
                headers=dict(headers or {}),
                query_params=dict(query or {}),
                preload_content=not streamed,
            )
        if not streamed and method in ("PUT", "POST") and b"<Error>" in response.data[:300]:  # after a 200
            raise self._refusal(_said(response.data, "Code"), 200, _said(response.data, "Message"), key, action)
        return response

    def listen(self, prefix: str, events: list[str], action: Action) -> BaseHTTPResponse:
        """An answer that goes on as long as both sides live, a line for each change (MinIO's way)."""
        query: dict[str, str | list[str] | tuple[str]] = {"prefix": prefix, "suffix": "", "events": events}
        with self._telling(None, action):
            return self._minio._execute("GET", self.access.bucket, query_params=query, preload_content=False)

    def presigned(self, method: str, key: str, seconds: int, query: Mapping[str, str] | None = None) -> str:
        """An address that allows one kind of request to one object for so long; whoever has it may use it."""
        with self._telling(key, Action.READ if method == "GET" else Action.WRITE):
            lasts = timedelta(seconds=seconds)
            asked: dict[str, str | list[str] | tuple[str]] = {**(query or {})}
            return self._minio.get_presigned_url(method, self.access.bucket, key, lasts, extra_query_params=asked)

    def source(self, key: str) -> str:
        """How a copy names what it copies."""
        return quote(f"/{self.access.bucket}/{key}")

    def close(self) -> None:
        self._pool.clear()

    @contextmanager
    def _telling(self, key: str | None, action: Action) -> Iterator[None]:
        try:
            yield
        except S3Error as error:
            region = (error.response.headers if error.response is not None else {}).get("x-amz-bucket-region", "")
            status = error.response.status if error.response is not None else 0
            raise self._refusal(error.code or "", status, error.message or "", key, action, region) from error
        except (ServerError, InvalidResponseError) as error:
            status = error.status_code if isinstance(error, ServerError) else error._code
            raise self._refusal("", status, str(error), key, action) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise sentences.unreachable(error, self.access) from error
        except (MinioException, ValueError, TypeError) as error:
            raise sentences.without_credentials(error, self.access) from error

    def _refusal(
        self, code: str, status: int, message: str, key: str | None, action: Action, region: str = ""
    ) -> ConnectorError:
        about = key or self.access.bucket
        if code in ("NoSuchKey", "NoSuchVersion") or (status == 404 and key and code in ("", "ResourceNotFound")):
            return FileGone(f"{about} is no longer there.")
        if status == 412 or code in ("PreconditionFailed", "ConditionalRequestConflict"):
            return ConditionFailed(f"{about} is not as it was: look at it again.")
        if status == 416 or code == "InvalidRange":
            return OutOfRange(f"{about} has no such bytes.")
        if status == 501 or code in ("NotImplemented", "MethodNotAllowed", "UnsupportedOperation"):
            return Unsupported(
                f"{self.access.host} does not know a request that is needed for {about}.", permanent=True
            )
        error = sentences.refused(sentences.Refusal(code, status, message, about, action, region), self.access)
        return Unexplained(str(error)) if status == 400 and code in ("", "BadRequest") else error


def parsed(data: bytes) -> ET.Element:
    """An answer, without the name space that some servers leave out. Raises ConnectorError for what is none."""
    try:
        return ET.fromstring(_NAMESPACE.sub(b"", data, count=1))  # noqa: S314  # as trusted as the bucket's server
    except ET.ParseError as error:
        raise ConnectorError("The server's answer is no XML: look at its address, then try again.") from error


def _said(data: bytes, name: str) -> str:
    return parsed(data).findtext(name) or ""
