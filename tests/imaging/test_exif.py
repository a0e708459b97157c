"""What the camera wrote, and what it cannot have meant."""

import io
import struct
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from appliance.imaging import Decoder, Exif
from appliance.imaging import exif as reading
from tests.imaging.pictures import BLUE, GREEN, RED, WHITE, encoded, opened, quarters, with_exif

PARIS: dict[int, Any] = {
    GPS.GPSLatitude: (48.0, 51.0, 28.2),
    GPS.GPSLatitudeRef: "N",
    GPS.GPSLongitude: (2.0, 17.0, 49.2),
    GPS.GPSLongitudeRef: "E",
}


def read(data: bytes) -> Exif:
    return reading.read(reading.tags(Image.open(io.BytesIO(data))))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_time_camera_and_place_are_read_from_every_format_that_has_them(decoder: Decoder, file_format: str):
    data = with_exif(
        {Base.Make: "Canon", Base.Model: "Canon EOS R5"},
        {
            Base.DateTimeOriginal: "2024:05:17 18:03:09",
            Base.SubsecTimeOriginal: "25",
            Base.OffsetTimeOriginal: "+02:00",
        },
        PARIS,
        file_format=file_format,
    )
    expected = Exif(
        taken_at=datetime(2024, 5, 17, 18, 3, 9, 250_000, tzinfo=timezone(timedelta(hours=2))),
        make="Canon",
        model="Canon EOS R5",
        latitude=48.8578333,
        longitude=2.297,
    )
    assert decoder.inspect(io.BytesIO(data), "x").exif == expected
    assert decoder.inspect(io.BytesIO(data), "x", pixels=False).exif == expected


def test_a_time_without_a_zone_is_naive():
    exif = read(with_exif(camera={Base.DateTimeOriginal: "2024:05:17 18:03:09"}))
    assert exif.taken_at == datetime(2024, 5, 17, 18, 3, 9)  # noqa: DTZ001  # as the camera has it


@pytest.mark.parametrize(
    "text",
    ["0000:00:00 00:00:00", "    :  :     :  :  ", "", "2024:13:45 99:99:99", "yesterday", "2024:05:17", "\0" * 20],
)
def test_a_time_that_never_was_is_absent(text: str):
    assert read(with_exif(camera={Base.DateTimeOriginal: text})).taken_at is None


@pytest.mark.parametrize(
    ("offset", "moment"), [("-05:30", 23.5), ("Z", None), ("+99:99", None), ("", None), ("+25:00", None)]
)
def test_a_zone_that_never_was_is_absent(offset: str, moment: float | None):
    taken_at = read(
        with_exif(camera={Base.DateTimeOriginal: "2024:05:17 18:00:00", Base.OffsetTimeOriginal: offset})
    ).taken_at
    assert taken_at is not None
    if moment is None:
        assert taken_at.tzinfo is None
    else:
        assert taken_at.astimezone(UTC).hour + taken_at.astimezone(UTC).minute / 60 == moment


def test_the_last_hours_of_the_calendar_are_no_trouble():
    camera: dict[int, Any] = {Base.DateTimeOriginal: "9999:12:31 23:59:59", Base.OffsetTimeOriginal: "-10:00"}
    assert read(with_exif(camera=camera)).taken_at is None


def test_south_and_west_are_negative():
    position = PARIS | {GPS.GPSLatitudeRef: "S", GPS.GPSLongitudeRef: "W"}
    exif = read(with_exif(position=position))
    assert exif.latitude == pytest.approx(-48.8578333)
    assert exif.longitude == pytest.approx(-2.297)


@pytest.mark.parametrize(
    "position",
    [
        {GPS.GPSLatitude: (95.0, 0.0, 0.0)},
        {GPS.GPSLongitude: (181.0, 0.0, 0.0)},
        {GPS.GPSLatitude: (48.0, 51.0)},
        {GPS.GPSLatitude: (IFDRational(0, 0), IFDRational(0, 0), IFDRational(0, 0))},
        {GPS.GPSLatitude: 48.0},
        {GPS.GPSLongitude: None},
    ],
)
def test_half_a_place_or_one_off_the_globe_is_absent(position: dict[int, Any]):
    told = {tag: value for tag, value in (PARIS | position).items() if value is not None}
    exif = read(with_exif(position=told))
    assert (exif.latitude, exif.longitude) == (None, None)


