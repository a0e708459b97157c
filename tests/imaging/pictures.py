"""Pictures that tests look at."""

import io
import random
from collections.abc import Mapping
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw
from PIL.ExifTags import IFD

pillow_heif.register_heif_opener()  # writes; what is tested reads with pi-heif

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 180, 30), (30, 30, 220), (255, 255, 255)


def quarters(size: tuple[int, int] = (640, 400)) -> Image.Image:
    """Red, green, blue and white, from the top left to the bottom right."""
    image = Image.new("RGB", size, WHITE)
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), RED)
    draw.rectangle((width // 2, 0, width, height // 2 - 1), GREEN)
    draw.rectangle((0, height // 2, width // 2 - 1, height), BLUE)
    return image


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Overlapping shapes, the same for the same seed at any size."""
    chance = random.Random(seed)
    image = Image.new("RGB", (640, 480), tuple(chance.randrange(256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(25):
        left, top = chance.randrange(600), chance.randrange(440)
        box = (left, top, left + chance.randrange(20, 300), top + chance.randrange(20, 300))
        draw.ellipse(box, tuple(chance.randrange(256) for _ in range(3)))
    return image.resize(size)


def encoded(image: Image.Image, file_format: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def with_exif(
    picture: Mapping[int, Any] | None = None,
    camera: Mapping[int, Any] | None = None,
    position: Mapping[int, Any] | None = None,
    *,
    file_format: str = "JPEG",
) -> bytes:
    """A small picture with these EXIF tags."""
    exif = Image.Exif()
    exif.update(picture or {})
    if camera:
        exif.get_ifd(IFD.Exif).update(camera)
    if position:
        exif.get_ifd(IFD.GPSInfo).update(position)
    return encoded(quarters((64, 40)), file_format, exif=exif.tobytes())


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
