"""One reduced picture, upright and in sRGB, from which preview, thumbnail and perceptual hash are made."""

import io
import math
from contextlib import suppress
from typing import BinaryIO

from PIL import Image, ImageCms

from appliance.imaging import likeness

PREVIEW = 1024  # pixels of the long side
THUMBNAIL = 320
_ENOUGH = 960  # what a JPEG of 12 million pixels unpacks to at once is not unpacked twice as large for 3 % more

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DEEP = ("I", "F")  # modes of 16 and 32 bits a pixel
_PROFILED = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}  # modes, and the colour space that their profile must be of
_SRGB = ImageCms.createProfile("sRGB")


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    return (size[1], size[0]) if orientation >= 5 else size


def reduce(image: Image.Image, orientation: int) -> Image.Image:
    """Decodes to the end, in as little time as the format allows, and makes it upright RGB within PREVIEW."""
    image.draft(None, _fitted(image.size, _ENOUGH))  # a JPEG unpacks to the nearest of its scales that is not smaller
    image.load()
    profile = image.info.get("icc_profile")
    small = _shrunk(_resizable(image), _fitted(image.size, PREVIEW))
    turned = small.transpose(_TURNS[orientation]) if orientation in _TURNS else small
    return _in_srgb(turned, profile)


def thumbnail(reduced: Image.Image) -> Image.Image:
    return _shrunk(reduced, _fitted(reduced.size, THUMBNAIL))


def phash(small: Image.Image) -> int:
    side = (likeness.SIDE, likeness.SIDE)
    return likeness.phash(small.convert("L").resize(side, Image.Resampling.BILINEAR).tobytes())


def write(image: Image.Image, file: BinaryIO) -> None:
    image.info.clear()  # else a comment would come along
    image.save(file, "JPEG", quality=85)


def _fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = min(1, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if size == image.size:
        return image
    return image.resize(size, Image.Resampling.BILINEAR, reducing_gap=1.01)


def _resizable(image: Image.Image) -> Image.Image:
    """In a mode whose pixels can be averaged."""
    if image.has_transparency_data:
        return image if image.mode in {"RGBA", "LA"} else image.convert("RGBA")
    if image.mode.startswith("I;16"):
        return image.convert("I")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in {*_PROFILED, *_DEEP} else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    if image.mode in _DEEP:
        return _eight_bits(image).convert("RGB")
    if image.mode in {"RGBA", "LA"}:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    if isinstance(profile, bytes) and profile:
        # A profile that is broken, or of another colour space, is ignored as browsers do.
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return _converted(image, profile)
    return image.convert("RGB")


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    space = source.profile.xcolor_space.strip()
    if "sRGB" in (source.profile.profile_description or "") or space != _PROFILED.get(image.mode):
        return image.convert("RGB")
    converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    return converted if converted is not None else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """From black at 0 (or the darkest value below) to white at the brightest, since nothing says what white is."""
    low, high = (float(end) for end in image.getextrema())  # type: ignore[arg-type]  # one band: two numbers
    low = min(low, 0.0)
    if not math.isfinite(high - low) or high <= low:
        return Image.new("L", image.size)
    scale = 255 / (high - low)
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")
