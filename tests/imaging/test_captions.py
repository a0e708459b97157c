"""Titles, captions and keywords are read from wherever they stand in a file, and no bytes do harm there."""

import io
import struct
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import Base
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from appliance.imaging import Decoder, Picture, iptc, xmp
from appliance.words import FileWords
from tests.imaging import written
from tests.imaging.pictures import encoded, quarters, with_exif

BARN = FileWords({"": "Red barn"}, "Harvest", {"": "Where we slept"}, ("farm", "Vermont"))
PACKET = written.packet(title="Red barn", headline="Harvest", caption="Where we slept", keywords=("farm", "Vermont"))
BLOCK = written.block(title="Red barn", headline="Harvest", caption="Where we slept", keywords=("farm", "Vermont"))


def words(decoder: Decoder, data: bytes) -> FileWords:
    read = decoder.inspect(io.BytesIO(data), "x")
    assert decoder.inspect(io.BytesIO(data), "x", pixels=False).words == read.words
    return read.words


def with_xmp(file_format: str, packet: bytes) -> bytes:
    image = quarters((64, 64))
    if file_format == "PNG":
        text = PngInfo()
        text.add_itxt("XML:com.adobe.xmp", packet.decode())
        return encoded(image, "PNG", pnginfo=text)
    if file_format == "TIFF":
        directory = ImageFileDirectory_v2()
        directory[700] = packet
        return encoded(image, "TIFF", tiffinfo=directory)
    return encoded(image, file_format, xmp=packet)


def with_iptc(block: bytes) -> bytes:
    return written.jpeg_with_iptc(encoded(quarters((64, 64))), block)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_xmp_is_read_from_every_format(decoder: Decoder, file_format: str):
    assert words(decoder, with_xmp(file_format, PACKET)) == BARN


def test_iptc_is_read_from_a_jpeg(decoder: Decoder):
    assert words(decoder, with_iptc(BLOCK)) == BARN


def test_iptc_is_read_from_a_tiff(decoder: Decoder):
    directory = ImageFileDirectory_v2()
    directory[33723] = BLOCK
    directory.tagtype[33723] = 7
    assert words(decoder, encoded(quarters((64, 64)), "TIFF", tiffinfo=directory)) == BARN


def test_xmp_outranks_iptc_and_iptc_fills_what_is_not_there(decoder: Decoder):
    data = encoded(quarters((64, 64)), xmp=written.packet(title="New title"))
    read = words(decoder, written.jpeg_with_iptc(data, BLOCK))
    assert (read.titles, read.headline) == ({"": "New title"}, "Harvest")


def test_titles_in_several_languages_are_kept(decoder: Decoder):
    packet = written.packet(title={"x-default": "Barn", "de-DE": "Scheune"})
    assert words(decoder, encoded(quarters((64, 64)), xmp=packet)).titles == {"": "Barn", "de-de": "Scheune"}


@pytest.mark.parametrize(
    ("title", "is_utf_8"), [("Größe", True), ("Größe", False), ("Scheune “rot”", False), ("納屋", True)]
)
def test_the_letters_of_iptc_are_told_by_what_it_says_or_by_themselves(title: str, is_utf_8: bool):
    assert iptc.words(written.block(title=title, is_utf_8=is_utf_8)).titles == {"": title}


def test_utf_8_that_does_not_say_so_is_read():
    block = b"\x1c\x02\x05" + struct.pack(">H", len("納屋".encode())) + "納屋".encode()
    assert iptc.words(block).titles == {"": "納屋"}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({Base.ImageDescription: "Red barn"}, FileWords(captions={"": "Red barn"})),
        ({Base.XPTitle: "Röte".encode("utf-16-le") + b"\0\0"}, FileWords({"": "Röte"})),
        ({Base.XPSubject: "Red barn".encode("utf-16-le")}, FileWords(captions={"": "Red barn"})),
        ({Base.XPKeywords: "farm;Vermont".encode("utf-16-le")}, FileWords(keywords=("farm", "Vermont"))),
    ],
)
def test_what_windows_and_cameras_write_into_exif_is_read(decoder: Decoder, tags: dict[int, Any], expected: FileWords):
    assert words(decoder, with_exif(tags)) == expected


@pytest.mark.parametrize(
    "comment",
    [
        b"ASCII\0\0\0Red barn\0",
        b"UNICODE\0" + "Red barn".encode("utf-16-le"),
        b"UNICODE\0" + "Red barn".encode("utf-16-be"),
        b"UNICODE\0" + "Red barn".encode("utf-16"),
        bytes(8) + b"Red barn",
    ],
)
def test_a_comment_is_read_by_the_code_before_it(decoder: Decoder, comment: bytes):
    assert words(decoder, with_exif(camera={Base.UserComment: comment})).captions == {"": "Red barn"}


def test_utf_8_in_exif_is_read(decoder: Decoder):
    exif = written.exif_with_description("Größe 納屋".encode())
    assert words(decoder, encoded(quarters((64, 64)), exif=exif)).captions == {"": "Größe 納屋"}


