"""Texts in a picture's file: the pixels and every other byte stay as they are."""

import hashlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from appliance import metadata
from appliance.imaging import iptc, xmp
from appliance.metadata import Said, Unwritable, containers, photoshop
from appliance.words import FileWords
from tests.imaging import written

SAID = Said(alt="A cat.", title="Tom", caption="Tom at home", keywords=("cat",), original_name="IMG_1.JPG")
OLD = metadata.new_sidecar(Said(title="Cat", keywords=("mine",)))


def picture(kind: str, mode: str = "RGB", **options: object) -> bytes:
    noise = Image.effect_noise((61, 47), 80).convert(mode)
    file = io.BytesIO()
    noise.save(file, kind, **options)
    return file.getvalue()


def exif() -> Image.Exif:
    data = Image.Exif()
    data[0x010F] = "Camera"
    return data


MADE = {
    "jpeg": picture("JPEG"),
    "jpeg with exif": picture("JPEG", exif=exif(), icc_profile=b"profile" * 50, comment=b"hello"),
    "jpeg with xmp": picture("JPEG", xmp=OLD),
    "progressive jpeg": picture("JPEG", progressive=True),
    "jpeg with more behind": picture("JPEG") + b"\xff\xd8 a motion photo's film",
    "png": picture("PNG"),
    "png with exif": picture("PNG", "RGBA", exif=exif(), dpi=(72, 72)),
    "webp": picture("WEBP"),
    "lossless webp": picture("WEBP", lossless=True),
    "clear webp": picture("WEBP", "RGBA"),
    "clear lossless webp": picture("WEBP", "RGBA", lossless=True),
    "webp with exif": picture("WEBP", exif=exif(), icc_profile=b"profile" * 3),
    "webp with xmp": picture("WEBP", xmp=OLD),
}


def packet_of(contents: bytes) -> bytes:
    with Image.open(io.BytesIO(contents)) as image:
        image.load()
        found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp", b"")
    return found.encode() if isinstance(found, str) else found


@pytest.mark.parametrize("name", MADE)
def test_the_texts_are_read_back_and_the_pixels_are_the_same(name: str):
    before = MADE[name]
    edits = metadata.in_picture(before, SAID)
    after = metadata.made(before, edits)

    words = xmp.words(packet_of(after))
    assert (words.titles, words.captions) == ({"": "Tom"}, {"": "Tom at home"})
    assert words.keywords == (("mine", "cat") if "xmp" in name else ("cat",))
    with Image.open(io.BytesIO(before)) as one, Image.open(io.BytesIO(after)) as other:
        assert (one.mode, one.size, one.tobytes()) == (other.mode, other.size, other.tobytes())
        assert dict(one.getexif()) == dict(other.getexif())
        assert one.info.get("icc_profile") == other.info.get("icc_profile")
    assert metadata.made(after, metadata.turned_round(edits)) == before
    assert metadata.in_picture(after, SAID) == []


def test_a_png_of_which_others_wrote_the_xmp_gets_ours_in_its_place():
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", OLD.decode(), zip=False)
    before = picture("PNG", pnginfo=info)
    after = metadata.made(before, metadata.in_picture(before, SAID))

    assert after.count(b"XML:com.adobe.xmp") == 1
    assert xmp.words(packet_of(after)).keywords == ("mine", "cat")


def segment(payload: bytes, marker: int = 0xE2) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def after_start(contents: bytes, extra: bytes, at: int = 2) -> bytes:
    return contents[:at] + extra + contents[at:]


