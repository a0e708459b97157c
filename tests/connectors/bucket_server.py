"""A program that renames in buckets as it is told."""

import sys
from typing import Any

import msgspec

from connectors import s3
from connectors.base import ConnectorError, Entry
from connectors.s3.bucket import Habits
from connectors.s3.probing import Ways
from tests.connectors import orders
from tests.connectors.sweeping import DONE, REFUSED


def rename(order: dict[str, Any]) -> int:
    orders.wait_until_told()
    bucket = s3.connect(msgspec.convert(order["options"], s3.Options), habits=Habits(**order["habits"]))
    bucket.use(Ways(order["way"], deletes_if_match=True, puts_if_match=True, acls=False))
    entry = Entry(order["path"], order["size"], order["version"])
    try:
        bucket.rename(entry, order["to"], key=order["key"], step=lambda _: None)
    except ConnectorError as error:
        print(error, file=sys.stderr)
        return REFUSED
    return DONE


if __name__ == "__main__":
    orders.carry_out(rename)
