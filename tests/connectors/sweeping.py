"""Runs an act on a folder in a process of its own under strace, which kills it, or fails or fakes one of its calls."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.base import Entry

DONE, REFUSED, KILLED = 0, 3, -9
_CALL = re.compile(r"(?m)^(?:\d+ +)?(\w+)\(")


@dataclass(frozen=True)
class Call:
    """The nth call of its name."""

    name: str
    nth: int

    def __str__(self) -> str:
        return f"{self.name} no. {self.nth}"


@dataclass(frozen=True)
class Order:
    """A rename to `to`, or with `contents` a file that is to have these; with `act` one that is to come beside `to`
    (`add`) or to go (`withdraw`)."""

    root: Path
    protocol: str | None
    entry: Entry
    to: str
    key: str = "1"
    contents: str = ""
    act: str = ""


class Renamer:
    def __init__(self, server: "subprocess.Popen[str]", trace: Path) -> None:
        self._server = server
        self._trace = trace

    def calls(self, order: Order) -> list[Call]:
        """Carries out the rename and tells every system call on files that it took."""
        assert self._run(order, "trace=%file,%desc") == DONE
        counted: Counter[str] = Counter()
        calls = []
        for name in _CALL.findall(self._trace.read_text()):
            counted[name] += 1
            calls.append(Call(name, counted[name]))
        return calls

    def killed_before(self, order: Order, call: Call) -> int:
        return self._run(order, f"inject={call.name}:signal=SIGKILL:when={call.nth}")

    def faulty(self, order: Order, call: Call, fault: str) -> int:
        """`fault` is `error=EIO` and the like, or `retval=0` for a call that lies."""
        return self._run(order, f"inject={call.name}:{fault}:when={call.nth}")

    def _run(self, order: Order, expression: str) -> int:
        process = self._ask(order)
        command = ["strace", "-o", str(self._trace), "-e", expression, "-p", str(process)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
            assert strace.stderr is not None
            attached = strace.stderr.readline()
            assert "attached" in attached, attached + strace.stderr.read()
            subprocess.run(["kill", "-CONT", str(process)], check=True)
            return self._answer()

    def _ask(self, order: Order) -> int:
        assert self._server.stdin is not None
        entry = order.entry
        line = {"root": str(order.root), "protocol": order.protocol, "path": entry.path, "size": entry.size}
        line |= {
            "version": entry.version,
            "to": order.to,
            "key": order.key,
            "contents": order.contents,
            "act": order.act,
        }
        self._server.stdin.write(json.dumps(line) + "\n")
        self._server.stdin.flush()
        process = self._answer()
        assert process, "the renaming process ended before it began"
        return process

    def _answer(self) -> int:
        assert self._server.stdout is not None
        return int(self._server.stdout.readline())


@contextmanager
def renamer(folder: Path) -> Iterator[Renamer]:
    command = [sys.executable, "-m", "tests.connectors.rename_server"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as server:
        assert server.stdin is not None
        try:
            yield Renamer(server, folder / "trace")
        finally:
            server.stdin.close()
