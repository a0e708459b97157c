"""A camera's raw file shows the preview that the camera put into it, or its own pixels where there is none."""

import io
import struct
from datetime import datetime

import pytest
from PIL import Image

from appliance.imaging import Decoder, Fault, Picture, Unreadable
from appliance.words import FileWords
from tests.imaging import raws, written
from tests.imaging.bombs import jpeg_of
from tests.imaging.conftest import answer
from tests.imaging.pictures import encoded, opened, quarters
from tests.imaging.test_formats import assert_shows_quarters

TURNS = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}


def fault(decoder: Decoder, data: bytes) -> Fault | None:
    said = answer(decoder, data)
    return said.fault if isinstance(said, Unreadable) else None


@pytest.mark.parametrize("extension", raws.BUILT)
def test_each_raw_format_shows_its_preview_upright(decoder: Decoder, extension: str):
    """The camera was turned right, and so the preview lies on its side."""
    jpeg = encoded(quarters((400, 640)).transpose(TURNS[6]), quality=95, subsampling=0)
    data = raws.BUILT[extension](jpeg, orientation=6)

    picture = decoder.inspect(io.BytesIO(data), "x")

    assert (picture.kind.format, picture.kind.extension) == ("raw", extension)
    assert picture.exif.taken_at == datetime(2024, 5, 17, 18, 3, 9)  # noqa: DTZ001  # as the camera has it
    assert picture.exif.camera
    assert picture.exif.orientation == 6
    assert picture.height > picture.width
    assert_shows_quarters(picture.preview)
    headers = decoder.inspect(io.BytesIO(data), "x", pixels=False)
    assert (headers.width, headers.height, headers.exif) == (picture.width, picture.height, picture.exif)


@pytest.mark.parametrize("orientation", [1, 3, 8])
def test_a_preview_is_turned_as_the_camera_was(decoder: Decoder, orientation: int):
    upright = quarters((640, 400) if orientation < 5 else (400, 640))
    stored = upright.transpose(TURNS[orientation]) if orientation in TURNS else upright
    data = raws.dng(encoded(stored, quality=95, subsampling=0), orientation=orientation)
    picture = decoder.inspect(io.BytesIO(data), "x")
    assert opened(picture.preview).size == (picture.width, picture.height) == upright.size
    assert_shows_quarters(picture.preview)


def test_a_preview_that_lies_upright_already_is_not_turned(decoder: Decoder):
    data = raws.dng(encoded(quarters((400, 640)), quality=95, subsampling=0), orientation=6)
    assert_shows_quarters(decoder.inspect(io.BytesIO(data), "x").preview)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_preview_that_is_no_jpeg_is_read_and_turned(decoder: Decoder, orientation: int):
    stored = quarters((400, 640)).transpose(TURNS[6]) if orientation == 6 else quarters((640, 400))
    data = raws.nef_with_plain_preview(stored, orientation=orientation)
    assert_shows_quarters(decoder.inspect(io.BytesIO(data), "x").preview)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_raw_without_a_preview_is_developed(decoder: Decoder, orientation: int):
    picture = decoder.inspect(io.BytesIO(raws.dng(size=(1280, 800), orientation=orientation)), "x")
    upright = opened(picture.preview).transpose(TURNS[6]) if orientation == 6 else opened(picture.preview)
    assert upright.size == (640, 400)
    red, green, blue = (upright.getpixel(place) for place in ((100, 100), (500, 100), (100, 300)))
    assert isinstance(red, tuple)
    assert isinstance(green, tuple)
    assert isinstance(blue, tuple)
    assert [pixel.index(max(pixel)) for pixel in (red, green, blue)] == [0, 1, 2]


def test_a_raw_whose_preview_is_tiny_is_developed(decoder: Decoder):
    data = raws.dng(raws.preview((160, 100)), size=(1280, 800))
    assert opened(decoder.inspect(io.BytesIO(data), "x").preview).size == (640, 400)


def test_the_words_in_a_raw_are_read(decoder: Decoder):
    data = raws.dng(raws.preview(), more={700: (raws.UNDEFINED, written.packet(title="Red barn"))})
    assert decoder.inspect(io.BytesIO(data), "x").words == FileWords({"": "Red barn"})


@pytest.mark.parametrize("extension", ["dng", "nef", "arw", "pef", "srw", "cr2", "orf", "raf"])
@pytest.mark.parametrize("share", [0.5, 0.99])
def test_a_raw_that_was_cut_off_is_truncated(decoder: Decoder, extension: str, share: float):
    data = raws.BUILT[extension](raws.preview())
    assert fault(decoder, data[: int(len(data) * share)]) is Fault.TRUNCATED


def test_a_raw_whose_preview_is_cut_off_is_truncated(decoder: Decoder):
    jpeg = raws.preview()
    assert fault(decoder, raws.dng(jpeg[: len(jpeg) // 2].ljust(len(jpeg), b"\0"))) is Fault.TRUNCATED


def test_a_raw_whose_preview_claims_to_be_huge_is_quarantined(decoder: Decoder):
    said = answer(decoder, raws.dng(jpeg_of(60_000, 60_000, components=3, data=bytes(60_000))))
    assert isinstance(said, Unreadable)
    assert (said.fault, said.quarantine) == (Fault.TOO_MANY_PIXELS, True)


def test_a_raw_without_a_preview_that_claims_to_be_huge_is_refused(decoder: Decoder):
    data = raws.dng(size=(64, 64)).replace(struct.pack("<HHII", 256, 4, 1, 64), struct.pack("<HHII", 256, 4, 1, 60_000))
    data = data.replace(struct.pack("<HHII", 257, 4, 1, 64), struct.pack("<HHII", 257, 4, 1, 60_000))
    assert fault(decoder, data) in {Fault.TOO_MANY_PIXELS, Fault.TRUNCATED, Fault.TOO_MUCH_MEMORY, Fault.UNSUPPORTED}


def test_a_raw_of_an_unknown_camera_is_said_to_be_rare(decoder: Decoder):
    said = answer(decoder, b"FUJIFILMCCD-RAW 0201FF383501" + bytes(1000))
    assert isinstance(said, Unreadable)
    assert (said.fault, said.quarantine) == (Fault.UNSUPPORTED, False)


def test_raw_files_and_others_are_read_by_the_same_process(decoder: Decoder):
    for data in (encoded(quarters()), raws.dng(raws.preview()), encoded(quarters(), "HEIF"), encoded(quarters())):
        assert isinstance(answer(decoder, data), Picture)
