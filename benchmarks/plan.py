"""How long a plan takes for one folder that is full of similar names already."""

import argparse
import time

from appliance.naming import Rules, Shot, plan
from appliance.words import Description, Origin, Role, Word

COUNTS = (2_500, 5_000, 10_000)
RED_CAR = Description(candidates=((Word("red car", Role.SUBJECT, Origin.PIXELS),),), confidence=0.9)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=3, help="of which the quickest counts")


def run(arguments: argparse.Namespace) -> dict[str, object]:
    """CPU seconds of one thread, for as many images as there are names."""
    figures: dict[str, object] = {}
    for count in COUNTS:
        seconds = min(_seconds(count) for _ in range(arguments.rounds))
        figures[f"{count} images, {count} names there"] = round(seconds, 2)
    print("\n".join(f"{name:34} {seconds} s" for name, seconds in figures.items()))
    return figures


def _seconds(count: int) -> float:
    shots = [Shot(f"IMG_{n:05}.JPG", "", "jpg", f"{n:064x}", RED_CAR) for n in range(count)]
    taken = {"": [*(shot.name for shot in shots), *(f"red-car-{n}.jpg" for n in range(2, count + 2))]}
    started = time.process_time()
    plan(shots, taken, Rules())
    return time.process_time() - started
