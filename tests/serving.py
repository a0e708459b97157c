"""A home with a real `image-renamer serve`, and the whole tree of its processes."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy.orm import Session

from appliance.config import Settings
from appliance.db import Database
from tests.home import Home
from tests.watching import eventually

READY = "Ctrl-C stops it"
OWNER = "alice@example.org"
PASSWORD = "correct horse battery"
START_SECONDS = 60
STOP_SECONDS = 30  # what a loaded machine may take; how long it does take is for tests to say


@dataclass(frozen=True, order=True)
class Process:
    """One process, by number and start, so that another with its number is not taken for it."""

    number: int
    began: str
    command: str = field(compare=False)

    @property
    def alive(self) -> bool:
        return process(self.number) == self

    def kill(self) -> None:
        os.kill(self.number, signal.SIGKILL)


@dataclass
class Served:
    """`image-renamer serve` in a process of its own, on a free port."""

    home: Home
    serve: "subprocess.Popen[bytes] | None" = None

    def start(self, *options: str | Path) -> None:
        self.begin(*options)
        eventually(lambda: READY in self.said() or not self.running, START_SECONDS, self.log)
        assert self.running, self.log()

    def begin(self, *options: str | Path) -> None:
        """Without waiting until it answers."""
        self.out.write_bytes(b"")
        with self.out.open("ab") as said, self.errors.open("ab") as log:
            command = self.home.command("serve", *(() if "--port" in options else ("--port", "0")), *options)
            self.serve = subprocess.Popen(command, env=self.home.process_environment(), stdout=said, stderr=log)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.serve is not None
        self.serve.send_signal(how)
        return self.serve.wait(STOP_SECONDS)

    @property
    def running(self) -> bool:
        return self.serve is not None and self.serve.poll() is None

    @property
    def out(self) -> Path:
        return self.home.root / "serve.out"

    @property
    def errors(self) -> Path:
        return self.home.root / "serve.log"

    def said(self) -> str:
        return self.out.read_text()

    def log(self) -> str:
        return f"{self.said()}\n{self.errors.read_text()[-4000:]}"

    @property
    def address(self) -> str:
        found = re.search(r"is on (\S+)", self.said())
        assert found, self.log()
        return found[1]

    @property
    def link(self) -> str | None:
        """Where the first account is made, if that was said."""
        found = re.search(r"https?://\S+/setup\?token=\S+", self.said())
        return found and found[0]

    def tree(self) -> list[Process]:
        """It and all below it."""
        assert self.serve is not None
        return tree_of(self.serve.pid)

    def child(self, name: str) -> Process:
        """`api`, `work`, or `forkserver`, which opens the pictures."""
        found: list[Process] = []

        def one_is_there() -> bool:
            found[:] = [one for one in self.tree() if re.search(rf"( |\.){name}( |$)", one.command)]
            return bool(found)

        eventually(one_is_there, what=lambda: f"{name}: {self.tree()}\n{self.log()}")
        return found[0]

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Its database, to look at."""
        settings = Settings.from_env(self.home.process_environment(), self.home.root / "data")
        database = Database(settings.database_url)
        try:
            with database.reading(None) as session:
                yield session
        finally:
            database.close()


@contextmanager
def served(home: Home, *options: str | Path, start: bool = True) -> Iterator[Served]:
    """Whatever a test does, nothing of it is left."""
    served = Served(home)
    seen: list[Process] = []
    if start:
        served.start(*options)
    try:
        yield served
    finally:
        if served.running:
            seen = served.tree()
            with suppress(subprocess.TimeoutExpired):
                served.stop()
            for one in seen:
                if one.alive:
                    one.kill()


def make_owner(served: Served) -> httpx.Client:
    """Alice, by the link that the terminal showed; what she sends from now on is signed in."""
    assert served.link is not None
    browser = httpx.Client(base_url=served.address, timeout=30)
    page = browser.get(served.link)
    csrf = re.search(r'name="csrf" value="([^"]*)"', page.text)
    form = {
        "csrf": csrf[1] if csrf else "",
        "token": served.link.partition("token=")[2],
        "email": OWNER,
        "password": PASSWORD,
        "again": PASSWORD,
    }
    answer = browser.post("/setup", data=form)
    assert answer.status_code in {200, 303}, answer.text
    return browser


def gone(processes: list[Process], seconds: float = STOP_SECONDS) -> float:
    """Waits until none of them is alive; answers how long that took."""
    return eventually(lambda: not any(one.alive for one in processes), seconds, lambda: left(processes))


def left(processes: list[Process]) -> list[Process]:
    return [one for one in processes if one.alive]


def tree_of(root: int) -> list[Process]:
    parents = {number: parent for number, parent in map(_parent, _numbers()) if parent}
    found, wanted = [], [root]
    while wanted:
        number = wanted.pop()
        if one := process(number):
            found.append(one)
        wanted += [child for child, parent in parents.items() if parent == number]
    return found


def process(number: int) -> Process | None:
    """None where there is none, or it has ended and only waits to be reaped."""
    try:
        state, _, began = _stat(number)
        command = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return None
    return None if state == "Z" else Process(number, began, command.strip())


def _numbers() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def _parent(number: int) -> tuple[int, int]:
    try:
        return number, _stat(number)[1]
    except OSError:
        return number, 0


def _stat(number: int) -> tuple[str, int, str]:
    """State, parent and start; the name before them may hold anything (proc(5))."""
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return fields[0], int(fields[1]), fields[19]
