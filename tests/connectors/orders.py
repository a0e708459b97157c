"""A server that carries out orders, each in a process of its own that waits to be traced or killed.

It reads a JSON line for each, and answers with the number of the waiting process (0 where it did not wait) and then
with how that ended. So what is imported once is traced by nobody.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any


def carry_out(act: Callable[[dict[str, Any]], int]) -> None:
    """Until nobody orders any more; `act` calls `wait_until_told`, and returns the status of its process."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _act(act, json.loads(line))
        _, status = os.waitpid(child, os.WUNTRACED)
        print(child if os.WIFSTOPPED(status) else 0, flush=True)
        if os.WIFSTOPPED(status):
            _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def wait_until_told() -> None:
    """By SIGCONT, from whoever has ordered and knows the process by then."""
    os.kill(os.getpid(), signal.SIGSTOP)


def _act(act: Callable[[dict[str, Any]], int], order: dict[str, Any]) -> None:
    os.dup2(2, 1)  # what it prints is no answer
    status = 1
    try:
        status = act(order)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(status)
