"""`image-renamer lint`: how good the names of a library are already."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import nlargest
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table as Grid
from rich.text import Text

from appliance import naming, sources
from appliance.commands.printing import as_json, console, counted
from appliance.commands.profile import named
from appliance.commands.remedies import Remedy, remedies
from appliance.commands.scopes import Scope, scopes
from appliance.config import Settings
from appliance.display import printable
from appliance.linting import Judged, Library, Problem
from appliance.linting import lint as look
from appliance.sources import Policy
from connectors.base import ConnectorError, Limited, Limits


@dataclass
class Findings:
    """What is said in the end. `worst` are at most as many as are asked for."""

    most: int
    roots: list[str] = field(default_factory=list)
    library: Library = field(default_factory=Library)
    problems: list[Problem] = field(default_factory=list)
    worst: list[Judged] = field(default_factory=list)

    def add(self, one: Judged | Problem) -> None:
        if isinstance(one, Problem):
            self.problems.append(one)
            return
        self.library.add(one)
        if one.faults:
            self.worst.append(one)
        if len(self.worst) > 4 * self.most + 1000:
            self.worst = self.worst_first()

    def worst_first(self) -> list[Judged]:
        return nlargest(self.most, self.worst, key=_badness)


def _badness(one: Judged) -> int:
    return -100 if one.score is None else -one.score


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line, and one for the whole at the end.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Writes a page that can be passed on.")
@click.option("--worst", type=click.IntRange(min=0), default=20, show_default=True, help="How many names are shown.")
@click.option("--profile", default="web", show_default=True, help="web, archive, unicode, or one of yours.")
@click.option("--language", default="en", show_default=True, help="The language of the names.")
@click.option("--no-recursive", is_flag=True, help="Leave sub-folders alone.")
@click.option("--fail-under", type=click.FloatRange(0, 100), help="Exit code 1 where the score is lower.")
@click.pass_obj
def lint(
    settings: Settings,
    /,
    paths: tuple[Path, ...],
    as_lines: bool,
    html: Path | None,
    worst: int,
    no_recursive: bool,
    fail_under: float | None,
    **choices: Any,
) -> None:
    """How good the names in PATHS are: a score from 0 to 100, and the worst ones. Changes nothing.

    PATHS are folders, with their sub-folders, or single images.
    """
    profile, own_profile = named(settings, choices["profile"])
    policy = Policy(profile=profile, own_profile=own_profile, language=choices["language"])
    findings = Findings(worst)
    for scope, one in _looked_at(paths, policy, findings, recursive=not no_recursive):
        one = _from_here(scope, one)
        findings.add(one)
        if as_lines:
            click.echo(_line(one))
    mended = remedies(settings, paths, findings.library.counts, choices)
    if as_lines:
        click.echo(as_json(_summary(findings)))
    else:
        _print(findings, mended)
    if html is not None:
        _write(html, findings, profile, mended)
    sys.exit(_exit_code(findings, fail_under))


def _looked_at(
    paths: tuple[Path, ...], policy: Policy, findings: Findings, *, recursive: bool
) -> Iterator[tuple[Scope, Judged | Problem]]:
    errors = Console(stderr=True, highlight=False)
    columns = SpinnerColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("Looking for images")
        for scope in scopes(paths, recursive=recursive):
            findings.roots.append(str(scope.folder))
            for one in _in_scope(scope, policy):
                progress.update(task, description=f"Looking at names: {findings.library.images:,}")
                yield scope, one


def _in_scope(scope: Scope, policy: Policy) -> Iterator[Judged | Problem]:
    recursive = scope.recursive and scope.files is None
    connector = sources.connect("watchfolder", {"path": str(scope.folder), "recursive": recursive})
    try:
        limits = connector.limits("") if isinstance(connector, Limited) else Limits()
        entries = [entry for entry in connector.scan() if scope.holds(entry, "")]
        yield from look(connector, entries, _rules(policy, limits))
        for name in scope.missing({entry.path for entry in entries}):
            yield Problem(name, "It is not an image; links and hidden files are left alone.")
    except (ConnectorError, OSError) as error:
        yield Problem("", str(error))
    finally:
        connector.close()


def _rules(policy: Policy, limits: Limits) -> naming.Rules:
    return naming.Rules(
        profile=policy.names,
        language=policy.language,
        name_max=limits.name_max,
        unicode_form=limits.unicode_form,
        forbidden=limits.forbidden,
        reserved_suffixes=limits.reserved_suffixes,
    )


def _from_here(scope: Scope, one: Judged | Problem) -> Judged | Problem:
    """With the whole path, since several places may be looked at."""
    path = str(scope.folder / one.path)
    return Problem(path, one.says) if isinstance(one, Problem) else Judged(path, one.score, one.faults)


def _line(one: Judged | Problem) -> str:
    if isinstance(one, Problem):
        return as_json({"path": one.path, "problem": one.says})
    faults = [{"rule": fault.rule.name.lower().replace("_", "-"), "says": fault.says} for fault in one.faults]
    return as_json({"path": one.path, "score": one.score, "faults": faults})


def _summary(findings: Findings) -> dict[str, Any]:
    library = findings.library
    counts = {rule.name.lower().replace("_", "-"): count for rule, count in library.counts.most_common()}
    return {
        "score": library.score,
        "images": library.images,
        "perfect": library.perfect,
        "faults": counts,
        "problems": len(findings.problems),
    }


def _print(findings: Findings, mended: list[Remedy]) -> None:
    library, out = findings.library, console()
    if not library.images and not library.counts:
        out.print("There are no images there.")
    else:
        out.print(f"[bold]Score {library.score} of 100[/]: {_said(library)}")
    if library.counts:
        grid = Grid("Fault", "Names", box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for rule, count in library.counts.most_common():
            grid.add_row(rule, Text(f"{count:,}", justify="right"))
        out.print("\n", grid, sep="")
    if worst := findings.worst_first():
        _print_worst(worst)
    for problem in findings.problems:
        click.echo(f"{printable(problem.path)}: {printable(problem.says)}", err=True)
    for remedy in mended:
        out.print(f"\n{remedy.says}:\n  {remedy.command}", markup=False, soft_wrap=True)


def _said(library: Library) -> str:
    good = f"{library.perfect:,} of {counted(library.images, 'image')}"
    return f"{good} {'has' if library.perfect == 1 else 'have'} no fault."


def _print_worst(worst: list[Judged]) -> None:
    here = Path.cwd()
    grid = Grid("Score", "Name", "What is wrong, and what to do", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for one in worst:
        path = Path(one.path)
        shown = str(path.relative_to(here)) if path.is_relative_to(here) else one.path
        says = "\n".join(fault.says for fault in one.faults)
        score = "" if one.score is None else str(one.score)
        grid.add_row(Text(score, justify="right"), Text(printable(shown), overflow="fold"), Text(printable(says, "\n")))
    console().print("\n", grid, sep="")


def _write(path: Path, findings: Findings, profile: str, mended: list[Remedy]) -> None:
    from appliance import reports  # it takes a while to load, and most runs have no use for it

    page = reports.render(
        "lint",
        library=findings.library,
        profile=profile,
        roots=findings.roots,
        problems=findings.problems,
        worst=findings.worst_first(),
        remedies=mended,
    )
    reports.write(path, page)
    click.echo(f"The report is in {path}.", err=True)


def _exit_code(findings: Findings, fail_under: float | None) -> int:
    too_low = fail_under is not None and findings.library.whole.mean < fail_under
    return 1 if too_low or findings.problems else 0
