"""A picture as it is sent to somebody else: its pixels alone, and no more of them than are needed."""

import io
from functools import cache

from PIL import Image

from appliance.vision.provider import VisionError

QUALITY = 85


def alone(preview: bytes, side: int) -> bytes:
    """A new JPEG, at most `side` pixels long, without anything that came with the pixels. Raises VisionError where the
    preview is no picture."""
    try:
        with Image.open(io.BytesIO(preview), formats=["JPEG"]) as opened:
            opened.draft("RGB", (side, side))
            pixels = opened.convert("RGB")
    except OSError as error:
        raise VisionError(f"The preview cannot be read as a JPEG: {error}.", permanent=True) from error
    pixels.thumbnail((side, side))
    pixels.info = {}  # else Pillow writes the comment and the colour profile that it found
    return _written(pixels)


@cache
def plain(colour: tuple[int, int, int]) -> bytes:
    return _written(Image.new("RGB", (128, 128), colour))


def _written(pixels: Image.Image) -> bytes:
    buffer = io.BytesIO()
    pixels.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
