"""What is read: every format by its bytes, whatever its pixels are made of."""

import io
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from appliance.imaging import Decoder, Fault, Unreadable
from appliance.imaging.pixels import PREVIEW, THUMBNAIL
from tests.imaging.pictures import BLUE, GREEN, RED, WHITE, encoded, opened, quarters


def close(pixel: object, colour: tuple[int, int, int], by: int = 12) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= by for one, other in zip(pixel, colour, strict=True))


def assert_shows_quarters(preview: bytes) -> None:
    image = opened(preview)
    width, height = image.size
    corners = [(0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)]
    found = [image.getpixel((int(width * x), int(height * y))) for x, y in corners]
    assert all(close(pixel, colour) for pixel, colour in zip(found, (RED, GREEN, BLUE, WHITE), strict=True)), found


@pytest.mark.parametrize(
    ("file_format", "extension", "options"),
    [
        ("JPEG", "jpg", {"quality": 95, "subsampling": 0}),
        ("JPEG", "jpg", {"quality": 95, "subsampling": 0, "progressive": True}),
        ("PNG", "png", {}),
        ("WEBP", "webp", {"lossless": True}),
        ("WEBP", "webp", {"quality": 95}),
        ("GIF", "gif", {}),
        ("TIFF", "tif", {}),
        ("TIFF", "tif", {"compression": "tiff_lzw"}),
        ("TIFF", "tif", {"compression": "tiff_adobe_deflate"}),
        ("BMP", "bmp", {}),
        ("HEIF", "heic", {"quality": 95}),
        ("HEIF", "heic", {"quality": -1, "chroma": 444}),
        ("AVIF", "avif", {"quality": 95}),
        ("AVIF", "avif", {"quality": 95, "subsampling": "4:4:4"}),
    ],
)
def test_each_format_is_read(decoder: Decoder, file_format: str, extension: str, options: dict[str, object]):
    picture = decoder.inspect(io.BytesIO(encoded(quarters(), file_format, **options)), "x")
    assert (picture.kind.extension, picture.width, picture.height) == (extension, 640, 400)
    assert_shows_quarters(picture.preview)
    assert_shows_quarters(picture.thumbnail)


@pytest.mark.parametrize(
    ("mode", "file_format"),
    [
        ("CMYK", "JPEG"),
        ("CMYK", "TIFF"),
        ("RGBA", "PNG"),
        ("RGBA", "WEBP"),
        ("YCbCr", "TIFF"),
        ("RGBA", "HEIF"),
        ("RGBA", "AVIF"),
    ],
)
def test_colours_survive_every_way_of_storing_them(decoder: Decoder, mode: str, file_format: str):
    picture = decoder.inspect(io.BytesIO(encoded(quarters().convert(mode), file_format)), "x")
    assert_shows_quarters(picture.preview)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "BMP", "GIF"])
def test_a_palette_is_looked_up_before_pixels_are_averaged(decoder: Decoder, file_format: str):
    image = quarters((1999, 1401)).quantize(8)
    assert_shows_quarters(decoder.inspect(io.BytesIO(encoded(image, file_format)), "x").preview)


@pytest.mark.parametrize(
    ("mode", "file_format"),
    [("1", "PNG"), ("1", "TIFF"), ("L", "PNG"), ("LA", "PNG"), ("L", "JPEG"), ("L", "HEIF"), ("L", "AVIF")],
)
def test_grey_pictures_are_read(decoder: Decoder, mode: str, file_format: str):
    half = Image.new("L", (100, 100), 255)
    half.paste(0, (0, 0, 50, 100))
    preview = opened(decoder.inspect(io.BytesIO(encoded(half.convert(mode), file_format)), "x").preview)
    assert close(preview.getpixel((20, 50)), (0, 0, 0))
    assert close(preview.getpixel((80, 50)), WHITE)


@pytest.mark.parametrize(
    ("mode", "white"), [("I;16", 65535), ("I;16B", 4095), ("I", 1_000_000), ("F", 1.0), ("F", 700.5)]
)
def test_deep_grey_runs_from_black_to_the_brightest_value(decoder: Decoder, mode: str, white: float):
    image = Image.new(mode, (100, 100), white)
    image.paste(0, (0, 0, 50, 100))
    preview = opened(decoder.inspect(io.BytesIO(encoded(image, "TIFF")), "x").preview)
    assert close(preview.getpixel((20, 50)), (0, 0, 0))
    assert close(preview.getpixel((80, 50)), WHITE)


def test_a_picture_of_no_numbers_is_black_and_no_crash(decoder: Decoder):
    picture = decoder.inspect(io.BytesIO(encoded(Image.new("F", (40, 40), float("nan")), "TIFF")), "x")
    assert (picture.width, picture.height) == (40, 40)


