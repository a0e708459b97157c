"""How often the embedded engine says the right word, and what it costs.

A word is right where a person who labelled the photo would accept it, and it is the main subject where it says what
the photo is of; text that was read is not judged. A photo is renamed where the confidence reaches the threshold; the
rest waits for a person.

development  out of packages, fetched; looked at while the engine was made
tuning       from a folder; the weights of the decision were fitted on them, so their figures flatter
judging      from a folder; from other repositories, nothing was fitted or tuned on them
fresh        from a folder; from yet other repositories, labelled before the engine had seen any photo of them
sealed       from a folder; drawn by lot from small sites, labelled by somebody who did not know the engine's words
"""

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path

from appliance import vision
from appliance.words import Description, Origin
from benchmarks import labelled
from benchmarks.labelled import Photo

Named = Sequence[tuple[Photo, Description]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--provider", default="local")
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--rounds", type=int, default=3, help="of which the quickest counts")
    parser.add_argument("--photos", action="store_true", help="print what was said of each photo")
    parser.add_argument(
        "--pictures", type=Path, default=labelled.PICTURES, metavar="FOLDER", help="of the tuning and judging photos"
    )


def run(arguments: argparse.Namespace) -> dict[str, object]:
    """Everything in one thread; decoding, which happens in other processes, is not counted."""
    sets = {
        "development": labelled.development(),
        "tuning": labelled.tuning(arguments.pictures),
        "judging": labelled.judging(arguments.pictures),
        "fresh": labelled.fresh(arguments.pictures),
        "sealed": labelled.sealed(arguments.pictures),
    }
    provider = vision.load(arguments.provider)
    before = _resident_mb()
    figures: dict[str, object] = {}
    for name, photos in sets.items():
        figures |= _judged(name, photos, provider, arguments) if photos else {f"{name}: photos": 0}
    memory = _resident_mb() - before
    cpu = _cpu_ms(provider, labelled.previews(sets["development"]), arguments.rounds)
    figures |= {"cpu_ms": round(cpu, 1), "memory_mb": round(memory), "model": provider.model}
    print("\n".join(f"{name:28} {value}" for name, value in figures.items()))
    return figures


def _judged(
    name: str, photos: list[Photo], provider: vision.Provider, arguments: argparse.Namespace
) -> dict[str, object]:
    descriptions = [provider.describe(preview, language="en") for preview in labelled.previews(photos)]
    named = list(zip(photos, descriptions, strict=True))
    if arguments.photos:
        _print_photos(named)
    renamed = [pair for pair in named if pair[1].confidence >= arguments.threshold]
    return {
        f"{name}: photos": len(photos),
        f"{name}: everything said": _quality(named, len(photos)),
        f"{name}: renamed at {arguments.threshold}": _quality(renamed, len(photos)),
        f"{name}: confidence": _calibration(named),
    }


def _said(description: Description) -> list[str]:
    best = description.candidates[0] if description.candidates else ()
    return [word.text.lower() for word in best if word.origin is not Origin.TEXT]


def _quality(named: Named, photos: int) -> dict[str, float]:
    """Shares of all photos in percent, but for the precision, which is of the words that were said."""
    said = [(photo, _said(description)) for photo, description in named]
    words = sum(len(one) for _, one in said)
    right = [photo.right(one) for photo, one in said]
    counts = {
        "right word": sum(map(bool, right)),
        "main subject": sum(bool(photo.main & set(one)) for photo, one in said),
        "no word": photos - sum(bool(one) for _, one in said),
    }
    shares = {name: round(100 * count / photos, 1) for name, count in counts.items()}
    return shares | {"precision": round(100 * sum(map(len, right)) / words, 1) if words else 0.0}


def _calibration(named: Named) -> str:
    """By fifths of the confidence: its mean, and of how many photos every word is right and one the main subject."""
    fifths: dict[int, list[tuple[float, bool]]] = {}
    for photo, description in named:
        if said := _said(description):
            accepted = len(photo.right(said)) == len(said) and bool(photo.main & set(said))
            fifths.setdefault(min(4, int(description.confidence * 5)), []).append((description.confidence, accepted))
    return "".join(f"\n    {_reliability(fifth, fifths[fifth])}" for fifth in sorted(fifths))


def _reliability(fifth: int, photos: Sequence[tuple[float, bool]]) -> str:
    mean = sum(confidence for confidence, _ in photos) / len(photos)
    accepted = sum(accepted for _, accepted in photos) / len(photos)
    return f"{fifth / 5:.1f} to {(fifth + 1) / 5:.1f}: {mean:.2f} said, {accepted:.2f} right, of {len(photos)}"


def _cpu_ms(provider: vision.Provider, previews: list[bytes], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        started = time.process_time()
        for preview in previews:
            provider.describe(preview, language="en")
        times.append((time.process_time() - started) / len(previews) * 1000)
    return min(times)


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _print_photos(named: Named) -> None:
    for photo, description in named:
        said = _said(description)
        marks = ", ".join(word if word in photo.right([word]) else f"{word} (wrong)" for word in said)
        print(f"{description.confidence:.2f}  {photo.path.as_posix()[-44:]:44}  {marks or '-'}")
