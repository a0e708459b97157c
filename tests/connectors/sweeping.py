"""Runs an act on a folder in a process of its own under strace, which kills it, or fails or fakes one of its calls."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
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

    @property
    def line(self) -> dict[str, object]:
        entry = self.entry
        of_entry = {"path": entry.path, "size": entry.size, "version": entry.version}
        rest = {"to": self.to, "key": self.key, "contents": self.contents, "act": self.act}
        return {"root": str(self.root), "protocol": self.protocol, **of_entry, **rest}


class Traced:
    """A server as tests.connectors.orders describes it."""

    def __init__(self, server: "subprocess.Popen[str]", trace: Path) -> None:
        self._server = server
        self.trace = trace

    def run(self, order: Mapping[str, object], *expressions: str) -> int:
        """How the order ended. The programs that it starts are not traced with it."""
        process = self._ask(order)
        assert process, "the process ended before it began"
        tracing = [word for expression in expressions for word in ("-e", expression)]
        command = ["strace", "-f", "-b", "execve", "-o", str(self.trace), *tracing, "-p", str(process)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
            assert strace.stderr is not None
            attached = strace.stderr.readline()
            assert "attached" in attached, attached + strace.stderr.read()
            subprocess.run(["kill", "-CONT", str(process)], check=True)
            return self._answer()

    def killed_before(self, order: Mapping[str, object], call: Call) -> int:
        # Not with --seccomp-bpf, under which strace 6.1 counts no further than the first call.
        return self.run(order, f"trace={call.name}", f"inject={call.name}:signal=SIGKILL:when={call.nth}")

    def untraced(self, order: Mapping[str, object]) -> int:
        assert self._ask(order) == 0, "it waits to be traced"
        return self._answer()

    def _ask(self, order: Mapping[str, object]) -> int:
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return self._answer()

    def _answer(self) -> int:
        assert self._server.stdout is not None
        return int(self._server.stdout.readline())


class Renamer:
    def __init__(self, traced: Traced) -> None:
        self._traced = traced

    def calls(self, order: Order) -> list[Call]:
        """Carries out the rename and tells every system call on files that it took."""
        assert self._traced.run(order.line, "trace=%file,%desc") == DONE
        counted: Counter[str] = Counter()
        calls = []
        for name in _CALL.findall(self._traced.trace.read_text()):
            counted[name] += 1
            calls.append(Call(name, counted[name]))
        return calls

    def killed_before(self, order: Order, call: Call) -> int:
        return self._traced.killed_before(order.line, call)

    def faulty(self, order: Order, call: Call, fault: str) -> int:
        """`fault` is `error=EIO` and the like, or `retval=0` for a call that lies."""
        return self._traced.run(order.line, f"inject={call.name}:{fault}:when={call.nth}")


@contextmanager
def traced(folder: Path, module: str) -> Iterator[Traced]:
    command = [sys.executable, "-m", module]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as server:
        assert server.stdin is not None
        try:
            yield Traced(server, folder / "trace")
        finally:
            server.stdin.close()


@contextmanager
def renamer(folder: Path) -> Iterator[Renamer]:
    with traced(folder, "tests.connectors.rename_server") as server:
        yield Renamer(server)