@pytest.mark.parametrize("file_format", ["PNG", "HEIF", "AVIF"])
def test_what_is_transparent_is_white(decoder: Decoder, file_format: str):
    clear = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    clear.paste((*RED, 255), (0, 0, 50, 100))
    preview = opened(decoder.inspect(io.BytesIO(encoded(clear, file_format)), "x").preview)
    assert close(preview.getpixel((80, 50)), WHITE)
    assert close(preview.getpixel((20, 50)), RED)


@pytest.mark.parametrize("file_format", ["PNG", "GIF"])
def test_a_transparent_colour_of_a_palette_is_white(decoder: Decoder, file_format: str):
    image = Image.new("P", (100, 100), 0)
    image.putpalette([0, 0, 0, *RED])
    image.paste(1, (0, 0, 50, 100))
    preview = opened(decoder.inspect(io.BytesIO(encoded(image, file_format, transparency=0)), "x").preview)
    assert close(preview.getpixel((80, 50)), WHITE)
    assert close(preview.getpixel((20, 50)), RED, by=40)


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG", "TIFF", "HEIF", "AVIF"])
def test_of_many_frames_the_first_is_the_picture(decoder: Decoder, file_format: str):
    frames = [Image.new("RGB", (80, 60), colour) for colour in (RED, GREEN, BLUE)]
    moving = encoded(frames[0], file_format, save_all=True, append_images=frames[1:])
    preview = opened(decoder.inspect(io.BytesIO(moving), "x").preview)
    assert close(preview.getpixel((40, 30)), RED, by=30)


@pytest.mark.parametrize("bits", [10, 12])
def test_a_heic_of_more_than_eight_bits_is_read(decoder: Decoder, bits: int):
    pillow_heif.options.SAVE_HDR_TO_12_BIT = bits == 12
    deep = np.asarray(quarters()).astype(np.uint16) * 257
    file = io.BytesIO()
    pillow_heif.encode("RGB;16", (640, 400), deep.tobytes(), file, quality=95)
    assert_shows_quarters(decoder.inspect(file, "x").preview)


def test_of_several_pictures_in_a_heic_the_primary_one_is_the_picture(decoder: Decoder):
    frames = [Image.new("RGB", (80, 60), colour) for colour in (RED, GREEN, BLUE)]
    burst = encoded(frames[0], "HEIF", save_all=True, append_images=frames[1:], primary_index=1)
    assert close(opened(decoder.inspect(io.BytesIO(burst), "x").preview).getpixel((40, 30)), GREEN, by=30)


def test_a_heic_that_is_a_film_alone_is_said_to_be_rare(decoder: Decoder):
    frames = [Image.new("RGB", (80, 60), colour) for colour in (RED, BLUE)]
    film = encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:])
    film = film.replace(b"meta", b"free", 1).replace(b"ftypavis", b"ftyphevc").replace(b"avifavis", b"hevchevc")
    with pytest.raises(Unreadable, match="a film without a still") as caught:
        decoder.inspect(io.BytesIO(film), "x")
    assert not caught.value.quarantine


def test_a_stereo_photo_is_a_jpeg(decoder: Decoder):
    stereo = encoded(quarters(), "MPO", save_all=True, append_images=[quarters()], quality=95, subsampling=0)
    picture = decoder.inspect(io.BytesIO(stereo), "x")
    assert picture.kind.extension == "jpg"
    assert_shows_quarters(picture.preview)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP", "HEIF", "AVIF"])
def test_colours_are_turned_into_srgb(decoder: Decoder, file_format: str):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"xXYZ").replace(b"bXYZ", b"rXYZ").replace(b"xXYZ", b"bXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "mine".encode("utf-16-be"))
    data = encoded(Image.new("RGB", (40, 40), (255, 0, 0)), file_format, icc_profile=swapped)
    assert close(opened(decoder.inspect(io.BytesIO(data), "x").preview).getpixel((20, 20)), (0, 0, 255))


def test_a_broken_colour_profile_is_ignored(decoder: Decoder):
    picture = decoder.inspect(io.BytesIO(encoded(quarters(), quality=95, subsampling=0, icc_profile=b"x" * 500)), "x")
    assert_shows_quarters(picture.preview)


def test_a_profile_for_other_colours_is_ignored(decoder: Decoder):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    picture = decoder.inspect(io.BytesIO(encoded(quarters(), quality=95, subsampling=0, icc_profile=lab)), "x")
    assert_shows_quarters(picture.preview)


@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (6000, 1000), (1500, 1500), (1000, 50)])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_preview_and_thumbnail_keep_within_their_size_and_the_shape(
    decoder: Decoder, size: tuple[int, int], file_format: str
):
    picture = decoder.inspect(io.BytesIO(encoded(quarters(size), file_format)), "x")
    for data, longest in ((picture.preview, PREVIEW), (picture.thumbnail, THUMBNAIL)):
        width, height = opened(data).size
        assert 0.9 * min(longest, max(size)) <= max(width, height) <= longest
        assert abs(width / height - size[0] / size[1]) / (size[0] / size[1]) < 0.06


