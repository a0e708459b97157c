"""What a file is, by its first bytes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from appliance.scanning import HEAD, kind
from tests.imaging.pictures import encoded


def box(*brands: bytes) -> bytes:
    body = b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])
    return struct.pack(">I", len(body) + 4) + body + b"\0\0\1\0meta"


def raw(make: bytes, *, order: str = "<", subfile: int = 1, extra: tuple[int, int, int] | None = None) -> bytes:
    """The first directory of a camera's raw file."""
    entries = [(0x00FE, 4, subfile), (0x010F, 2, 200)] + ([extra] if extra else [])
    table = b"".join(
        struct.pack(order + "HHI", tag, type_, 1) + struct.pack(order + ("H2x" if type_ == 3 else "I"), value)
        for tag, type_, value in sorted(entries)
    )
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(entries)) + table
    return head.ljust(200, b"\0") + make + b"\0"


@pytest.mark.parametrize(
    ("file_format", "expected"),
    [
        ("JPEG", "jpg"),
        ("PNG", "png"),
        ("WEBP", "webp"),
        ("GIF", "gif"),
        ("TIFF", "tif"),
        ("BMP", "bmp"),
        ("MPO", "jpg"),
        ("HEIF", "heic"),
        ("AVIF", "avif"),
    ],
)
def test_pictures_that_can_be_opened(file_format: str, expected: str):
    found = kind(encoded(Image.new("RGB", (4, 4)), file_format)[:HEAD])
    assert found is not None
    assert found.extension == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (box(b"heic", b"mif1", b"heic"), "heic"),
        (box(b"mif1", b"mif1", b"heic"), "heic"),
        (box(b"msf1", b"hevc"), "heic"),
        (box(b"heix", b"mif1"), "heic"),
        (box(b"avif", b"mif1", b"avif"), "avif"),
        (box(b"mif1", b"avif", b"miaf"), "avif"),
        (box(b"avis"), "avif"),
    ],
)
def test_heic_and_avif_are_told_apart_by_their_brands(head: bytes, expected: str):
    found = kind(head.ljust(64, b"\0"))
    assert found is not None
    assert found.extension == expected


def test_an_animated_png_is_a_png():
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    found = kind(encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]))
    assert found is not None
    assert found.mime == "image/png"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (box(b"crx ", b"isom"), "cr3"),
        (b"II*\0\x10\0\0\0CR\2\0", "cr2"),
        (raw(b"NIKON CORPORATION", order=">"), "nef"),
        (raw(b"SONY"), "arw"),
        (raw(b"SAMSUNG"), "srw"),
        (raw(b"PENTAX Corporation", order=">", subfile=0, extra=(0x0103, 3, 65535)), "pef"),
        (raw(b"Leica", extra=(0xC612, 1, 0x00000401)), "dng"),
        (b"FUJIFILMCCD-RAW 0201", "raf"),
        (b"IIRO\x08\0\0\0", "orf"),
        (b"IIU\0\x18\0\0\0", "rw2"),
    ],
)
def test_raw_files_are_told_apart(head: bytes, expected: str):
    found = kind(head.ljust(64, b"\0"))
    assert found is not None
    assert found.extension == expected


@pytest.mark.parametrize("make", [b"NIKON CORPORATION", b"SONY"])
def test_a_tiff_of_a_cameras_own_is_a_tiff(make: bytes):
    found = kind(raw(make, subfile=0))
    assert found is not None
    assert found.extension == "tif"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"BM",
        b"BMW is a maker of cars, and this is a text about them",
        b"GIF is a format",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!DOCTYPE html><html>",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"\xc5\xd0\xd3\xc6" + bytes(28),
        b"8BPS\0\1" + bytes(20),
        b"\0\0\1\0\1\0\x10\x10" + bytes(30),
        b"gimp xcf v001",
        box(b"isom", b"mp42"),
        box(b"qt  "),
        b"PK\3\4" + bytes(30),
        b"MZ\x90\0" + bytes(60),
    ],
)
def test_what_is_no_picture_or_never_opened(head: bytes):
    assert kind(head) is None


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(rubbish: bytes):
    for start in (b"", b"II*\0", b"MM\0*", b"BM", b"\0\0\0\x20ftyp", b"\x89PNG\r\n\x1a\n", b"RIFF"):
        kind(start + rubbish)
