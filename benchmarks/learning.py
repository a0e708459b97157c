"""How well the embedded engine knows a product after so many corrections, and what that does to other photos."""

import argparse
import io
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from appliance.vision import Lesson, deciding
from appliance.vision.local import Local
from appliance.vision.seeing import Seen
from benchmarks import labelled

WORD = "acme a300"
LESSONS = (1, 3, 5, 10)
ASKED = 20
# Of the development photos, those of one thing that could be a shop's.
PRODUCTS = (
    "coffee.png",
    "motorcycle_left.png",
    "bus.jpg",
    "Wine_by_Jakkub_Mede.jpg",
    "greentock_by_Peter_Nerlich.jpg",
    "Picture_0B_by_freespace.jpg",
    "Picture_1A_by_freespace.jpg",
    "friends_by_Aitzol_Berasategi.jpg",
    "chelsea.png",
    "flower.jpg",
)


@dataclass
class Found:
    """Of so many shots that were asked for, and of so many other photos, how many got the word or became others."""

    asked: int = 0
    right: int = 0
    others: int = 0
    changed: int = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--products", type=int, default=len(PRODUCTS), help="how many things are taught")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    photos = labelled.development()
    previews = {photo.path.name: preview for photo, preview in zip(photos, labelled.previews(photos), strict=True)}
    engine = Local()
    seen = {name: engine.eyes.see(preview) for name, preview in previews.items()}
    untaught = {name: _words(engine, one) for name, one in seen.items()}
    found = {count: Found() for count in LESSONS}
    for product in PRODUCTS[: arguments.products]:
        asked = [engine.eyes.see(shot(previews[product], turn)) for turn in range(100, 100 + ASKED)]
        lessons = [_lesson(engine, shot(previews[product], turn)) for turn in range(max(LESSONS))]
        for count in LESSONS:
            taught = engine.taught(lessons[:count])
            others = [name for name in seen if name != product]
            found[count].asked += len(asked)
            found[count].right += sum(WORD in _words(taught, one) for one in asked)
            found[count].others += len(others)
            found[count].changed += sum(_words(taught, seen[name]) != untaught[name] for name in others)
    return _told(found, sum(WORD in words for words in untaught.values()), arguments.products, len(photos))


def _lesson(engine: Local, preview: bytes) -> Lesson:
    return Lesson(WORD, engine.features(preview))


def _words(engine: Local, seen: Seen) -> list[str]:
    said = deciding.decide(seen, engine.known.score(seen.features))
    return [word.text for word in said.candidates[0]] if said.candidates else []


def shot(preview: bytes, turn: int) -> bytes:
    """Of the same scene: nearer or further, from the side, turned, mirrored, in other light, unsharp. The same for the
    same turn."""
    picture = Image.open(io.BytesIO(preview)).convert("RGB")
    picture = picture.rotate((turn * 7) % 21 - 10, Image.Resampling.BICUBIC)
    width, height = picture.size
    scale = 0.6 + 0.05 * (turn * 5 % 7)
    left, top = (turn * 3 % 5) / 4 * (1 - scale) * width, (turn * 11 % 4) / 3 * (1 - scale) * height
    picture = picture.crop((int(left), int(top), int(left + scale * width), int(top + scale * height)))
    picture = ImageEnhance.Brightness(picture).enhance(0.7 + 0.1 * (turn % 7))
    picture = ImageEnhance.Color(picture).enhance(0.6 + 0.2 * (turn % 5))
    picture = ImageOps.mirror(picture) if turn % 2 else picture
    picture = picture.filter(ImageFilter.GaussianBlur(turn % 3))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _told(found: dict[int, Found], before: int, products: int, photos: int) -> dict[str, Any]:
    print(f"{products} things, each taught alone and asked for with {ASKED} other shots; {photos - 1} other photos")
    print(f"before: the word is said of {before} photos")
    figures: dict[str, Any] = {"products": products, "before": before}
    for count, one in found.items():
        right, changed = one.right / one.asked, one.changed / one.others
        print(f"{count:>3} lessons: {right:6.1%} of the shots get it, {changed:6.2%} of the others change")
        figures[str(count)] = {"right": right, "others": changed}
    return figures
