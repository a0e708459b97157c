"""`image-renamer sheet`: a contact sheet of what the images of a folder would be called."""

import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import click

from appliance import imaging
from appliance.batches import Line
from appliance.commands.printing import Table, counted
from appliance.commands.rename import Asked, carry_out, policy_of
from appliance.commands.running import Run
from appliance.commands.scopes import scopes
from appliance.config import Settings
from appliance.errors import Invalid
from appliance.imaging import Decoder
from appliance.sources import name_of

ON_A_PAGE = 50
NOT_ASKED = {"template": None, "keywords": "", "threshold": 0.5, "again": False}


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    origin: str
    score: str


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of the sheet. `thumbnail` is a JPEG in base 64; `new` is empty where no name was found."""

    number: int
    thumbnail: str
    alt: str
    old: str
    new: str
    sure: bool
    confidence: str
    words: tuple[Said, ...]
    reason: str
    warnings: tuple[str, ...]


class Collected(Table):
    """Keeps every line with its file, and prints none."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[Path, Line]] = []

    def folder(self, root: Path) -> None:
        self._root = root

    def _line(self, line: Line, batch: int | None) -> None:  # noqa: ARG002 (for programs)
        self.lines.append((self._root / line.path, line))
        self._progress.advance(self._task)

    def finished(self, said: str) -> None:  # noqa: ARG002 (of names in a table, which are on the page)
        self._progress.stop()


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("contact-sheet.html"),
    show_default=True,
    help="The page that is written.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=500, show_default=True, help="Stop after that many images."
)
@click.option("--provider", help="Who looks at the pictures (default: the chain of providers).")
@click.option("--profile", default="web", show_default=True, help="web, archive, unicode, or one of yours.")
@click.option("--language", default="en", show_default=True, help="The language of the names.")
@click.option("--all/--bad-names", "everything", default=False, help="Every image, or only badly named ones (default).")
@click.option("--no-places", is_flag=True, help="Leave out the town where a picture was taken.")
@click.option("--no-recursive", is_flag=True, help="Leave sub-folders alone.")
@click.pass_obj
def sheet(settings: Settings, /, folder: Path, out: Path, limit: int, no_recursive: bool, **choices: Any) -> None:
    """Writes one page with every picture of FOLDER, its old name, its new one and why. Renames nothing."""
    from appliance import reports  # it takes a while to load, and most commands have no use for it

    _refuse_another_file(out, reports.MARK)
    asked = Asked(policy_of(settings, choices | NOT_ASKED), apply=False, yes=False, left=limit)
    collected = Collected()
    run = Run(settings, collected)
    carry_out(run, scopes([folder], recursive=not no_recursive), asked)
    lines = sorted(collected.lines, key=lambda one: str(one[0]))
    shots = iter(_shots(lines))
    pages = list(iter(lambda: list(islice(shots, ON_A_PAGE)), []))
    reports.write(out, reports.render("sheet", folder=str(folder), count=len(lines), pages=pages))
    click.echo(f"The sheet of {counted(len(lines), 'image')} is in {out}. Nothing was renamed.")
    sys.exit(run.exit_code())


def _refuse_another_file(path: Path, mark: str) -> None:
    """Before an hour's work, and not after it."""
    if path.is_symlink() or (path.exists() and mark.encode() not in path.read_bytes()[:1000]):
        raise Invalid(f"{path} is there already and no sheet of ours: give another name with --out.")


def _shots(lines: list[tuple[Path, Line]]) -> Iterator[Shot]:
    with Decoder() as decoder:
        for number, (path, line) in enumerate(lines, start=1):
            yield Shot(
                number,
                _thumbnail(decoder, path),
                line.alt,
                line.path,
                name_of(line.to) if line.to != line.path else "",
                line.state == "proposed",
                f"{line.confidence:.0%}" if 0 < line.confidence < 1 else "",
                tuple(
                    Said(word["word"], word["from"], f"{score:.0%}")
                    for word, score in zip(line.words, line.scores, strict=True)
                ),
                line.reason,
                line.warnings,
            )


def _thumbnail(decoder: Decoder, path: Path) -> str:
    """Empty where the file cannot be shown, of which its line says why."""
    try:
        with path.open("rb") as file:
            return b64encode(decoder.inspect(file, str(path)).thumbnail).decode()
    except (imaging.Unreadable, OSError):
        return ""
