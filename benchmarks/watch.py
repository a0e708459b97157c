"""What watching costs: a look through 100,000 files with nothing new beside a bare walk, and an idle appliance."""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from appliance import app, sources
from appliance.config import Settings
from appliance.intake import Intake
from appliance.intake.bursts import Bursts
from appliance.models import OWN_TENANT
from appliance.secrets import vault_of
from appliance.sources import Choices

FOLDERS = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5, help="of which the quickest counts")
    parser.add_argument("--idle", type=int, default=60, metavar="SECONDS", help="for which an idle worker is measured")


def run(arguments: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        root = _tree(Path(folder) / "tree", arguments.files)
        figures = _looks(Path(folder), root, arguments.rounds) | _idle(Path(folder), arguments.idle)
    print("\n".join(f"{name:58} {figure}" for name, figure in figures.items()))
    return figures


def _tree(root: Path, files: int) -> Path:
    for number in range(FOLDERS):
        inside = root / f"{number:03}"
        inside.mkdir(parents=True)
        for n in range(files // FOLDERS):
            (inside / f"IMG_{n:05}.JPG").touch()
    return root


def _looks(home: Path, root: Path, rounds: int) -> dict[str, object]:
    settings = Settings.from_env({"RENAMER_VISION": "canned"}, home / "data")
    database = app.open_database(settings)
    worker = app.make_worker(settings, database)
    options = {"path": str(root)}
    with database.session(OWN_TENANT) as session:
        source = sources.add(
            session,
            OWN_TENANT,
            vault_of(settings),
            sources.Wanted(kind="watchfolder", name="Many", options=options, choices=Choices(review="auto")),
            actor="test",
        )
    connector = sources.connect("watchfolder", options)
    try:
        intake = Intake(worker, source, connector, Bursts("canned", "benchmark"), threading.Event())
        before = _memory()
        first = _seconds(intake.everything)
        again = min(_seconds(intake.everything) for _ in range(rounds))
        (root / "000" / "IMG_99999.JPG").touch()
        one_new = _seconds(intake.everything)
        hint = _seconds(lambda: intake.folder("000"))
        grown = _memory() - before
    finally:
        worker.close()
        database.close()
    bare = min(_seconds(lambda: _walk(root)) for _ in range(rounds))
    return {
        "first look, everything remembered, s": round(first, 1),
        "bare os.scandir walk with stat, s": round(bare, 2),
        "a look with nothing new, s": round(again, 2),
        "... beside the bare walk": round(again / bare, 2),
        "a look with one new file, s": round(one_new, 2),
        "a look at one folder of a hundredth, ms": round(hint * 1000),
        "memory grown by, MB": round(grown / 1024),
    }


def _walk(root: Path) -> int:
    count, waiting = 0, [str(root)]
    while waiting:
        with os.scandir(waiting.pop()) as found:
            for item in found:
                if item.is_dir(follow_symlinks=False):
                    waiting.append(item.path)
                else:
                    item.stat(follow_symlinks=False)
                    count += 1
    return count


def _idle(home: Path, seconds: int) -> dict[str, object]:
    """A real worker that watches all these files, while nothing happens."""
    command = [sys.executable, "-m", "appliance", "--data", str(home / "data"), "work"]
    environment = os.environ | {"RENAMER_VISION": "canned"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as worker:
        try:
            time.sleep(20)  # the first look of the process, and the last transactions
            before, began = _ticks(worker.pid), time.monotonic()
            time.sleep(seconds)
            spent, took = _ticks(worker.pid) - before, time.monotonic() - began
        finally:
            worker.send_signal(signal.SIGINT)
    return {"an idle worker, percent of a core": round(100 * spent / took, 2)}


def _ticks(process_id: int) -> float:
    """Seconds of CPU that a process has used (proc(5))."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
