"""Shots that belong together: bursts, and the order in which images are counted (rule 7)."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from appliance.naming.proposals import Shot

BURST_GAP = timedelta(seconds=3)
BURST_DISTANCE = 10  # bits of 64 in which two perceptual hashes of nearly the same picture differ

_RUNS = re.compile(r"(\d+)")


def natural(name: str) -> tuple[tuple[tuple[bool, int, str], ...], str]:
    """A sort key by which 2 comes before 10."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return tuple(_run(run) for run in _RUNS.split(folded) if run), name


def capture_order(shot: Shot) -> tuple[datetime, tuple[tuple[tuple[bool, int, str], ...], str]]:
    """By the camera's clock, then by the old names; shots without a time come last."""
    return taken_at(shot) or datetime.max, natural(shot.name)  # noqa: DTZ901 - a camera's clock has no time zone


def taken_at(shot: Shot) -> datetime | None:
    return shot.taken_at and shot.taken_at.replace(tzinfo=None)


def bursts(shots: Iterable[Shot]) -> Iterator[list[Shot]]:
    """All the shots in groups, each in capture order: near-identical ones that one camera took within seconds of each
    other in one folder are together, any other is alone.
    """
    by_camera = defaultdict[tuple[str, str], list[Shot]](list)
    for shot in shots:
        by_camera[shot.folder, shot.camera].append(shot)
    for group in by_camera.values():
        yield from _chains(sorted(group, key=capture_order))


def _chains(ordered: list[Shot]) -> Iterator[list[Shot]]:
    chain: list[Shot] = []
    for shot in ordered:
        if chain and not _is_next(chain[-1], shot):
            yield chain
            chain = []
        chain.append(shot)
    if chain:
        yield chain


def _is_next(before: Shot, after: Shot) -> bool:
    first, second = taken_at(before), taken_at(after)
    if first is None or second is None or before.phash is None or after.phash is None:
        return False
    return second - first <= BURST_GAP and (before.phash ^ after.phash).bit_count() <= BURST_DISTANCE


def _run(run: str) -> tuple[bool, int, str]:
    # Superscripts and the like are digits to `str.isdigit` but not to `int`.
    return (False, int(run), "") if run.isdecimal() and len(run) < 4000 else (True, 0, run)
