"""A program that renames files as it is told."""

from pathlib import Path

from connectors.base import ConnectorError, Entry
from connectors.watchfolder.folder import Folder
from tests.connectors import orders
from tests.connectors.sweeping import DONE, REFUSED


def rename(order: dict[str, str]) -> int:
    folder = Folder(Path(order["root"]), recursive=True, ignore=(), protocol=order["protocol"])
    entry = Entry(order["path"], int(order["size"]), order["version"])
    folder.protocol("")
    orders.wait_until_told()
    contents = order["contents"].encode()
    try:
        if order["act"] == "add":
            folder.add(entry.path, contents, beside=order["to"], key=order["key"])
        elif order["act"] == "withdraw":
            folder.withdraw(entry.path, contents, key=order["key"])
        elif contents:
            folder.rewrite(entry, contents, key=order["key"])
        else:
            folder.rename(entry, order["to"], key=order["key"], step=lambda _: None)
    except ConnectorError:
        return REFUSED
    return DONE


if __name__ == "__main__":
    orders.carry_out(rename)
