"""Buckets of any server that speaks S3; README.md says what its owner must set up and what it cannot do."""

import re
from typing import Annotated, Literal

import msgspec

from connectors.base import ConnectorError
from connectors.s3 import events
from connectors.s3.bucket import Bucket, Habits
from connectors.s3.client import Access, Client, endpoint_of
from connectors.s3.keys import Keys

Secret = Annotated[
    str, msgspec.Meta(extra_json_schema={"writeOnly": True}, description="the secret of the access key; kept sealed")
]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a bucket needs."""

    bucket: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$", description="the bucket's name")]
    endpoint: Annotated[
        str, msgspec.Meta(min_length=1, description="the server's host and port, without the bucket")
    ] = "s3.amazonaws.com"
    region: Annotated[str, msgspec.Meta(description="such as eu-central-1; empty where the server has none")] = ""
    prefix: Annotated[str, msgspec.Meta(description="the folder in the bucket; empty for all of it")] = ""
    access_key: Annotated[str, msgspec.Meta(description="empty to use the credentials of this machine")] = ""
    secret_key: Secret = ""
    secure: Annotated[bool, msgspec.Meta(description="by TLS, as https:// does")] = True
    addressing: Annotated[
        Literal["path", "virtual"],
        msgspec.Meta(description="where the bucket's name stands in the address: in its path, or before its host"),
    ] = "path"
    notifications: Annotated[
        Literal["off", "listen", "webhook"],
        msgspec.Meta(description="how changes are told: MinIO's listening, or calls of the server to a secret address"),
    ] = "off"
    public: Annotated[bool, msgspec.Meta(description="the web shows its images: old addresses are then precious")] = (
        False
    )
    describe: Annotated[
        Literal["none", "metadata", "tags"],
        msgspec.Meta(description="where a renamed image's alt text and original name are kept with it"),
    ] = "none"
    ignore: Annotated[tuple[str, ...], msgspec.Meta(description="names or paths to leave alone, with * and ?")] = ()


def where(options: Options) -> str:
    """Names the place for people, and tells two sources apart."""
    host, _ = endpoint_of(options.endpoint, secure=options.secure)
    return "/".join(part for part in (host, options.bucket, options.prefix.strip("/")) if part)


def connect(options: Options, *, habits: Habits | None = None) -> Bucket:
    """Opens the bucket; nothing is sent yet. Raises ConnectorError where the options cannot work. `habits` is for
    tests: without it, the server is asked what it can do."""
    host, secure = endpoint_of(options.endpoint, secure=options.secure)
    if not re.fullmatch(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?", host):
        raise ConnectorError(f"{options.endpoint} is no host: give one such as s3.example.org:9000.", permanent=True)
    if bool(options.access_key) != bool(options.secret_key):
        missing = "secret_key" if options.access_key else "access_key"
        raise ConnectorError(f"“{missing}” is missing: give both keys, or none of them.", permanent=True)
    access = Access(
        host=host,
        secure=secure,
        region=options.region,
        bucket=options.bucket,
        access_key=options.access_key,
        secret_key=options.secret_key,
        virtual=options.addressing == "virtual",
    )
    keys = Keys(options.prefix, options.ignore)
    return Bucket(
        Client(access), keys, notifications=options.notifications, describes=options.describe, habits=habits or Habits()
    )


def told(options: Options, body: bytes) -> list[str | None]:
    """The folders that a call of the server says have changed; None is everything. Raises ConnectorError for what is no
    such call, and where it asks for something that is not to be done."""
    return events.folders(events.records(body), options.bucket, Keys(options.prefix, options.ignore))