def test_a_small_picture_is_not_enlarged(decoder: Decoder):
    picture = decoder.inspect(io.BytesIO(encoded(quarters((90, 70)))), "x")
    assert opened(picture.preview).size == (90, 70)
    assert opened(picture.thumbnail).size == (90, 70)


def test_the_thinnest_picture_has_a_preview(decoder: Decoder):
    picture = decoder.inspect(io.BytesIO(encoded(Image.new("RGB", (9000, 1)), "PNG")), "x")
    assert opened(picture.preview).size == (1024, 1)


def test_previews_carry_nothing_of_the_file_with_them(decoder: Decoder):
    exif = Image.Exif()
    exif[0x010F] = "Camera of Alice"
    data = encoded(quarters(), exif=exif, comment=b"Alice at home", icc_profile=b"x" * 200, xmp=b"<alice/>")
    picture = decoder.inspect(io.BytesIO(data), "x")
    for small in (picture.preview, picture.thumbnail):
        assert small.startswith(b"\xff\xd8\xff")
        assert b"lice" not in small
        assert opened(small).mode == "RGB"


def test_the_bytes_decide_and_not_the_name(decoder: Decoder, tmp_path: Path):
    path = tmp_path / "holiday.jpg"
    path.write_bytes(encoded(quarters(), "PNG"))
    with path.open("rb") as file:
        assert decoder.inspect(file, path.name).kind.mime == "image/png"


def test_without_pixels_only_the_facts_are_known(decoder: Decoder):
    picture = decoder.inspect(io.BytesIO(encoded(quarters())), "x", pixels=False)
    assert (picture.width, picture.height) == (640, 400)
    assert (picture.phash, picture.preview, picture.thumbnail) == (None, b"", b"")


def test_a_file_that_others_read_keeps_its_place(decoder: Decoder, tmp_path: Path):
    path = tmp_path / "a.tif"
    path.write_bytes(encoded(quarters(), "TIFF", compression="tiff_lzw"))
    with path.open("rb") as file:
        file.seek(0, io.SEEK_END)
        end = file.tell()
        decoder.inspect(file, "a.tif")
        decoder.inspect(file.fileno(), "a.tif")
        assert file.tell() == end


def test_a_stream_is_read_from_its_start(decoder: Decoder):
    stream = io.BytesIO(encoded(quarters()))
    stream.read()
    assert decoder.inspect(stream, "x").width == 640


@pytest.mark.parametrize(
    ("data", "fault", "said"),
    [
        (b"", Fault.EMPTY, "empty"),
        (b"Dear Bob,\nhow are you?\n" * 100, Fault.NO_IMAGE, "no image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Fault.NO_IMAGE, "no image"),
        (b"%PDF-1.7\n", Fault.NO_IMAGE, "no image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", Fault.NO_IMAGE, "no image"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100), Fault.TRUNCATED, "ends before its picture does"),
        (b"II*\0\x10\0\0\0CR\2\0" + bytes(100), Fault.UNSUPPORTED, "is of a rare variant of its format"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_name_and_its_reason(
    decoder: Decoder, data: bytes, fault: Fault, said: str
):
    with pytest.raises(Unreadable) as caught:
        decoder.inspect(io.BytesIO(data), "holiday.jpg")
    assert caught.value.fault is fault
    assert str(caught.value).startswith("holiday.jpg ")
    assert said in str(caught.value)
    assert caught.value.permanent
    assert not caught.value.quarantine


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "GIF", "TIFF", "BMP"])
def test_the_head_of_one_format_and_the_body_of_another_is_quarantined_or_said_to_be_cut_off(
    decoder: Decoder, file_format: str
):
    head = encoded(quarters(), file_format)[:18]
    with pytest.raises(Unreadable) as caught:
        decoder.inspect(io.BytesIO(head + b"MZ\x90\0this program cannot be run in DOS mode. " * 500), "holiday.jpg")
    assert caught.value.permanent
    assert caught.value.quarantine or caught.value.fault in {Fault.TRUNCATED, Fault.UNSUPPORTED}
