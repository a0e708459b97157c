"""`image-renamer rename`: the main job, once, without a server."""

import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import click

from appliance import app, batches, naming, providers, sources, vision
from appliance.batches import Line
from appliance.commands import warning
from appliance.commands.printing import Json, Table, counted, say
from appliance.commands.profile import named
from appliance.commands.running import Run, interruptible, this_program
from appliance.commands.scopes import Scope, scopes
from appliance.config import Settings
from appliance.downstream import Trace
from appliance.errors import Invalid
from appliance.models import OWN_TENANT, Batch, BatchKind, Source, now
from appliance.pipeline import latecomers
from appliance.pipeline.latecomers import Late
from appliance.pipeline.worker import Worker
from appliance.sources import Policy, joined, name_of
from connectors.base import ConnectorError, Entry

ROWS_AT_ONCE = 500


@dataclass
class Asked:
    """What the person asked for; `left` is how many images may still be looked at, None for all."""

    policy: Policy
    apply: bool
    yes: bool
    left: int | None

    @property
    def kind(self) -> BatchKind:
        return BatchKind.COMMAND if self.apply else BatchKind.PREVIEW


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--apply", is_flag=True, help="Rename. Without it nothing is changed.")
@click.option("--yes", is_flag=True, help="Don't ask, also where other programs know the photos by name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@click.option(
    "--provider", help="Who looks at the pictures: local, openai, google, or none for what the files say of themselves."
)
@click.option("--profile", default="web", show_default=True, help="web, archive, unicode, or one of yours.")
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
@click.option("--no-places", is_flag=True, help="Leave out the town where a picture was taken.")
@click.option("--again", is_flag=True, help="Look again at images that have had their name from here.")
@click.option("--no-recursive", is_flag=True, help="Leave sub-folders alone.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after that many images.")
@click.pass_obj
def rename(
    settings: Settings,
    /,
    paths: tuple[Path, ...],
    apply: bool,
    yes: bool,
    as_json: bool,
    no_recursive: bool,
    limit: int | None,
    **choices: Any,
) -> None:
    """Shows what the images in PATHS would be called, and why; --apply renames them.

    PATHS are folders, with their sub-folders, or single images.
    """
    asked = Asked(policy_of(settings, choices), apply, yes, limit)
    run = Run(settings, Json() if as_json else Table())
    carry_out(run, scopes(paths, recursive=not no_recursive), asked)
    sys.exit(run.exit_code())


def carry_out(run: Run, asked_for: list[Scope], asked: Asked) -> None:
    """One folder after the other, and a sentence in the end; Ctrl-C ends it in good order."""
    settings, printer = run.settings, run.printer
    with app.command(settings, run.told, say) as worker, interruptible(run), printer.working(settings.data):
        _ask_provider(worker, asked.policy)
        for scope in asked_for:
            _rename_in(worker, run, scope, asked)
        printer.finished(_summary(run, asked.apply))


def policy_of(settings: Settings, choices: dict[str, Any]) -> Policy:
    """What the options of the command line say. Raises UsageError."""
    profile, own_profile = named(settings, choices["profile"])
    policy = Policy(
        provider=choices["provider"] or providers.CHAIN,
        profile=profile,
        own_profile=own_profile,
        template=choices["template"],
        language=choices["language"],
        keywords=tuple(word.strip() for word in choices["keywords"].split(",") if word.strip()),
        rename="all" if choices["everything"] else "bad-names",
        threshold=choices["threshold"],
        again=choices["again"],
        places=not choices["no_places"],
    )
    try:
        if policy.template is not None:
            naming.templates.check(policy.template)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return policy


def _ask_provider(worker: Worker, policy: Policy) -> None:
    """Before anything is looked at: can anybody look at pictures at all?"""
    try:
        chain = worker.providers.chain(OWN_TENANT, policy.provider)
        link = chain and chain.working()
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except vision.VisionError as error:
        raise Invalid(str(error)) from error
    if link and link.provider.languages is not None and policy.language not in link.provider.languages:
        click.echo(
            f"The {link.provider.name} engine does not speak {policy.language!r}; its words will be English.", err=True
        )


