"""`image-renamer template`: what a template makes of some photos, token by token."""

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
from rich.table import Table as Grid
from rich.text import Text

from appliance import imaging, naming, vision
from appliance.commands import seeing
from appliance.commands.printing import console
from appliance.commands.profile import named
from appliance.commands.seeing import Seer
from appliance.config import Settings
from appliance.display import printable
from appliance.errors import Invalid
from appliance.imaging import Decoder, Picture
from appliance.pipeline import written
from appliance.pipeline.worker import NO_PROVIDER
from appliance.sources import Policy
from appliance.words import Description, Word

MOST_PHOTOS = 20


@click.command()
@click.argument("template", required=False)
@click.argument("photos", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--provider", help="Who looks at the pictures (default: the first who is asked), or none.")
@click.option("--profile", default="web", show_default=True, help="web, archive, unicode, or one of yours.")
@click.option("--language", default="en", show_default=True, help="The language of the names.")
@click.option("--keywords", default="", help="Words of yours that may stand in names, separated by commas.")
@click.pass_obj
def template(settings: Settings, /, template: str | None, photos: tuple[Path, ...], **choices: Any) -> None:
    """Shows what TEMPLATE makes of each of PHOTOS, and what became of each token. Changes nothing.

    PHOTOS are images, or folders with images; without any, every token is explained.
    """
    if template is None:
        _print_tokens()
        return
    try:
        naming.templates.check(template)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if not photos:
        _print_tokens()
        return
    rules = _rules(settings, template, choices)
    with Decoder() as decoder, _seer(settings, choices["provider"]) as seer:
        seen = [_shot(decoder, seer, path, rules) for path in _images(photos)]
    shots = [one for one in seen if isinstance(one, naming.Shot)]
    taken = {shot.folder: os.listdir(shot.folder) for shot in shots}  # noqa: PTH208  # only the names
    for shot, proposal in zip(shots, naming.plan(shots, taken, rules), strict=True):
        _print(shot, proposal, rules, template)
    problems = [one for one in seen if isinstance(one, str)]
    for problem in problems:
        click.echo(printable(problem), err=True)
    sys.exit(1 if problems else 0)


@contextmanager
def _seer(settings: Settings, name: str | None) -> Iterator[Seer | None]:
    """None for names from what the files say. Raises UsageError, Invalid."""
    if name == NO_PROVIDER:
        yield None
        return
    with ExitStack() as opened:
        try:
            found = opened.enter_context(seeing.seer(settings, name))
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        except vision.VisionError as error:
            raise Invalid(str(error)) from error
        yield found


def _rules(settings: Settings, template: str, choices: dict[str, Any]) -> naming.Rules:
    profile, own_profile = named(settings, choices["profile"])
    return naming.Rules(
        profile=Policy(profile=profile, own_profile=own_profile).names,
        language=choices["language"],
        keywords=tuple(word.strip() for word in choices["keywords"].split(",") if word.strip()),
        template=template,
        only_bad_names=False,
    )


def _images(paths: tuple[Path, ...]) -> list[Path]:
    """Each image once, the first ones of many; those in folders, but not in their sub-folders."""
    found: list[Path] = []
    for path in paths:
        found += _in_folder(path) if path.is_dir() else [path]
    if not found:
        raise Invalid("There are no images there.")
    if len(found) > MOST_PHOTOS:
        click.echo(f"The first {MOST_PHOTOS} of {len(found):,} images:", err=True)
    return list(dict.fromkeys(found))[:MOST_PHOTOS]


def _in_folder(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if naming.is_image(path.name) and path.is_file())


def _shot(decoder: Decoder, seer: Seer | None, path: Path, rules: naming.Rules) -> naming.Shot | str:
    """The photo as the naming knows it, or a sentence why it cannot be looked at."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            picture = decoder.inspect(file, str(path), pixels=seer is not None)
        seen = seer.describe(picture.preview, language=rules.language) if seer else Description()
    except (imaging.Unreadable, vision.VisionError, OSError) as error:
        return str(error)
    said = written.with_file_words(seen, picture.words, language=rules.language, camera=picture.exif.camera)
    return _as_shot(path, digest, picture, said)


def _as_shot(path: Path, digest: str, picture: Picture, said: Description) -> naming.Shot:
    exif = picture.exif
    return naming.Shot(
        name=path.name,
        folder=str(path.absolute().parent),
        extension=naming.extension_for(path.name, picture.kind.extension),
        sha256=digest,
        description=said,
        taken_at=exif.taken_at,
        phash=picture.phash,
        camera=exif.camera,
    )


def _print_tokens() -> None:
    grid = Grid("Token", "Becomes", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, meaning in naming.templates.MEANINGS.items():
        grid.add_row(Text(f"{{{name}}}"), Text(meaning))
    console().print(grid)


def _print(shot: naming.Shot, proposal: naming.Proposal, rules: naming.Rules, template: str) -> None:
    out = console()
    new = printable(proposal.name) or "(no name)"
    out.print(Text.assemble((printable(shot.name), "bold"), " → ", (new, "green" if proposal.name else "yellow")))
    grid = Grid(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for shown, word in naming.templates.explained(shot, rules, template):
        grid.add_row("  ", Text(printable(shown)), *_became(shown, word))
    out.print(grid)
    said = " ".join(part for part in (proposal.reason, *proposal.warnings) if part and proposal.name != shot.name)
    if said:
        out.print(Text(f"  {printable(said)}", "dim"))


def _became(shown: str, word: Word | None) -> tuple[Text, Text]:
    if word is not None:
        return Text(printable(word.text)), Text(f"from {word.origin}", "dim")
    if shown == "{counter}":
        return Text("01, 02 …"), Text("in the order taken", "dim")
    return Text("–"), Text("nothing, left out", "dim")
