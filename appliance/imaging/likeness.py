"""A perceptual hash: pictures that look alike have hashes that differ in few bits."""

import math
from collections.abc import Sequence
from operator import mul
from statistics import median

SIDE = 32  # pixels
_LOW = 8  # frequencies kept in each direction

# Integers, so that the hash is the same on every machine.
_COSINES = [
    [round(math.cos(math.pi * frequency * (2 * at + 1) / (2 * SIDE)) * 2**20) for at in range(SIDE)]
    for frequency in range(_LOW)
]


def phash(grey: Sequence[int]) -> int:
    """64 bits from SIDE × SIDE grey values, row by row: which of the 8 × 8 lowest frequencies of the DCT-II exceed
    their median. The first bit is the mean brightness.

    Source: C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), section 3.2.1.
    """
    rows = [grey[at : at + SIDE] for at in range(0, SIDE * SIDE, SIDE)]
    across = [[sum(map(mul, row, cosine)) for row in rows] for cosine in _COSINES]
    frequencies = [sum(map(mul, column, cosine)) for cosine in _COSINES for column in across]
    middle = median(frequencies)
    return sum((value > middle) << (63 - at) for at, value in enumerate(frequencies))


def distance(a: int, b: int) -> int:
    """In how many of 64 bits two hashes differ."""
    return (a ^ b).bit_count()
