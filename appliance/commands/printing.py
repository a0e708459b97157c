"""What a run says: a table for a person, JSON lines for a program."""

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid
from rich.text import Text

from appliance.batches import Line
from appliance.display import printable
from appliance.sources import folder_of, name_of

FAILURES = {"failed", "quarantined"}


class Printer:
    """Told of each file once, from any thread; counts, and says nothing. `failures` are what could not be done."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def failures(self) -> int:
        return sum(self.counts[state] for state in FAILURES)

    def line(self, line: Line, *, batch: int | None = None) -> None:
        with self._lock:
            self.counts[line.state] += 1
            self._line(line, batch)

    def _line(self, line: Line, batch: int | None) -> None:
        """What is said of one file, one at a time."""

    @contextmanager
    def working(self, data: Path) -> Iterator[None]:  # noqa: ARG002 (for people)
        """A command works on the database in `data` while this lasts, however it ends."""
        yield

    @contextmanager
    def pausing(self) -> Iterator[None]:
        """The screen is the caller's while this lasts."""
        yield

    def found(self, count: int) -> None:
        """That many images more are to be done."""

    def folder(self, root: Path) -> None:
        """The lines that follow are of files below `root`."""

    def finished(self, said: str) -> None:
        """The command ends with that sentence."""


class Json(Printer):
    """One object a line; docs/reference/commands.md has the fields."""

    _root = Path()

    def folder(self, root: Path) -> None:
        self._root = root

    def _line(self, line: Line, batch: int | None) -> None:
        said = {name: getattr(line, name) for name in _JSON_FIELDS} | {"root": str(self._root), "batch": batch}
        sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
        sys.stdout.buffer.flush()


_JSON_FIELDS = ("path", "to", "state", "reason", "words", "alt", "confidence", "sha256", "warnings", "companions")


class Table(Printer):
    """A progress bar while it works, then old → new by folder, and a sentence on what to do next."""

    def __init__(self, doing: str = "Looking for images") -> None:
        super().__init__()
        self._console = console()
        self._errors = Console(stderr=True, highlight=False)
        self._lines: list[Line] = []
        self._root = Path()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._errors,
            transient=True,
            disable=not self._errors.is_terminal,
        )
        self._task = self._progress.add_task(doing, total=None)

    @contextmanager
    def working(self, data: Path) -> Iterator[None]:
        self._errors.print(f"[dim]Database and history: {escape(str(data))}[/]", soft_wrap=True)
        with self._progress:
            yield

    @contextmanager
    def pausing(self) -> Iterator[None]:
        self._progress.stop()
        yield
        self._progress.start()

    def found(self, count: int) -> None:
        total = (self._progress.tasks[0].total or 0) + count
        self._progress.update(self._task, description="Looking at images", total=total)

    def folder(self, root: Path) -> None:
        self._print()
        self._root = root

    def _line(self, line: Line, batch: int | None) -> None:  # noqa: ARG002 (for programs)
        self._lines.append(line)
        self._progress.advance(self._task)

    def finished(self, said: str) -> None:
        self._progress.stop()
        self._print()
        self._console.print(f"\n{said}", markup=False, soft_wrap=True)

    def _print(self) -> None:
        lines, self._lines = sorted(self._lines, key=lambda line: (folder_of(line.path), line.path)), []
        for folder in dict.fromkeys(folder_of(line.path) for line in lines):
            grid = Grid(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
            grid.add_column(overflow="fold")
            grid.add_column(overflow="fold")
            grid.add_column(overflow="fold", style="dim")
            inside = [one for one in lines if folder_of(one.path) == folder]
            quiet = [one for one in inside if one.state == "kept" and not one.warnings]
            for line in inside:
                if line not in quiet:
                    grid.add_row(*_row(line))
            self._console.print(f"\n[bold]{escape(printable(str(self._root / folder)))}[/]", soft_wrap=True)
            if grid.row_count:
                self._console.print(grid)
            for reason, count in Counter(one.reason for one in quiet).items():
                self._console.print(f"[dim]{counted(count, 'image')} kept: {escape(_small(reason))}[/]")


def _row(line: Line) -> tuple[Text, Text, Text]:
    mark, style = _MARKS.get(line.state, ("", ""))
    new = printable(name_of(line.to)) if line.to != line.path else ""
    if line.state in {"proposed", "renamed", "undone"}:
        return Text(printable(name_of(line.path))), Text(f"{mark} {new}", style), Text(_because(line))
    said = f"{mark} {line.state}" + (f", perhaps {new}" if line.state == "review" and new else "")
    return Text(printable(name_of(line.path))), Text(said, style), Text(_notes(line))


_MARKS = {
    "proposed": ("→", "green"),
    "renamed": ("→", "green"),
    "undone": ("←", "green"),
    "review": ("?", "yellow"),
    "kept": ("=", "dim"),
    "failed": ("✗", "red"),
    "quarantined": ("✗", "red"),
}


def _because(line: Line) -> str:
    words = ", ".join(f"{word['word']} ({word['from']})" for word in line.words)
    sure = f"{line.confidence:.0%} sure" if 0 < line.confidence < 1 else ""
    return " · ".join(part for part in (words, sure, _notes(line)) if part)


def _notes(line: Line) -> str:
    along = f"with {', '.join(name_of(path) for path in line.companions)}" if line.companions else ""
    reason = line.reason.replace(line.path, name_of(line.path))
    return printable(" · ".join(part for part in (reason, *line.warnings, along) if part))


def console() -> Console:
    """For tables. Lines of a pipe or a file are not broken for a screen of eighty columns."""
    wide = Console(highlight=False)
    if not wide.is_terminal:
        wide.width = max(wide.width, 200)
    return wide


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def say(sentence: str) -> None:
    """Beside the output, for the person."""
    click.echo(sentence, err=True)


def as_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
