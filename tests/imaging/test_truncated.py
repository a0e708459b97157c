"""A file that ends before its picture does is told from one that is whole."""

import io

import pytest

from appliance.imaging import Decoder, Fault, Unreadable
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
]


def fault(decoder: Decoder, data: bytes) -> Fault | None:
    try:
        decoder.inspect(io.BytesIO(data), "holiday.jpg")
    except Unreadable as error:
        assert error.permanent
        assert not error.quarantine
        return error.fault
    return None


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.99])
@pytest.mark.parametrize(("format", "options"), WAYS)
def test_a_file_that_was_cut_off_is_truncated(decoder: Decoder, format: str, options: dict[str, object], share: float):
    data = encoded(scene(3), format, **options)
    assert fault(decoder, data) is None
    assert fault(decoder, data[: int(len(data) * share)]) is Fault.TRUNCATED


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("size", [(320, 240), (2400, 1800)])
def test_a_jpeg_is_read_to_its_end_at_every_scale(decoder: Decoder, size: tuple[int, int], progressive: bool):
    data = encoded(scene(3, size), progressive=progressive)
    assert fault(decoder, data) is None
    for missing in (1, 2, 10, 1000):
        assert fault(decoder, data[:-missing]) is Fault.TRUNCATED


def test_a_download_whose_space_was_set_aside_is_truncated(decoder: Decoder):
    data = encoded(scene(3))
    half = len(data) // 2
    assert fault(decoder, data[:half] + bytes(len(data) - half)) is Fault.TRUNCATED


def test_what_follows_a_whole_picture_does_not_matter(decoder: Decoder):
    assert fault(decoder, encoded(scene(3)) + b"MotionPhoto_Data" * 10_000) is None


def test_the_sentence_says_what_to_do(decoder: Decoder):
    with pytest.raises(
        Unreadable, match=r"^holiday.jpg ends before its picture does: copy it again from where it came\.$"
    ):
        decoder.inspect(io.BytesIO(encoded(scene(3))[:5000]), "holiday.jpg")