def test_the_title_of_a_png_is_read(decoder: Decoder):
    text = PngInfo()
    text.add_text("Title", "Red barn")
    assert words(decoder, encoded(quarters((64, 64)), "PNG", pnginfo=text)) == FileWords({"": "Red barn"})


def test_a_packet_that_says_utf_8_and_is_not_is_read():
    packet = written.packet(title="Grosse Scheune").replace(b"Grosse", "Größe".encode("cp1252"))
    assert xmp.words(packet).titles == {"": "Größe Scheune"}


def test_keywords_in_a_hierarchy_are_read_by_their_last_step():
    assert xmp.words(written.packet(hierarchy=("Places|Europe|Paris",))).keywords == ("Paris",)


def test_the_alternative_text_of_iptc_is_read_in_its_languages():
    texts = {"x-default": "A red barn.", "de-DE": "Eine rote Scheune."}
    lines = "".join(f'<rdf:li xml:lang="{language}">{text}</rdf:li>' for language, text in texts.items())
    name = "iptc:AltTextAccessibility xmlns:iptc='http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/'"
    held = f"<{name}><rdf:Alt>{lines}</rdf:Alt></iptc:AltTextAccessibility></rdf:Description>".encode()
    packet = written.packet().replace(b"</rdf:Description>", held)

    assert xmp.words(packet).alts == {"": "A red barn.", "de-de": "Eine rote Scheune."}


def test_texts_are_one_printable_line_each_and_short(decoder: Decoder):
    packet = written.packet(
        title="Red\u202e barn&#10;at night " + "x" * 5000, keywords=("y" * 1000, *map(str, range(500)))
    )
    read = words(decoder, encoded(quarters((64, 64)), xmp=packet))
    assert read.titles[""].startswith("Red barn at night x")
    assert len(read.titles[""]) == 200
    assert len(read.keywords) == 50
    assert max(map(len, read.keywords)) == 60


def nested(depth: int) -> bytes:
    return written.packet(title="x").replace(b"<dc:title>", b"<rdf:li>" * depth + b"</rdf:li>" * depth + b"<dc:title>")


HOSTILE = {
    "nothing": b"",
    "no XML": b":title" * 1000,
    "an entity": b'<!DOCTYPE a [<!ENTITY b "c">]>' + written.packet(title="&b;"),
    "a billion laughs": written.billion_laughs(),
    "a file of the system": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + written.packet(title="&b;"),
    "deep": nested(50_000),
    "many descriptions": written.packet(title="x").replace(
        b"</rdf:RDF>", b"<rdf:Description><dc:title/></rdf:Description>" * 15_000 + b"</rdf:RDF>"
    ),
    "many titles": written.packet(keywords=["x"] * 40_000),
    "many attributes": b"<x " + b" ".join(b"a%d=''" % number for number in range(60_000)) + b">:title</x>",
    "an encoding that nobody knows": b"<?xml version='1.0' encoding='x-no-such'?>" + written.packet(title="x"),
    "fifty megabytes": written.packet(title="x" * 50_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_packet_takes_no_time_and_does_no_harm(decoder: Decoder, name: str):
    packet = HOSTILE[name]
    start = time.process_time()
    assert "root:" not in str(xmp.words(packet))
    assert time.process_time() - start < 2
    if packet and name != "fifty megabytes":
        data = with_xmp("WEBP", packet)
        assert isinstance(decoder.inspect(io.BytesIO(data), "x"), Picture)


def test_a_packet_of_fifty_megabytes_is_left_unread(decoder: Decoder):
    data = encoded(quarters((64, 64)), "WEBP", xmp=HOSTILE["fifty megabytes"])
    assert decoder.inspect(io.BytesIO(data), "x").words == FileWords()


@pytest.mark.parametrize("length", [0xFFFF, 0x8004, 0x7FFF, 0])
def test_lengths_in_iptc_that_lie_end_the_reading(length: int):
    block = written.block(title="Red barn") + b"\x1c\x02\x69" + struct.pack(">H", length) + b"Harvest"
    assert iptc.words(block) == FileWords({"": "Red barn"})


@given(st.binary(max_size=300))
def test_no_bytes_make_a_reader_fail(rubbish: bytes):
    iptc.words(rubbish)
    iptc.words(b"\x1c\x02\x05" + rubbish)
    xmp.words(rubbish)
    xmp.words(PACKET[:200] + rubbish + PACKET[200:])


@given(st.binary(max_size=100), st.integers(0, 400))
def test_no_damage_makes_a_packet_fail(rubbish: bytes, at: int):
    assert isinstance(xmp.words(PACKET[:at] + rubbish + PACKET[at:]), FileWords)


def test_a_gif_without_words_has_none(decoder: Decoder):
    assert not words(decoder, encoded(Image.new("L", (8, 8)), "GIF"))