def test_names_are_printable_and_short():
    exif = read(with_exif({Base.Make: "  NIKON\n\tCORPORATION  \0\0rubbish", Base.Model: "x" * 5000}))
    assert exif.make == "NIKON CORPORATION"
    assert exif.model == "x" * 100


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_upright(value: int):
    assert read(with_exif({Base.Orientation: value})).orientation == 1


TURNED = {1: None} | {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,  # the camera was turned right, so what it stored is turned left
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", TURNED)
def test_pictures_come_out_upright(decoder: Decoder, orientation: int, file_format: str):
    upright = quarters((640, 400))
    turn = TURNED[orientation]
    stored = upright if turn is None else upright.transpose(turn)
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    data = encoded(stored, file_format, exif=exif.tobytes())
    left = 1 if file_format == "HEIF" else orientation  # of those, the container says it, and EXIF must not
    for picture in (decoder.inspect(io.BytesIO(data), "x"), decoder.inspect(io.BytesIO(data), "x", pixels=False)):
        assert (picture.width, picture.height, picture.exif.orientation) == (640, 400, left)

    shown = opened(decoder.inspect(io.BytesIO(data), "x").preview)
    assert shown.size == (640, 400)
    for place, colour in {(100, 80): RED, (500, 80): GREEN, (100, 300): BLUE, (500, 300): WHITE}.items():
        pixel = shown.getpixel(place)
        assert isinstance(pixel, tuple)
        assert max(abs(one - other) for one, other in zip(pixel, colour, strict=True)) < 30, (place, pixel)


def block(entries: list[tuple[int, int, int, int]], tail: bytes = b"", *, next_directory: int = 0) -> bytes:
    """A raw block of EXIF with one directory: (tag, type, count, value or offset)."""
    directory = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return (
        b"Exif\0\0II*\0\x08\0\0\0"
        + struct.pack("<H", len(entries))
        + directory
        + struct.pack("<I", next_directory)
        + tail
    )


HOSTILE = {
    "nothing": b"Exif\0\0",
    "half a head": b"Exif\0\0II*",
    "no head": b"Exif\0\0" + b"A" * 100,
    "a directory far away": b"Exif\0\0II*\0\xff\xff\xff\xff",
    "a directory within itself": block([(IFD.Exif, 4, 1, 8), (IFD.GPSInfo, 4, 1, 8)], next_directory=8),
    "a string of no length": block([(Base.Make, 2, 0, 0), (Base.Model, 2, 0, 0xFFFFFFFF)]),
    "a string that is a number": block([(Base.Make, 3, 1, 7), (Base.Model, 10, 1, 26)], bytes(8)),
    "an orientation that is a text": block([(Base.Orientation, 2, 4, 0x36363636)]),
    "an orientation of many numbers": block([(Base.Orientation, 3, 30_000, 8)], bytes(60_000)),
    "four billion values": block([(Base.Make, 2, 0xFFFFFFFF, 8), (IFD.Exif, 12, 0xFFFFFFFF, 8)]),
    "unknown types": block([(Base.Make, 99, 1, 1), (Base.Model, 0, 1, 1)]),
    "a text as the place of a directory": block([(IFD.Exif, 2, 4, 0x41414141), (IFD.GPSInfo, 5, 1, 8)]),
    "many directories": block([(IFD.Exif, 4, 1, 8)] * 5000),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_hostile_exif_reads_as_absent_and_the_picture_is_shown(decoder: Decoder, data: bytes, file_format: str):
    picture = decoder.inspect(io.BytesIO(encoded(quarters((64, 40)), file_format, exif=data)), "x")
    assert picture.exif in {Exif(), Exif(make="7")}
    assert picture.preview


@pytest.mark.filterwarnings("ignore")  # Pillow's, of which there is one for each thing that it finds wrong
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(rubbish=st.binary(max_size=400), at=st.integers(0, 300))
def test_no_bytes_at_all_make_the_reader_fail(rubbish: bytes, at: int):
    whole = with_exif({Base.Make: "Canon", Base.Orientation: 6}, {Base.DateTimeOriginal: "2024:05:17 18:03:09"}, PARIS)
    image = Image.open(io.BytesIO(whole))
    block = image.info["exif"]
    image.info["exif"] = block[:at] + rubbish + block[at + len(rubbish) :]
    exif = reading.read(reading.tags(image))
    assert msgspec.convert(msgspec.to_builtins(exif), Exif) == exif
