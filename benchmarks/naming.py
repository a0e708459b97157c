"""How often the embedded engine says the right word, on labelled photos that packages ship, and what it costs.

A word is right where a person who labelled the photo would accept it, and it is the main subject where it says what
the photo is of. A photo is renamed where the confidence reaches the threshold; the rest waits for a person.
"""

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

from appliance import vision
from appliance.imaging import Decoder
from appliance.words import Description
from benchmarks import packages

LABELS = Path(__file__).parent / "dev-photo-words.json"


@dataclass(frozen=True, slots=True)
class Photo:
    path: Path
    main: frozenset[str]
    also: frozenset[str]

    def said(self, description: Description) -> list[str]:
        return [word.text.lower() for word in description.candidates[0]] if description.candidates else []

    def right(self, words: list[str]) -> list[str]:
        return [word for word in words if word in self.main | self.also]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--provider", default="local")
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--rounds", type=int, default=3, help="of which the quickest counts")
    parser.add_argument("--photos", action="store_true", help="print what was said of each photo")


def run(arguments: argparse.Namespace) -> dict[str, object]:
    """Everything in one thread; decoding, which happens in other processes, is not counted."""
    photos = _photos()
    previews = _previews(photos)
    provider = vision.load(arguments.provider)
    before = _resident_mb()
    descriptions = [provider.describe(preview, language="en") for preview in previews]
    memory = _resident_mb() - before
    cpu = min(_cpu_ms(provider, previews) for _ in range(arguments.rounds))
    if arguments.photos:
        _print_photos(photos, descriptions)
    renamed = [pair for pair in zip(photos, descriptions, strict=True) if pair[1].confidence >= arguments.threshold]
    everything = _quality(list(zip(photos, descriptions, strict=True)), len(photos))
    figures = {
        "photos": len(photos),
        "everything said": everything,
        f"renamed at {arguments.threshold}": _quality(renamed, len(photos)),
        "cpu_ms": round(cpu, 1),
        "memory_mb": round(memory),
        "model": provider.model,
    }
    print("\n".join(f"{name:18} {value}" for name, value in figures.items()))
    return figures


def _photos() -> list[Photo]:
    photos = []
    for package, labelled in json.loads(LABELS.read_text()).items():
        paths = packages.unpack(package, {name: labels["sha256"] for name, labels in labelled.items()})
        for path, labels in zip(paths, labelled.values(), strict=True):
            photos.append(Photo(path, frozenset(labels["main"]), frozenset(labels["also"])))
    return photos


def _previews(photos: list[Photo]) -> list[bytes]:
    previews = []
    with Decoder() as decoder:
        for photo in photos:
            with photo.path.open("rb") as file:
                previews.append(decoder.inspect(file, photo.path.name).preview)
    return previews


def _quality(pairs: list[tuple[Photo, Description]], photos: int) -> dict[str, float]:
    """Shares of all photos in percent, but for the precision, which is of the words that were said."""
    said = [(photo, photo.said(description)) for photo, description in pairs]
    words = sum(len(one) for _, one in said)
    right = [photo.right(one) for photo, one in said]
    main = sum(bool(photo.main & set(one)) for photo, one in said)
    counts = {
        "right word": sum(map(bool, right)),
        "main subject": main,
        "no word": photos - sum(bool(one) for _, one in said),
    }
    shares = {name: round(100 * count / photos, 1) for name, count in counts.items()}
    return shares | {"precision": round(100 * sum(map(len, right)) / words, 1) if words else 0.0}


def _cpu_ms(provider: vision.Provider, previews: list[bytes]) -> float:
    started = time.process_time()
    for preview in previews:
        provider.describe(preview, language="en")
    return (time.process_time() - started) / len(previews) * 1000


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def _print_photos(photos: list[Photo], descriptions: list[Description]) -> None:
    for photo, description in zip(photos, descriptions, strict=True):
        said = photo.said(description)
        marks = ", ".join(word if word in photo.right(said) else f"{word} (wrong)" for word in said)
        print(f"{description.confidence:.2f}  {photo.path.as_posix()[-44:]:44}  {marks or '-'}")
