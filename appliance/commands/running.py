"""What the commands that change names share: one run, its batches, and Ctrl-C."""

import os
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

import click

from appliance import batches, pipeline
from appliance.commands import INTERRUPTED
from appliance.commands.printing import Printer
from appliance.config import Settings
from appliance.errors import Conflict
from appliance.models import OWN_TENANT, Batch, BatchState
from appliance.pipeline.leases import Outcome
from appliance.pipeline.worker import NO_PROVIDER, Worker


@dataclass
class Run:
    """One run of a command: where it works, whom it tells, and whether it is asked to stop."""

    settings: Settings
    printer: Printer
    stopping: threading.Event = field(default_factory=threading.Event)
    started: list[Batch] = field(default_factory=list)

    def told(self, outcomes: list[Outcome]) -> None:
        """Passes on what has come to rest. A reader that went away (`| head`) ends the run in good order."""
        try:
            mine = {batch.id for batch in self.started}  # what an earlier command left is put right in silence
            for outcome in outcomes:
                if outcome.image.due_at is None and outcome.image.batch_id in mine:
                    self.tell(batches.line(outcome.image), outcome.image.batch_id)
        except BrokenPipeError:
            self.stopping.set()

    def tell(self, line: batches.Line, batch_id: int) -> None:
        self.printer.line(line, batch=batch_id)

    def work_off(self, worker: Worker, batch: Batch) -> None:
        """Takes a batch to its end, or to where Ctrl-C stopped it; its rows are in good order either way."""
        looks = pipeline.ROWS_AT_ONCE if batch.policy["provider"] == NO_PROVIDER else pipeline.LOOKS_AT_ONCE
        pipeline.work_off(worker, batch.id, self.settings.workers, self.stopping, looks)
        if worker.heartbeat.taken_for_dead:
            raise Conflict("The computer slept, or was too busy, and another command ended this one; run it again.")
        state = BatchState.CANCELLED if self.stopping.is_set() else BatchState.COMPLETED
        with worker.database.session(OWN_TENANT) as session:
            batches.finish(session, batch, state)

    def exit_code(self) -> int:
        if self.stopping.is_set():
            return INTERRUPTED
        return 1 if self.printer.failures else 0


def this_program(settings: Settings) -> str:
    """How the same program is called again on the same data, from where the person stands."""
    name = "image-renamer"
    program = name if shutil.which(name) or not sys.argv[0].endswith(name) else _briefly(sys.argv[0])
    found = Settings.from_env(os.environ).data == settings.data
    return program if found else f"{program} --data {_briefly(str(settings.data))}"


def _briefly(path: str) -> str:
    return shlex.quote(min(os.path.relpath(path), os.path.abspath(path), key=len))  # noqa: PTH100


@contextmanager
def interruptible(run: Run) -> Iterator[None]:
    """Ctrl-C and SIGTERM let what is under way be finished; a second one ends the program at once, which loses
    nothing either, since the next command puts right what the journal says."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        if run.stopping.is_set():
            raise KeyboardInterrupt
        run.stopping.set()
        click.echo("Stopping: what is under way is finished first.", err=True)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
