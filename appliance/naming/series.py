"""Shots that belong together: bursts, and the order in which images are counted (rule 7)."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
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


def bursts(shots: Sequence[Shot]) -> list[list[int]]:
    """The indexes of all shots in groups, each in capture order.

    Near-identical shots that one camera took within seconds in one folder on one day are together, any other is alone.
    """
    by_camera = defaultdict[tuple[str, str], list[int]](list)
    for i, shot in enumerate(shots):
        by_camera[shot.folder, shot.camera].append(i)
    keys = [capture_order(shot) for shot in shots]
    chains: list[list[int]] = []
    for group in by_camera.values():
        group.sort(key=keys.__getitem__)
        for before, i in zip([None, *group], group, strict=False):
            if before is not None and _is_next(shots[before], shots[i]):
                chains[-1].append(i)
            else:
                chains.append([i])
    return sorted(chains, key=lambda chain: keys[chain[0]])


def _is_next(before: Shot, after: Shot) -> bool:
    first, second = taken_at(before), taken_at(after)
    if first is None or second is None or before.phash is None or after.phash is None:
        return False
    is_soon = second - first <= BURST_GAP and first.date() == second.date()
    return is_soon and (before.phash ^ after.phash).bit_count() <= BURST_DISTANCE


def _run(run: str) -> tuple[bool, int, str]:
    # Superscripts and the like are digits to `str.isdigit` but not to `int`.
    return (False, int(run), "") if run.isdecimal() and len(run) < 4000 else (True, 0, run)
