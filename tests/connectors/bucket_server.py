"""Renames in buckets, each in a process of its own, so that it can be killed; orders come as lines of JSON."""

import json
import os
import signal
import sys
from typing import Any

import msgspec

from connectors import s3
from connectors.base import ConnectorError, Entry
from connectors.s3.bucket import Habits
from connectors.s3.probing import Ways

DONE, REFUSED = 0, 3


def _rename(order: dict[str, Any]) -> int:
    bucket = s3.connect(msgspec.convert(order["options"], s3.Options), habits=Habits(**order["habits"]))
    bucket.use(Ways(order["way"], deletes_if_match=True, puts_if_match=True, acls=False))
    entry = Entry(order["path"], order["size"], order["version"])
    try:
        bucket.rename(entry, order["to"], key=order["key"], step=lambda _: None)
    except ConnectorError as error:
        print(error, file=sys.stderr)
        return REFUSED
    return DONE


def main() -> None:
    for line in sys.stdin:
        process = os.fork()
        if not process:
            os.kill(os.getpid(), signal.SIGSTOP)  # until the one who ordered knows whom to kill
            os._exit(_rename(json.loads(line)))
        os.waitpid(process, os.WUNTRACED)
        print(process, flush=True)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
