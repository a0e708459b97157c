"""How often the title of a document, a screenshot, a slide, a cover or a sign is in its name.

A title is in the name where every word of one that somebody would accept is among the words of the best candidate.

drawn    made by the benchmark, in English, German, French and Spanish
tuning   real ones from a folder; the choice of the title was made with a view to them
judging  real ones from a folder, that nobody looked at while it was made
"""

import argparse
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from appliance import vision
from benchmarks import documents, labelled
from benchmarks.documents import Document


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--photos", action="store_true", help="print what was said of each, but for the judging ones")
    parser.add_argument("--pictures", type=Path, default=labelled.PICTURES, metavar="FOLDER", help="of the real ones")


def run(arguments: argparse.Namespace) -> dict[str, object]:
    real = list(documents.real(arguments.pictures))
    sets = {
        "drawn": list(documents.drawn()),
        "tuning": [one for one, tuned in real if tuned],
        "judging": [one for one, tuned in real if not tuned],
    }
    figures: dict[str, object] = {}
    for name, found in sets.items():
        figures |= _judged(name, found, show=arguments.photos and name != "judging")
    print("\n".join(f"{name:28} {value}" for name, value in figures.items()))
    return figures


def _judged(name: str, found: Sequence[Document], *, show: bool) -> dict[str, object]:
    if not found:
        return {f"{name}: documents": 0}
    said = [_said(one.preview) for one in found]
    right = [_has_title(words, one.titles) for words, one in zip(said, found, strict=True)]
    if show:
        for one, words, good in zip(found, said, right, strict=True):
            print(f"{'  ' if good else '- '}{one.name[:40]:40} {one.titles[0][:40]:40} {words}")
    share = round(100 * sum(right) / len(found), 1)
    return {f"{name}: documents": len(found), f"{name}: title in the name": f"{share} %"}


def _said(preview: bytes) -> str:
    candidates = vision.load("local").describe(preview, language="en").candidates
    return " ".join(word.text for word in candidates[0]) if candidates else ""


def _has_title(said: str, titles: Sequence[str]) -> bool:
    words = set(_words(said))
    return any(set(_words(title)) <= words for title in titles)


def _words(text: str) -> list[str]:
    """Without accents, which the names of files lose too."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    return re.findall(r"\w+", plain)
