"""A small supervisor: a few processes that live and end together."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

FIRST_WAIT = 0.5  # seconds before a child that ended is started again; doubled each time it ends soon after
LONGEST_WAIT = 30.0
WELL_AFTER = 60.0  # seconds that a child must live for its earlier ends to be forgotten
MOST_FAILURES = 3  # ends of their own accord, each soon after its start, after which it is no use to go on
PATIENCE = 10.0  # seconds for children to end in good order before they are killed
_LOOK = 0.2
_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_libc = ctypes.CDLL(None)

logger = logging.getLogger(__name__)


@dataclass
class Child:
    """One process of the program. `stop` is the signal that ends it in good order."""

    name: str
    arguments: Sequence[str]
    stop: signal.Signals
    descriptors: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    waits: float = FIRST_WAIT
    again_at: float = 0.0
    failures: int = 0

    def start(self, environment: Mapping[str, str]) -> None:
        """In a session of its own, so that Ctrl-C reaches the supervisor alone; it ends with the supervisor, by
        whatever death."""
        supervisor = os.getpid()

        def tied() -> None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != supervisor:
                os._exit(1)

        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "appliance", *self.arguments],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            pass_fds=self.descriptors,
            start_new_session=True,
            preexec_fn=tied,  # the supervisor has one thread
        )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Starts the children again when they end, each after a growing while, until it is asked to stop, or one of them
    cannot be started: then `broken` is its name."""

    children: Sequence[Child]
    environment: Mapping[str, str]
    stopping: threading.Event = field(default_factory=threading.Event)
    broken: str = ""

    def start(self) -> None:
        for child in self.children:
            child.start(self.environment)

    def watch(self) -> None:
        """Returns once it is to stop and all children have ended."""
        try:
            while not self.broken and not self.stopping.wait(_LOOK):
                for child in self.children:
                    self._look_after(child)
        finally:
            self.end()

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.alive:
            if now - child.started_at > WELL_AFTER:
                child.waits, child.failures = FIRST_WAIT, 0
        elif child.process is not None:
            child.failures += child.process.returncode > 0
            if child.failures >= MOST_FAILURES:
                self.broken = child.name
                return
            logger.warning(
                "The %s process ended (%s) and is started again in %.1f s.", child.name, _how(child), child.waits
            )
            child.process, child.again_at = None, now + child.waits
            child.waits = min(child.waits * 2, LONGEST_WAIT)
        elif now >= child.again_at:
            child.start(self.environment)

    def end(self) -> None:
        """All children, in good order where they can; none is left behind."""
        for child in self.children:
            if child.process is not None and child.alive:
                child.process.send_signal(child.stop)
        give_up = time.monotonic() + PATIENCE
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()


def _how(child: Child) -> str:
    code = child.process.returncode if child.process else 0
    if code < 0:
        return f"by {signal.Signals(-code).name}"
    return f"exit code {code}"
