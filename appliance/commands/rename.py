"""`image-renamer rename`: the main job, once, without a server."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import click

from appliance import app, batches, naming, sources, vision
from appliance.commands.printing import Json, Printer, Table, counted
from appliance.commands.running import Run, interruptible, this_program
from appliance.config import Settings
from appliance.errors import Invalid, Problem
from appliance.models import OWN_TENANT, Batch, BatchKind, Source
from appliance.pipeline.worker import NO_PROVIDER, Worker
from appliance.sources import Policy, folder_of, name_of
from connectors.base import ConnectorError, Entry

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a folder was asked for: all below it, itself alone, or some files in it."""

    folder: Path
    files: frozenset[str] | None = None
    recursive: bool = True

    def holds(self, entry: Entry, folder: str) -> bool:
        if self.files is not None:
            return folder_of(entry.path) == folder and name_of(entry.path) in self.files
        return self.recursive or folder_of(entry.path) == folder


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--apply", is_flag=True, help="Rename. Without it nothing is changed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@click.option("--provider", help="Who looks at the pictures: local, or none for what the files say of themselves.")
@click.option("--profile", type=click.Choice(sorted(naming.PROFILES)), default="web", show_default=True)
@click.option("--template", help="How a name is built, such as '{date:%Y-%m-%d}-{subject}'.")
@click.option("--language", default="en", show_default=True, help="The language of the names.")
@click.option("--keywords", default="", help="Words of yours that may stand in names, separated by commas.")
@click.option("--all/--bad-names", "everything", default=False, help="Every image, or only badly named ones (default).")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Below this confidence the old name is kept.",
)
@click.option("--again", is_flag=True, help="Look again at images that have had their name from here.")
@click.option("--no-recursive", is_flag=True, help="Leave sub-folders alone.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after that many images.")
@click.pass_obj
def rename(
    settings: Settings,
    /,
    paths: tuple[Path, ...],
    apply: bool,
    as_json: bool,
    no_recursive: bool,
    limit: int | None,
    **choices: Any,
) -> None:
    """Shows what the images in PATHS would be called, and why; --apply renames them.

    PATHS are folders, with their sub-folders, or single images.
    """
    policy = _policy(settings, choices)
    printer: Printer = Json() if as_json else Table()
    run = Run(settings, printer)
    with app.command(settings, run.told) as worker, interruptible(run):
        _ask_provider(worker, policy)
        printer.started(settings.data)
        for scope in _scopes(paths, recursive=not no_recursive):
            limit = _rename_in(worker, run, scope, policy, apply, limit)
        printer.finished(_summary(run, apply))
    sys.exit(run.exit_code())


def _policy(settings: Settings, choices: dict[str, Any]) -> Policy:
    policy = Policy(
        provider=choices["provider"] or settings.vision,
        profile=choices["profile"],
        template=choices["template"],
        language=choices["language"],
        keywords=tuple(word.strip() for word in choices["keywords"].split(",") if word.strip()),
        rename="all" if choices["everything"] else "bad-names",
        threshold=choices["threshold"],
        again=choices["again"],
    )
    try:
        if policy.template:
            naming.templates.check(policy.template)
        if policy.provider != NO_PROVIDER:
            vision.load(policy.provider)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return policy


def _ask_provider(worker: Worker, policy: Policy) -> None:
    """Before anything is looked at: can the provider work at all?"""
    try:
        provider = worker.provider(policy)
        if provider is None:
            return
        provider.check()
        if provider.languages is not None and policy.language not in provider.languages:
            click.echo(
                f"The {provider.name} engine does not speak {policy.language!r}; its words will be English.", err=True
            )
    except vision.VisionError as error:
        raise Invalid(str(error)) from error


def _scopes(paths: Iterable[Path], *, recursive: bool) -> list[Scope]:
    """Folders as they are, files by their folder; what lies inside another folder of the list is named once."""
    real = [path.resolve() for path in paths]
    folders = [path for path in dict.fromkeys(real) if path.is_dir()]
    outer = [
        one
        for one in folders
        if not recursive or not any(one != other and one.is_relative_to(other) for other in folders)
    ]
    files: dict[Path, set[str]] = {}
    for path in real:
        if not path.is_dir():
            files.setdefault(path.parent, set()).add(path.name)
    return [Scope(folder, recursive=recursive) for folder in outer] + [
        Scope(folder, frozenset(names))
        for folder, names in files.items()
        if not any(_covers(one, folder, recursive) for one in outer)
    ]


def _covers(folder: Path, other: Path, recursive: bool) -> bool:
    return other == folder or (recursive and other.is_relative_to(folder))


def _rename_in(worker: Worker, run: Run, scope: Scope, policy: Policy, apply: bool, limit: int | None) -> int | None:
    """One folder from scan to end; returns how many images may still be taken elsewhere."""
    if run.stopping.is_set() or limit == 0:
        return limit
    kind = BatchKind.COMMAND if apply else BatchKind.PREVIEW
    with worker.database.session(OWN_TENANT) as session:
        source, folder = sources.for_folder(session, OWN_TENANT, scope.folder)
        batch = batches.start(session, OWN_TENANT, source, kind, policy, worker.owner)
    run.started.append(batch)
    run.printer.folder(Path(source.root))
    taken = _take_in(worker, run, scope, policy, batch, source, folder, limit)
    run.work_off(worker, batch)
    return None if limit is None else limit - taken


def _take_in(
    worker: Worker, run: Run, scope: Scope, policy: Policy, batch: Batch, source: Source, folder: str, limit: int | None
) -> int:
    try:
        connector = worker.connections.open(source)
        if batch.kind is not BatchKind.PREVIEW:
            connector.check()  # looking works on a read-only disk too
        found = [entry for entry in connector.scan(folder) if scope.holds(entry, folder)]
    except (ConnectorError, OSError) as error:
        raise Problem(str(error)) from error
    images = batches.without_companions(found) if policy.companions else found
    wanted = list(islice(images, limit))
    run.printer.found(len(wanted))
    for start in range(0, len(wanted), ROWS_AT_ONCE):
        with worker.database.session(OWN_TENANT) as session:
            left = batches.take_in(session, batch, policy, wanted[start : start + ROWS_AT_ONCE])
        for line in left:
            run.tell(line, batch.id)
    return len(wanted)


def _summary(run: Run, apply: bool) -> str:
    counts = run.printer.counts
    if not counts.total():
        return "There are no images there."
    done = counted(counts["renamed" if apply else "proposed"], "image")
    said = [f"{done} {'renamed' if apply else 'would be renamed'}"]
    said += [f"{counts[state]:,} {words}" for state, words in _OUTCOMES.items() if counts[state]]
    numbers = " ".join(str(batch.id) for batch in run.started)
    stopped = "Stopped before the end. " if run.stopping.is_set() else ""
    undo = f" To take it back: {this_program(run.settings)} undo {numbers}" if apply and counts["renamed"] else ""
    hint = " Nothing was changed; add --apply to rename." if not apply else undo
    return f"{stopped}{', '.join(said)}.{hint}"


_OUTCOMES = {
    "kept": "kept as they are",
    "review": "not sure enough, kept",
    "quarantined": "not safe to open",
    "failed": "failed",
}