COMPRESSED = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(OLD)
UNSAFE = {
    "two packets": (after_start(MADE["jpeg with xmp"], segment(containers.Jpeg.XMP + OLD, 0xE1)), "two packets"),
    "signed jpeg": (after_start(MADE["jpeg"], segment(b"JP\0\1 jumb c2pa", 0xEB)), "signed"),
    "signed png": (after_start(MADE["png"], chunk(b"caBX", b"jumb c2pa"), 33), "signed"),
    "further pictures counted from before": (after_start(MADE["jpeg with xmp"], segment(b"MPF\0II*\0")), "further"),
    "compressed": (after_start(MADE["png"], chunk(b"iTXt", COMPRESSED), 33), "compressed"),
    "cut jpeg": (MADE["jpeg with exif"][:100], "not in order"),
    "cut png": (MADE["png"][:-6], "not in order"),
    "cut webp": (MADE["webp"][:-6], "longer or shorter"),
    "webp with more behind": (MADE["webp"] + b"more", "longer or shorter"),
    "gif": (picture("GIF"), "format"),
    "tiff": (picture("TIFF"), "format"),
    "nothing": (b"", "format"),
    "huge packet": (
        picture("JPEG", xmp=OLD.replace(b"</rdf:RDF>", b" " * (65_400 - len(OLD)) + b"</rdf:RDF>")),
        "too large for a",
    ),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_what_cannot_be_done_safely_is_not_done(name: str):
    contents, why = UNSAFE[name]
    with pytest.raises(Unwritable, match=why):
        metadata.in_picture(contents, SAID)


def test_a_photo_with_further_pictures_behind_gets_its_texts_before_they_are_counted():
    before = after_start(MADE["jpeg with exif"], segment(b"MPF\0II*\0"), MADE["jpeg with exif"].index(b"\xff\xe2"))
    after = metadata.made(before, metadata.in_picture(before, SAID))
    assert after.index(containers.Jpeg.XMP) < after.index(b"MPF\0")


def with_iim(block: bytes, *more: bytes) -> bytes:
    """A JPEG as Photoshop writes it, with IPTC's older block among other resources."""
    resources = [resource(0x03ED, b"\0\x48\0\0\0\1\0\1" * 2), resource(0x0404, block), *more]
    return after_start(MADE["jpeg with exif"], segment(photoshop.HEAD + b"".join(resources), 0xED))


def resource(number: int, data: bytes) -> bytes:
    return b"8BIM" + struct.pack(">H", number) + b"\0\0" + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)


def md5(block: bytes) -> bytes:
    return hashlib.md5(block, usedforsecurity=False).digest()


def resources_in(contents: bytes) -> dict[int, bytes]:
    with Image.open(io.BytesIO(contents)) as image:
        found: dict[int, bytes] = image.info["photoshop"]
        return found


@pytest.mark.parametrize("is_utf_8", [True, False])
def test_the_older_block_says_the_same_where_there_is_one(is_utf_8: bool):
    block = written.block("Cat", headline="Stays", caption="Old", keywords=("mine",), is_utf_8=is_utf_8)
    before = with_iim(block, resource(0x0425, md5(block)))
    said = Said(title="Töm", caption="Tom at home", keywords=("Mine", "cat"))
    edits = metadata.in_picture(before, said)
    found = resources_in(after := metadata.made(before, edits))

    assert iptc.words(found[0x0404]) == FileWords({"": "Töm"}, "Stays", {"": "Tom at home"}, ("mine", "cat"))
    assert found[0x0404].startswith(b"\x1c\x01\x5a\0\3\x1b%G")
    assert found[0x0425] == md5(found[0x0404])
    assert found[0x03ED] == resources_in(before)[0x03ED]
    assert metadata.made(after, metadata.turned_round(edits)) == before
    assert metadata.in_picture(after, said) == []


def test_a_block_in_other_letters_or_out_of_order_stays_as_it_is():
    for block in (
        written.block("Zürich", is_utf_8=False),
        written.block("Cat") + b"\x1c\x02",
        written.block("Cat")[:-1],
    ):
        before = with_iim(block)
        after = metadata.made(before, metadata.in_picture(before, Said(title="Töm")))
        assert resources_in(after)[0x0404] == resources_in(before)[0x0404]
        assert xmp.words(packet_of(after)).titles == {"": "Töm"}


def test_a_text_that_is_too_long_for_the_older_block_is_cut_between_letters():
    before = with_iim(written.block("Cat"))
    after = metadata.made(before, metadata.in_picture(before, Said(title="ö" * 40 + "x")))
    assert iptc.words(resources_in(after)[0x0404]).titles == {"": "ö" * 32}


@given(st.sampled_from(sorted(MADE)), st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=6))))
def test_a_file_with_any_bytes_is_changed_in_its_texts_alone_or_not_at_all(name: str, damages: list[tuple[int, bytes]]):
    before = bytearray(MADE[name])
    for at, data in damages:
        before[at % len(before) : at % len(before) + len(data)] = data
    try:
        edits = metadata.in_picture(bytes(before), SAID)
    except Unwritable:
        return
    assert metadata.made(metadata.made(bytes(before), edits), metadata.turned_round(edits)) == bytes(before)


@given(st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=8))))
def test_a_block_with_any_bytes_does_no_harm(damages: list[tuple[int, bytes]]):
    payload = bytearray(
        photoshop.HEAD + resource(0x0404, written.block("Cat", keywords=("a", "b"))) + resource(1, b"x")
    )
    for at, data in damages:
        start = len(photoshop.HEAD) + at % (len(payload) - len(photoshop.HEAD))
        payload[start : start + len(data)] = data
    after = photoshop.kept_in_step(bytes(payload), SAID)
    assert photoshop.others(after) == photoshop.others(bytes(payload))
