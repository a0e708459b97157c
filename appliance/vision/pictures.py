"""A picture as it is sent to somebody else: its pixels alone, and no more of them than are needed."""

import io
import re
import struct
from functools import cache

from PIL import Image

from appliance.vision.provider import VisionError

QUALITY = 85


def alone(preview: bytes, side: int) -> bytes:
    """A JPEG, at most `side` pixels long, without anything that came with the pixels: the preview itself where it is
    one. Raises VisionError where the preview is no picture."""
    if _is_bare(preview, side):
        return preview
    try:
        with Image.open(io.BytesIO(preview), formats=["JPEG"]) as opened:
            opened.draft("RGB", (side, side))
            pixels = opened.convert("RGB")
    except OSError as error:
        raise VisionError(f"The preview cannot be read as a JPEG: {error}.", permanent=True) from error
    pixels.thumbnail((side, side))
    pixels.info = {}  # else Pillow writes the comment and the colour profile that it found
    return _written(pixels)


def _is_bare(jpeg: bytes, side: int) -> bool:
    """Whether it has what a decoder needs in its one scan, nothing else, and no more pixels than may be sent."""
    at = 2
    while jpeg[:2] == _BEGIN and at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        kind, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if kind == _SCAN:
            stop = _NO_PIXELS.search(jpeg, at + 2 + length)
            return stop is not None and stop.end() == len(jpeg) and stop[0] == _END
        if kind == _FRAME and max(struct.unpack_from(">HH", jpeg, at + 5)) > side:
            return False
        if kind not in _NEEDED and jpeg[at : at + len(_JFIF)] != _JFIF:
            return False
        at += 2 + length
    return False


# ISO/IEC 10918-1, table B.1. A JFIF header of 16 bytes has no thumbnail.
_BEGIN, _END, _JFIF = b"\xff\xd8", b"\xff\xd9", b"\xff\xe0\0\x10JFIF\0"
_FRAME, _SCAN = 0xC0, 0xDA
_NEEDED = {0xDB, 0xC4, _FRAME}  # tables, and a baseline frame
_NO_PIXELS = re.compile(rb"\xff[^\0\xd0-\xd7]", re.DOTALL)


@cache
def plain(colour: tuple[int, int, int]) -> bytes:
    return _written(Image.new("RGB", (128, 128), colour))


def _written(pixels: Image.Image) -> bytes:
    buffer = io.BytesIO()
    pixels.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
