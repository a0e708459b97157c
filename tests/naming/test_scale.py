"""A plan takes work in proportion to the images and to the names that are there already."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

import pytest

from appliance.naming import Rules, Shot, fold, plan
from appliance.words import Description
from tests.naming.samples import alternatives, seen, shot

NOON = datetime.fromisoformat("2024-05-01T12:00:00")


def images(count: int, name: str = "IMG_{}.JPG", description: Description | str = "red car", **facts) -> list[Shot]:
    return [shot(name.format(n), description, sha256=f"{n:064x}", **facts) for n in range(count)]


def burst(count: int, of: int) -> list[Shot]:
    """Series of so many images each, one a second."""
    times = [NOON + timedelta(seconds=10 * (n // of) + n % of) for n in range(count)]
    return [shot(f"IMG_{n}.JPG", sha256=f"{n:064x}", taken_at=time, phash=7) for n, time in enumerate(times)]


def followed(count: int) -> list[Shot]:
    return [shot(f"IMG_{n}.JPG", companions=(f"IMG_{n}.xmp", f"IMG_{n}.NEF")) for n in range(count)]


CASES: dict[str, Callable[[int], tuple[list[Shot], list[str]]]] = {
    "a folder of one name": lambda n: (images(n), [f"red-car-{i}.jpg" for i in range(2, n + 2)]),
    "every other number taken": lambda n: (images(n), [f"red-car-{i}.jpg" for i in range(2, 2 * n, 2)]),
    "one long series": lambda n: (burst(n, n), [f"red-car-{i:02}.jpg" for i in range(1, n)]),
    "many short series": lambda n: (burst(n, 3), [f"red-car-{i:02}.jpg" for i in range(1, n, 2)]),
    "companions": lambda n: (followed(n), [f"red-car-{i}.xmp" for i in range(n)]),
    "a second time": lambda n: (images(n, "red-car-{}.jpg"), []),
    "several candidates": lambda n: (
        images(n, description=alternatives((seen("car"), seen("red", "attribute")), (seen("boat"),))),
        [f"{stem}-{i}.jpg" for stem in ("car-red", "boat") for i in range(n)],
    ),
}


def lines_run(shots: list[Shot], taken: dict[str, list[str]], rules: Rules) -> int:
    """How many lines of naming a plan runs."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        if "naming" not in frame.f_code.co_filename:
            return None
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        plan(shots, taken, rules)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("template", [None, "{subject}-{counter}"])
def test_twice_the_images_are_twice_the_work(case, template):
    rules = Rules(only_bad_names=False, template=template)
    work = []
    for count in (100, 200, 400):
        shots, taken = CASES[case](count)
        before = {"": [*taken, *(image.name for image in shots)]}
        plan(shots, before, rules)  # what is remembered of words costs the first plan alone
        work.append(lines_run(shots, before, rules))
    assert work[1] < 2.5 * work[0]  # four times, where each image looked at every other
    assert work[2] < 2.5 * work[1]


def test_five_thousand_images_find_names_beside_five_thousand_that_are_alike():
    taken = ["red-car.jpg", *(f"red-car-{n}.jpg" for n in range(2, 5_001))]
    shots = images(5_000)
    given = [proposal.name for proposal in plan(shots, {"": taken}, Rules())]
    assert given[0] == "red-car-5001.jpg"
    assert given[4_998] == "red-car-9999.jpg"
    assert given[4_999].startswith("red-car-")
    assert len({fold(name) for name in [*taken, *given]}) == 10_000
