"""Broken pictures, one after the other: each is opened or refused with a reason, and nothing ever crashes.

`make test` breaks pictures of its own; `make chaos` sets RENAMER_TEST_DAMAGES for more of them, and RENAMER_TEST_IMAGES
to a folder of real ones.
"""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.imaging import Decoder, Fault, Unreadable
from tests.imaging import raws, written
from tests.imaging.conftest import answer
from tests.imaging.pictures import encoded, scene, with_exif

DAMAGES = int(os.environ.get("RENAMER_TEST_DAMAGES", "25"))
IMAGES = os.environ.get("RENAMER_TEST_IMAGES")
SECONDS = 14  # twelve, and what a busy machine adds

WHOLE = {
    "jpeg": encoded(scene(1, (200, 150))),
    "progressive": encoded(scene(1, (200, 150)), progressive=True),
    "grey": encoded(scene(1, (200, 150)).convert("L")),
    "inks": encoded(scene(1, (200, 150)).convert("CMYK")),
    "camera": with_exif({271: "Canon", 274: 6}, {36867: "2024:05:17 18:03:09"}, {1: "N", 2: (48.0, 51.0, 28.2)}),
    "png": encoded(scene(1, (200, 150)), "PNG"),
    "palette": encoded(scene(1, (200, 150)).quantize(16), "PNG"),
    "gif": encoded(scene(1, (200, 150)), "GIF"),
    "webp": encoded(scene(1, (200, 150)), "WEBP"),
    "lossless": encoded(scene(1, (200, 150)), "WEBP", lossless=True),
    "tiff": encoded(scene(1, (200, 150)), "TIFF"),
    "lzw": encoded(scene(1, (200, 150)), "TIFF", compression="tiff_lzw"),
    "jpeg in tiff": encoded(scene(1, (200, 150)), "TIFF", compression="jpeg"),
    "heic": encoded(scene(1, (200, 150)), "HEIF"),
    "heic, camera": with_exif({271: "Canon", 274: 6}, {36867: "2024:05:17 18:03:09"}, file_format="HEIF"),
    "transparent heic": encoded(scene(1, (200, 150)).convert("RGBA"), "HEIF"),
    "avif": encoded(scene(1, (200, 150)), "AVIF"),
    "raw": raws.dng(raws.preview((320, 200)), size=(64, 64), orientation=6),
    "raw without a preview": raws.dng(size=(64, 64)),
    "raw of Canon": raws.cr2(raws.preview((320, 200))),
    "words": written.jpeg_with_iptc(
        encoded(scene(1, (64, 64)), xmp=written.packet(title="Red barn", keywords=("farm",))),
        written.block(title="Red barn", headline="Harvest", keywords=("farm",)),
    ),
    "bmp": encoded(scene(1, (200, 150)), "BMP"),
}


def damaged(data: bytes, number: int) -> bytes:
    """Some bytes changed, most of them near the start, where the lengths and counts are."""
    chance = random.Random(number)
    broken = bytearray(data)
    for _ in range(chance.choice((1, 3, 10, 50))):
        reach = chance.choice((64, 512, len(broken)))
        broken[chance.randrange(min(reach, len(broken)))] = chance.choice((0, 0xFF, 0x7F, chance.randrange(256)))
    return bytes(broken)


def assert_it_is_harmless(decoder: Decoder, data: bytes, name: str) -> None:
    start = time.monotonic()
    said = answer(decoder, data)
    assert time.monotonic() - start < SECONDS, name
    if isinstance(said, Unreadable):
        assert said.fault not in {Fault.CRASHED, Fault.INTERRUPTED, Fault.UNREADABLE_BYTES}, f"{name}: {said}"


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.mark.parametrize("name", WHOLE)
def test_a_damaged_picture_is_opened_or_refused(decoder: Decoder, name: str):
    for number in range(DAMAGES):
        assert_it_is_harmless(decoder, damaged(WHOLE[name], number), f"{name}, damage {number}")


def test_a_whole_collection_is_opened_or_refused(decoder: Decoder, tmp_path: Path):
    for name, data in WHOLE.items():
        (tmp_path / name).write_bytes(damaged(data, 0))
    paths = [path for path in sorted(Path(IMAGES or tmp_path).rglob("*")) if path.is_file()]
    assert len(paths) >= len(WHOLE)
    for path in paths:
        assert_it_is_harmless(decoder, path.read_bytes(), str(path))