def _rename_in(worker: Worker, run: Run, scope: Scope, asked: Asked) -> None:
    """One folder from scan to end. What keeps it from being looked at is said, and the next one is taken."""
    if run.stopping.is_set() or asked.left == 0:
        return
    with worker.database.session(OWN_TENANT) as session:
        source, folder = sources.for_folder(session, OWN_TENANT, scope.folder)
        batch = batches.start(session, OWN_TENANT, source, asked.kind, asked.policy, worker.owner)
    run.started.append(batch)
    run.printer.folder(Path(source.root))
    try:
        found = _scanned(worker, scope, asked, source, folder)
        late = latecomers.find(worker, batch, worker.connections.open(source), found)
        if not _is_wanted(run, asked, warning.traces(worker, source, folder, found)):
            run.stopping.set()
    except (ConnectorError, OSError) as error:
        run.tell(Line(folder, folder, "failed", str(error)), batch.id)
        found, late = [], []
    if not run.stopping.is_set():
        _let_join(worker, run, asked, batch, late)
        joining = {one.move.from_path for one in late}
        images = [entry for entry in batches.without_companions(found) if entry.path not in joining]
        for path in _missing(scope, folder, {entry.path for entry in images} | joining):
            run.tell(Line(path, path, "failed", _NO_IMAGE), batch.id)
        _take_in(worker, run, asked, batch, sorted(images, key=lambda entry: entry.path))
    _say_cost(worker, asked.policy, batch)
    run.work_off(worker, batch)


def _say_cost(worker: Worker, policy: Policy, batch: Batch) -> None:
    """Before it is spent, where it costs anything."""
    chain = worker.providers.chain(OWN_TENANT, policy.provider)
    if chain is None or chain.first is None or not chain.first.most_cost:
        return
    with worker.database.reading(OWN_TENANT) as session:
        images = batches.count_due(session, batch)
    estimate = providers.estimate(chain, OWN_TENANT, images, now())
    if estimate.cost:
        say(str(estimate))


def _missing(scope: Scope, folder: str, found: set[str]) -> list[str]:
    return [joined(folder, name) for name in scope.missing(set(map(name_of, found)))]


_NO_IMAGE = "It is not an image that can be renamed here; links and hidden files are left alone."


def _scanned(worker: Worker, scope: Scope, asked: Asked, source: Source, folder: str) -> list[Entry]:
    connector = worker.connections.open(source)
    if asked.apply:
        connector.check()  # looking works on a read-only disk too
    return [entry for entry in connector.scan(folder) if scope.holds(entry, folder)]


def _is_wanted(run: Run, asked: Asked, traces: list[Trace]) -> bool:
    """Says once what other programs may lose; asks whoever sits at a terminal before the first name is changed."""
    if not traces:
        return True
    with run.printer.pausing():
        warning.say(traces)
        if not asked.apply or asked.yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
            return True
        return click.confirm("Rename all the same?", default=False, err=True)


def _let_join(worker: Worker, run: Run, asked: Asked, batch: Batch, late: list[Late]) -> None:
    """Files that came after their image was renamed."""
    if not asked.apply:
        for one in late:
            run.tell(Line(one.move.from_path, one.move.to_path, "proposed", _JOINS), batch.id)
    elif late:
        with worker.database.session(OWN_TENANT) as session:
            refused = latecomers.join(session, batch, late)
        for one in refused:
            run.tell(Line(one.move.from_path, one.move.from_path, "failed", _CANNOT_JOIN), batch.id)


_JOINS = "It came after its image was renamed, and takes its name."
_CANNOT_JOIN = "It belongs to an image on which another command is at work; run this again when that one has ended."


def _take_in(worker: Worker, run: Run, asked: Asked, batch: Batch, entries: list[Entry]) -> None:
    """What has a good name or is named already does not count against the limit."""
    rest = iter(entries)
    while some := list(islice(rest, ROWS_AT_ONCE if asked.left is None else min(asked.left, ROWS_AT_ONCE))):
        with worker.database.session(OWN_TENANT) as session:
            left = batches.take_in(session, batch, asked.policy, some)
        run.printer.found(len(some))
        for line in left:
            run.tell(line, batch.id)
        if asked.left is not None:
            asked.left -= len(some) - len(left)


def _summary(run: Run, apply: bool) -> str:
    counts = run.printer.counts
    stopped = "Stopped before the end. " if run.stopping.is_set() else ""
    if not counts.total():
        return f"{stopped}Nothing was changed." if stopped else "There are no images there."
    done = counts["renamed" if apply else "proposed"]
    said = [f"{counted(done, 'image')} {'renamed' if apply else 'would be renamed'}"]
    said += [f"{counts[state]:,} {words}" for state, words in _OUTCOMES.items() if counts[state]]
    return f"{stopped}{', '.join(said)}. {_next(run, apply, done)}".rstrip()


def _next(run: Run, apply: bool, done: int) -> str:
    if not apply:
        return "Nothing was changed; add --apply to rename." if done else "Nothing was changed."
    what = str(run.started[0].id) if len(run.started) == 1 else "--last"
    return f"To take it back: {this_program(run.settings)} undo {what}" if done else ""


_OUTCOMES = {
    "kept": "kept as they are",
    "review": "not sure enough, kept",
    "quarantined": "not safe to open",
    "failed": "failed",
}
