"""The town nearest to where a picture was taken, from the populated places of GeoNames."""

import math
import struct
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from appliance.vision import modelfiles
from appliance.vision.provider import VisionError
from appliance.words import Description, Origin, Role, Word

MAGIC = b"PLACES1\n"
HERE, NEAR = 20.0, 50.0  # km: where the best known of all places is meant, and where one is meant if there is no other
DEGREE = 111.2  # km of latitude
RADIUS = 6371.0  # km, of the earth


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    country: str


@dataclass(frozen=True, slots=True, eq=False)
class _Gazetteer:
    """From south to north. `starts` has one more, where the last name ends."""

    latitudes: NDArray[np.float32]
    longitudes: NDArray[np.float32]
    populations: NDArray[np.uint32]
    starts: NDArray[np.uint32]
    country: NDArray[np.uint8]
    names: bytes
    countries: list[str]

    def place(self, number: int) -> Place:
        name = self.names[self.starts[number] : self.starts[number + 1]].decode()
        return Place(name, self.countries[self.country[number]])


def nearest(latitude: float, longitude: float) -> Place | None:
    """The town that a person would name: a large one some way off before a village next to it; none beyond 50 km.

    Never an address, a house or a street: places of fewer than 500 people are not known. Raises ModelUnusable.
    """
    if not (abs(latitude) <= 90 and abs(longitude) <= 180) or (latitude, longitude) == (0, 0):
        return None  # no position, or that of a camera that has none
    known = _gazetteer()
    reach = NEAR / DEGREE
    first, last = np.searchsorted(known.latitudes, [latitude - reach, latitude + reach])
    away = _kilometres(latitude, longitude, known.latitudes[first:last], known.longitudes[first:last])
    for limit in (HERE, NEAR):
        if (away <= limit).any():
            fame = (known.populations[first:last] + 500.0) / (1 + away / 3) ** 2
            return known.place(int(first + np.where(away <= limit, fame, -1).argmax()))
    return None


def _kilometres(
    latitude: float, longitude: float, latitudes: NDArray[np.float32], longitudes: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Along the surface, by the haversine formula."""
    here, there = math.radians(latitude), np.radians(latitudes.astype(np.float64))
    across = np.radians(longitudes.astype(np.float64) - longitude)
    half = np.sin((there - here) / 2) ** 2 + math.cos(here) * np.cos(there) * np.sin(across / 2) ** 2
    distances: NDArray[np.float64] = 2 * RADIUS * np.arcsin(np.sqrt(half))
    return distances


@cache
def _gazetteer() -> _Gazetteer:
    """The file as scripts/gazetteer.py writes it."""
    content = modelfiles.PLACES.read()
    count, length = struct.unpack_from("<II", content, len(MAGIC))
    start = len(MAGIC) + 8

    def column(kind: str, number: int) -> NDArray[Any]:
        nonlocal start
        start += np.dtype(kind).itemsize * number
        return np.frombuffer(content, kind, number, start - np.dtype(kind).itemsize * number)

    latitudes, longitudes, populations = (column(kind, count) for kind in ("<f4", "<f4", "<u4"))
    starts, country = column("<u4", count + 1), column("u1", count)
    names, countries = content[start : start + length], content[start + length :].decode().split("\n")
    return _Gazetteer(latitudes, longitudes, populations, starts, country, names, countries)


def with_place(said: Description, latitude: float, longitude: float) -> Description:
    """Each candidate says where the picture was taken as well, unless it names a place already. A place alone is no
    name. Raises VisionError where the gazetteer is unusable."""
    try:
        found = nearest(latitude, longitude)
    except modelfiles.ModelUnusable as error:
        raise VisionError(str(error), permanent=True) from error
    if found is None:
        return said
    town = Word(found.name, Role.PLACE, Origin.PLACE)
    return replace(said, candidates=tuple(_placed(candidate, town) for candidate in said.candidates))


def _placed(candidate: tuple[Word, ...], town: Word) -> tuple[Word, ...]:
    return candidate if any(word.role is Role.PLACE for word in candidate) else (*candidate, town)
