"""Bytes to a picture, through Pillow and nothing else. Runs only in a child of the fork server."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

# Each plugin by name: none is looked for later, when no file can be opened any more, and no other is ever tried.
from PIL import (  # noqa: F401  # a plugin registers itself
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    ImageMode,
    ImagePalette,
    JpegImagePlugin,
    JpegPresets,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from appliance.imaging import exif, pixels
from appliance.imaging.contents import Contents
from appliance.imaging.faults import Fault
from appliance.imaging.picture import Exif, Picture
from appliance.scanning import HEAD, Kind, kind

MOST_PIXELS = 100_000_000

_PLUGINS = {
    "jpeg": ("JPEG", "MPO"),
    "png": ("PNG",),
    "webp": ("WEBP",),
    "gif": ("GIF",),
    "tiff": ("TIFF",),
    "bmp": ("BMP",),
}


class Refusal(Exception):
    """This file is not opened."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.detail = detail


def prepare() -> None:
    """Makes Pillow strict: no picture too large, none that is cut off, no text that unpacks to megabytes."""
    Image.preinit()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    PngImagePlugin.MAX_TEXT_CHUNK = 1 << 20
    PngImagePlugin.MAX_TEXT_MEMORY = 8 << 20
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def headers(file: int) -> Picture:
    """What the file says of its picture, without unpacking it. Raises Refusal."""
    contents, found = _look(file)
    with _opened(contents, found) as (image, camera):
        width, height = pixels.upright_size(image.size, camera.orientation)
        return Picture(found, width, height, camera)


def picture(file: int, previews: BinaryIO) -> tuple[Picture, int]:
    """Unpacks the picture to its end and writes preview and thumbnail to `previews`, one after the other; also returns
    the length of the first. Raises Refusal."""
    contents, found = _look(file)
    with _opened(contents, found) as (image, camera):
        width, height = pixels.upright_size(image.size, camera.orientation)
        reduced = pixels.reduce(image, camera.orientation)
        small = pixels.thumbnail(reduced)
        likeness = pixels.phash(small)
        pixels.write(reduced, previews)
        length = previews.tell()
        pixels.write(small, previews)
        return Picture(found, width, height, camera, likeness), length


def _look(file: int) -> tuple[Contents, Kind]:
    contents = Contents(file)
    head = contents.read(HEAD)
    if not head:
        raise Refusal(Fault.EMPTY)
    found = kind(head)
    if found is None:
        raise Refusal(Fault.NO_IMAGE)
    if not found.readable:
        raise Refusal(Fault.NOT_YET, "a camera's raw file" if found.format == "raw" else found.format.upper())
    return contents, found


@contextmanager
def _opened(contents: Contents, found: Kind) -> Iterator[tuple[Image.Image, Exif]]:
    """The picture and what the camera wrote. Whatever goes wrong inside becomes the Refusal that it means."""
    image = None
    try:
        image = Image.open(contents, formats=_PLUGINS[found.format])
        if image.width * image.height > MOST_PIXELS:
            raise Refusal(Fault.TOO_MANY_PIXELS, f"{image.width} × {image.height}")
        yield image, exif.read(image)
    except Refusal:
        raise
    except Exception as error:
        if contents.failure is not None:
            raise Refusal(Fault.UNREADABLE_BYTES, contents.failure.strerror or "input/output error") from error
        raise _refusal(error, found, identified=image is not None, ended=contents.ended) from error


def _refusal(error: Exception, found: Kind, *, identified: bool, ended: bool) -> Refusal:
    """What an exception of Pillow means; it has few classes of its own, so its words are looked at as well."""
    words = str(error).lower()
    if isinstance(error, MemoryError):
        return Refusal(Fault.TOO_MUCH_MEMORY)
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return Refusal(Fault.TOO_MANY_PIXELS, "more than 100 million")
    if "decompressed data too large" in words or "too much memory used in text chunks" in words:
        return Refusal(Fault.BOMB)
    if "truncated" in words or (ended and isinstance(error, EOFError | struct.error)):
        return Refusal(Fault.TRUNCATED)
    if not identified:
        return Refusal(Fault.LYING, found.format.upper())
    if isinstance(error, NotImplementedError | KeyError) or "not supported" in words or "unsupported" in words:
        return Refusal(Fault.UNSUPPORTED, _short(error))
    return Refusal(Fault.DAMAGED, _short(error))


def _short(error: Exception) -> str:
    text = "".join(letter if letter.isprintable() else " " for letter in str(error))
    return text[:100] or type(error).__name__
