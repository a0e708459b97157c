"""`image-renamer explain`: every candidate word of one picture, its score and where it came from."""

from dataclasses import replace
from pathlib import Path

import click
from rich.table import Table as Grid
from rich.text import Text

from appliance import imaging, naming, vision
from appliance.commands import seeing
from appliance.commands.printing import as_json, console
from appliance.commands.seeing import Seer
from appliance.config import Settings
from appliance.display import printable
from appliance.errors import Invalid
from appliance.imaging import Decoder, Exif, Picture
from appliance.pipeline import written
from appliance.vision import Evidence, modelfiles, places
from appliance.vision.places import Place
from appliance.words import Description, Origin, Word


@click.command()
@click.argument("photo", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--provider", help="Who looks at the picture (default: the first who is asked).")
@click.option("--language", default="en", show_default=True)
@click.option("--json", "json_lines", is_flag=True, help="One JSON object, for programs.")
@click.pass_obj
def explain(settings: Settings, photo: Path, provider: str | None, language: str, json_lines: bool) -> None:
    """Every candidate word for PHOTO, its score and where it came from. Changes nothing."""
    try:
        with seeing.seer(settings, provider) as seer:
            picture = _look(photo)
            seen = seer.describe(picture.preview, language=language)
            said = written.with_file_words(seen, picture.words, language=language, camera=picture.exif.camera)
            evidence = _evidence(picture, said, language) + _seen(seer, picture, said, language)
        place = _place(picture.exif)
    except (imaging.Unreadable, vision.VisionError, modelfiles.ModelUnusable, ValueError) as error:
        raise Invalid(str(error)) from error
    if json_lines:
        click.echo(
            as_json({"path": str(photo), "words": evidence, "exif": picture.exif, "place": place, "description": said})
        )
        return
    _print_facts(photo, picture, place)
    _print_words(evidence)
    click.echo(f"\nConfidence: {said.confidence:.0%}" + (f". Alt text: {said.alt}" if said.alt else ""))


def _evidence(picture: Picture, said: Description, language: str) -> list[Evidence]:
    """Of the words that stand in the file."""
    texts = written.weighed(picture.words, language=language, camera=picture.exif.camera)
    return [Evidence(one.word, _is_said(one.word, said), _why(one)) for one in texts]


def _why(one: written.Weighed) -> str:
    return f"A {one.kind} in the file" + (f", left out: {one.why_not}." if one.why_not else ".")


def _seen(seer: Seer, picture: Picture, said: Description, language: str) -> list[Evidence]:
    """What stands in the file may have taken the place of what was seen."""
    seen = seer.explain(picture.preview, language=language)
    if not said.candidates or said.candidates[0][0].origin is not Origin.METADATA:
        return seen
    return [_outranked(one) if one.said and not _is_said(one.word, said) else one for one in seen]


def _outranked(one: Evidence) -> Evidence:
    return replace(one, said=False, why=f"{one.why} What stands in the file is said instead.")


def _is_said(word: Word, said: Description) -> bool:
    first = said.candidates[0] if said.candidates else ()
    return any((word.text, word.origin) == (other.text, other.origin) for other in first)


def _look(photo: Path) -> Picture:
    if not photo.is_file():
        raise Invalid(f"{photo} is no file; give a picture.")
    with Decoder() as decoder, photo.open("rb") as file:
        return decoder.inspect(file, str(photo))


def _place(exif: Exif) -> Place | None:
    if exif.latitude is None or exif.longitude is None:
        return None
    return places.nearest(exif.latitude, exif.longitude)


def _print_facts(photo: Path, picture: Picture, place: Place | None) -> None:
    click.echo(f"{photo}: {picture.kind.format.upper()}, {picture.width} × {picture.height}")
    exif = picture.exif
    if exif.taken_at:
        click.echo(
            f"Taken {exif.taken_at:%Y-%m-%d %H:%M:%S}" + (f" with {exif.make} {exif.model}" if exif.model else "")
        )
    if exif.latitude is not None and exif.longitude is not None:
        near = f", near {place.name}, {place.country}" if place else ", far from any town"
        click.echo(f"At {exif.latitude:.4f}, {exif.longitude:.4f}{near}")
    bad = naming.why_bad(photo.name)
    click.echo(f"Its present name: {bad if bad else 'good as it is'}\n")


def _print_words(evidence: list[vision.Evidence]) -> None:
    grid = Grid("Word", "Score", "From", "Said?", "Why", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for one in evidence:
        word = one.word
        said = "yes" if one.said else "no"
        grid.add_row(Text(printable(word.text)), f"{word.score:.2f}", word.origin, said, Text(one.why))
    console().print(grid)
