"""A file that ends before its picture does is told from one that is whole."""

import io

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
]


def fault(decoder: Decoder, data: bytes) -> Fault | None:
    """None for a whole picture; whoever cut another off meant no harm."""
    said = answer(decoder, data)
    if isinstance(said, Picture):
        return None
    assert (said.permanent, said.quarantine) == (True, False)
    return said.fault


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.99])
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
