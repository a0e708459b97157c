"""The plot of the last hours, as numbers that a template draws."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from appliance.web.views import Hour

HEIGHT, LEFT, BELOW, GAP = 200, 40, 24, 4
STEPS = (1, 2, 4)


class Part(NamedTuple):
    kind: str
    y: float
    height: float


class Bar(NamedTuple):
    x: float
    width: float
    at: datetime
    says: str
    parts: tuple[Part, ...]
    told: bool  # whether its time stands below


class Line(NamedTuple):
    y: float
    value: int


class Plot(NamedTuple):
    width: int
    height: int
    left: int
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]


def bars(hours: Sequence[Hour], across: int) -> Plot:
    top = _round(max((hour.renamed + hour.review + hour.failed for hour in hours), default=0))
    scale = (HEIGHT - BELOW - 8) / top
    width = (across - LEFT) / max(len(hours), 1)
    drawn = tuple(_bar(hour, LEFT + width * number, width, scale, number) for number, hour in enumerate(hours))
    lines = tuple(Line(HEIGHT - BELOW - value * scale, value) for value in sorted({0, top // 2, top}))
    return Plot(across, HEIGHT, LEFT, drawn, lines)


def _bar(hour: Hour, x: float, width: float, scale: float, number: int) -> Bar:
    parts: list[Part] = []
    y = float(HEIGHT - BELOW)
    for kind, amount in (("done", hour.renamed), ("asked", hour.review), ("failed", hour.failed)):
        if amount:
            height = max(amount * scale, 2.0)
            y -= height
            parts.append(Part(kind, round(y, 1), round(height, 1)))
    says = f"{hour.renamed} renamed, {hour.review} for review, {hour.failed} failed"
    return Bar(round(x + GAP / 2, 1), round(width - GAP, 1), hour.at, says, tuple(parts), number % 4 == 0)


def _round(most: int) -> int:
    """The next number that reads well, and an even one so that its half is whole."""
    size = 1
    while True:
        for step in STEPS:
            if step * size >= most and step * size >= 4:
                return step * size
        size *= 10
