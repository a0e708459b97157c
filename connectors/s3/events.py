"""What servers tell of changes: S3's records, as they are or wrapped by a service that passes them on."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote_plus

from connectors.base import ConnectorError
from connectors.s3.keys import Keys

MOST_FOLDERS = 100  # after which everything is looked through


def records(body: bytes) -> list[tuple[str, str]]:
    """Bucket and key of each object that is told of. Raises ConnectorError for what is no such message."""
    try:
        return list(_records(json.loads(body)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConnectorError(
            "This is no notification of a bucket: let the server send S3's own records, as JSON.", permanent=True
        ) from error


def _records(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if message.get("Type") == "SubscriptionConfirmation":
        raise ConnectorError(
            f"Amazon SNS asks whether it may call: open this address once to allow it: {_trusted(message)}",
            permanent=True,
        )
    if message.get("Type") == "Notification":  # Amazon SNS
        yield from _records(json.loads(message["Message"]))
    elif message.get("source") == "aws.s3":  # Amazon EventBridge
        yield message["detail"]["bucket"]["name"], message["detail"]["object"]["key"]
    elif message.get("Event") != "s3:TestEvent":
        for record in message["Records"]:
            yield record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])


def _trusted(message: dict[str, Any]) -> str:
    address = str(message.get("SubscribeURL", ""))
    return address if re.match(r"https://sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/", address) else "(it gave none)"


def folders(told: Iterable[tuple[str, str]], bucket: str, keys: Keys) -> list[str | None]:
    """Where to look: the folders of those objects that are in the source; None is everything."""
    paths = {keys.path(key) for name, key in told if name == bucket and key.startswith(keys.root)}
    found = {path.rpartition("/")[0] for path in paths if keys.wants(path)}
    return [None] if len(found) > MOST_FOLDERS else sorted(found)  # type: ignore[return-value]
