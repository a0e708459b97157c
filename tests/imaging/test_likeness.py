"""The perceptual hash: what looks alike differs in few bits."""

import io
from itertools import combinations

import pytest
from PIL import Image, ImageEnhance

from appliance.imaging import Decoder, distance
from appliance.imaging.likeness import SIDE, phash
from tests.imaging.pictures import encoded, scene


def hashed(decoder: Decoder, image: Image.Image, file_format: str = "JPEG", **options: object) -> int:
    value = decoder.inspect(io.BytesIO(encoded(image, file_format, **options)), "x").phash
    assert value is not None
    return value


@pytest.mark.parametrize("seed", range(4))
def test_smaller_brighter_and_worse_copies_look_alike(decoder: Decoder, seed: int):
    original = hashed(decoder, scene(seed, (2000, 1500)))
    copies = [
        hashed(decoder, scene(seed, (500, 375))),
        hashed(decoder, scene(seed, (2000, 1500)), quality=20),
        hashed(decoder, scene(seed), "PNG"),
        hashed(decoder, ImageEnhance.Brightness(scene(seed)).enhance(1.2)),
    ]
    assert max(distance(original, copy) for copy in copies) <= 8


def test_different_pictures_do_not(decoder: Decoder):
    hashes = [hashed(decoder, scene(seed)) for seed in range(8)]
    assert min(distance(one, other) for one, other in combinations(hashes, 2)) >= 16


def test_a_turned_camera_makes_no_difference(decoder: Decoder):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = scene(1).transpose(Image.Transpose.ROTATE_90)
    assert distance(hashed(decoder, scene(1)), hashed(decoder, turned, exif=exif)) <= 2


def test_the_hash_is_the_same_on_every_machine():
    ramp = [(7 * x + 3 * y * y) % 256 for y in range(SIDE) for x in range(SIDE)]
    assert f"{phash(ramp):016x}" == "970b1cb11e2fa53c"


def test_distance_counts_bits():
    assert distance(0, 0) == 0
    assert distance(0, 2**64 - 1) == 64
    assert distance(0b1010, 0b0110) == 2
