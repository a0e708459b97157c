"""A program that renames files as it is told, each in a process of its own that waits to be traced first.

It reads a JSON line for each rename, answers with the number of the waiting process and then with how it ended.
"""

import json
import os
import signal
import sys
from pathlib import Path

from connectors.base import ConnectorError, Entry
from connectors.watchfolder.folder import Folder


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _rename(order)
        _, status = os.waitpid(child, os.WUNTRACED)
        print(child if os.WIFSTOPPED(status) else 0, flush=True)
        if os.WIFSTOPPED(status):
            _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _rename(order: dict[str, str]) -> None:
    """Ends with 0 where it is done, 3 where the connector says that it could not, 1 for any other end."""
    code = 1
    try:
        folder = Folder(Path(order["root"]), recursive=True, ignore=(), protocol=order["protocol"])
        entry = Entry(order["path"], int(order["size"]), order["version"])
        folder.protocol("")
        os.kill(os.getpid(), signal.SIGSTOP)
        contents = order["contents"].encode()
        if order["act"] == "add":
            folder.add(entry.path, contents, beside=order["to"], key=order["key"])
        elif order["act"] == "withdraw":
            folder.withdraw(entry.path, contents, key=order["key"])
        elif contents:
            folder.rewrite(entry, contents, key=order["key"])
        else:
            folder.rename(entry, order["to"], key=order["key"], step=lambda _: None)
        code = 0
    except ConnectorError:
        code = 3
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
