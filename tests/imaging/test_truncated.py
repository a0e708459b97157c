"""A file that ends before its picture does is told from one that is whole."""

import io
import struct

import pytest

from appliance.imaging import Decoder, Fault, Picture, Unreadable
from tests.imaging.conftest import answer
from tests.imaging.pictures import encoded, scene

WAYS = [
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("PNG", {}),
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
    ("GIF", {}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("BMP", {}),
    ("HEIF", {}),
    ("AVIF", {}),
]


def fault(decoder: Decoder, data: bytes) -> Fault | None:
    """None for a whole picture; whoever cut another off meant no harm."""
    said = answer(decoder, data)
    if isinstance(said, Picture):
        return None
    assert (said.permanent, said.quarantine) == (True, False)
    return said.fault


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.9, 0.99])
@pytest.mark.parametrize(("file_format", "options"), WAYS)
def test_a_file_that_was_cut_off_is_truncated(
    decoder: Decoder, file_format: str, options: dict[str, object], share: float
):
    data = encoded(scene(3), file_format, **options)
    assert fault(decoder, data) is None
    assert fault(decoder, data[: int(len(data) * share)]) is Fault.TRUNCATED


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("size", [(320, 240), (2400, 1800)])
def test_a_jpeg_is_read_to_its_end_at_every_scale(decoder: Decoder, size: tuple[int, int], progressive: bool):
    data = encoded(scene(3, size), progressive=progressive)
    assert fault(decoder, data) is None
    for missing in (1, 2, 10, 1000):
        assert fault(decoder, data[:-missing]) is Fault.TRUNCATED


@pytest.mark.parametrize("file_format", ["JPEG", "HEIF", "AVIF"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_download_whose_space_was_set_aside_is_truncated(decoder: Decoder, file_format: str, share: float):
    data = encoded(scene(3), file_format)
    there = int(len(data) * share)
    assert fault(decoder, data[:there] + bytes(len(data) - there)) is Fault.TRUNCATED


def test_what_follows_a_whole_picture_does_not_matter(decoder: Decoder):
    assert fault(decoder, encoded(scene(3)) + b"MotionPhoto_Data" * 10_000) is None


@pytest.mark.parametrize("file_format", ["HEIF", "AVIF"])
def test_a_film_behind_a_still_may_be_cut_off(decoder: Decoder, file_format: str):
    film = struct.pack(">I4s", 1_000_000, b"mpvd") + bytes(5000)
    assert fault(decoder, encoded(scene(3), file_format) + film) is None


def test_a_heic_whose_pixels_are_said_to_lie_beyond_its_end_is_truncated(decoder: Decoder):
    """libheif would show it white."""
    data = encoded(scene(3), "HEIF")
    places = data.index(b"iloc")
    start = data.index(struct.pack(">I", data.index(b"mdat") + 4), places)
    assert fault(decoder, data[:start] + struct.pack(">I", len(data) - 100) + data[start + 4 :]) is Fault.TRUNCATED


def test_the_sentence_says_what_to_do(decoder: Decoder):
    with pytest.raises(
        Unreadable, match=r"^holiday.jpg ends before its picture does: copy it again from where it came\.$"
    ):
        decoder.inspect(io.BytesIO(encoded(scene(3))[:5000]), "holiday.jpg")
