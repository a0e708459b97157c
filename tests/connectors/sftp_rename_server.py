"""A program that renames on a server as it is told, each in a process of its own, which ends before or after a request.

It reads a JSON line for each rename, and answers with how the process ended and how many requests it had made.
"""

import json
import os
import signal
import sys
from typing import Any

from connectors import sftp
from connectors.base import ConnectorError, Entry
from connectors.sftp import signing
from connectors.sftp.session import Session


class Counted(Session):
    """`dies_at` is a moment: 2n before the nth request, 2n + 1 after its answer came."""

    moment = -1
    dies_at = -1

    def _request(self, *request: object) -> Any:
        Counted._pass()
        answer = super()._request(*request)
        Counted._pass()
        return answer

    @staticmethod
    def _pass() -> None:
        if Counted.moment >= 0:
            if Counted.moment == Counted.dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            Counted.moment += 1


def main() -> None:
    signing.Session = Counted  # type: ignore[attr-defined]
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _rename(json.loads(line), writing)
        os.close(writing)
        _, status = os.waitpid(child, 0)
        told = os.read(reading, 100).decode() or "0"
        os.close(reading)
        print(os.waitstatus_to_exitcode(status), told, flush=True)


def _rename(order: dict[str, Any], told: int) -> None:
    """Ends with 0 where it is done, 3 where the connector says that it could not, 1 for any other end."""
    code = 1
    try:
        connector = sftp.connect(sftp.Options(**order["options"]))
        Counted.moment, Counted.dies_at = 0, order["dies_at"]
        connector.rename(Entry(*order["entry"]), order["to"], key="1", step=lambda _: None, protocol="sftp")
        os.write(told, str(Counted.moment).encode())
        code = 0
    except ConnectorError as error:
        print(error, file=sys.stderr)
        code = 3
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
