"""`image-renamer undo`: puts old names back."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import click
from sqlalchemy.orm import Session

from appliance import app, batches, sources
from appliance.batches import Line
from appliance.commands.printing import Json, Printer, Table, counted, say
from appliance.commands.running import Run, interruptible
from appliance.config import Settings
from appliance.errors import NotFound
from appliance.models import OWN_TENANT, Rename, Source
from appliance.pipeline.worker import Worker

LARGEST = 2**31 - 1  # of a database's whole numbers


@click.command()
@click.argument("what", nargs=-1)
@click.option(
    "--last", is_flag=True, help="The last command that renamed something (also what happens without any WHAT)."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@click.pass_obj
def undo(settings: Settings, what: tuple[str, ...], last: bool, as_json: bool) -> None:
    """Puts the old names back, of a batch by its number, or of files and folders by their paths.

    Says what it could not put back, and why. Files that were edited since keep their new bytes.
    """
    if last and what:
        raise click.UsageError("Give either --last or what to undo, not both.")
    printer: Printer = Json() if as_json else Table("Putting old names back")
    run = UndoRun(settings, printer)
    places = {one: _real(Path(one)) for one in what}
    with app.command(settings, run.told, say) as worker, interruptible(run), printer.working(settings.data):
        with worker.database.reading(OWN_TENANT) as session:
            rows = _rows(session, places)
        for _, act in groupby(sorted(rows, key=_newest_first), key=_newest_first):
            _take_back(worker, run, list(act))
        printer.finished(_summary(run))
    sys.exit(run.exit_code())


def _newest_first(row: Rename) -> int:
    return -row.batch_id


def _take_back(worker: Worker, run: Run, rows: list[Rename]) -> None:
    """One act, before those that came earlier."""
    if run.stopping.is_set():
        return
    with worker.database.session(OWN_TENANT) as session:
        undoing = batches.undo(session, OWN_TENANT, rows, worker.owner)
        roots = {batch.id: Path(session.get_one(Source, batch.source_id).root) for batch in undoing.batches}
    run.started += undoing.batches
    for batch in undoing.batches:
        run.printer.folder(roots[batch.id])
        for line in undoing.refused.values():
            run.tell(line, batch.id)
        undoing.refused.clear()
        run.work_off(worker, batch)


class UndoRun(Run):
    """A run whose images are `undone`, or `failed` where the old name could not be put back."""

    def tell(self, line: Line, batch_id: int) -> None:
        states = {"kept": "undone", "renamed": "failed"}
        super().tell(replace(line, state=states.get(line.state, line.state)), batch_id)


def _rows(session: Session, places: Mapping[str, Path]) -> list[Rename]:
    if not places:
        return batches.done_in(session, OWN_TENANT, batches.last_act(session, OWN_TENANT)) or _nothing()
    rows: dict[int, Rename] = {}
    for one, path in places.items():
        found = _at_path(session, path) or _of_batch(session, one)
        if not found:
            raise NotFound(_unknown(session, one))
        rows |= {row.id: row for row in found}
    return sorted(rows.values(), key=lambda row: (row.image_id, row.companion, row.id))


def _nothing() -> list[Rename]:
    raise NotFound("There is nothing to undo.")


def _unknown(session: Session, one: str) -> str:
    if _number(one) and batches.was_undone(session, OWN_TENANT, _number(one)):
        return f"Batch {one} was taken back already."
    return f"Nothing that was renamed is known of {one!r}; `image-renamer history` lists what is."


def _number(text: str) -> int:
    """A batch's number; 0, which no batch has, for anything else."""
    return int(text) if text.isdecimal() and len(text) < len(str(LARGEST)) else 0


def _of_batch(session: Session, number: str) -> list[Rename]:
    return batches.done_in(session, OWN_TENANT, [_number(number)])


def _real(path: Path) -> Path:
    return path.resolve() if path.is_dir() else path.parent.resolve() / path.name


def _at_path(session: Session, path: Path) -> list[Rename]:
    for source, inside in sources.local_paths(session, OWN_TENANT, path):
        if rows := batches.done_at(session, OWN_TENANT, source.id, inside):
            return rows
    return []


def _summary(run: Run) -> str:
    counts = run.printer.counts
    failed = f", {counts['failed']:,} could not be put back" if counts["failed"] else ""
    return f"{counted(counts['undone'], 'old name')} put back{failed}."
