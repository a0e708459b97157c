"""Bytes to a picture, through Pillow's plugins and nothing else. Runs only in a child of the fork server."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

from pi_heif import register_heif_opener  # type: ignore[import-untyped]  # it ships no types

# Each plugin by name: none is looked for later, when no file can be opened any more, and no other is ever tried.
from PIL import (  # noqa: F401  # a plugin registers itself
    AvifImagePlugin,
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
    WebPImagePlugin,
)

from appliance.imaging import captions, exif, isoboxes, pixels
from appliance.imaging.contents import Contents
from appliance.imaging.faults import Fault
from appliance.imaging.picture import Exif, Picture
from appliance.scanning import HEAD, Kind, kind

MOST_PIXELS = 100_000_000

_PLUGINS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WEBP",
    "gif": "GIF",
    "tiff": "TIFF",
    "bmp": "BMP",
    "heic": "HEIF",
    "avif": "AVIF",
}
_TURNED = {"tiff", "heic"}  # whose plugins turn the pixels
_IN_BOXES = {"heic", "avif"}

# Words of Pillow's exceptions, which have few classes of their own, and what they mean; the first that fits counts.
_WORDS = (
    ("decompressed data too large", Fault.BOMB),
    ("too much memory used", Fault.BOMB),
    ("truncated", Fault.TRUNCATED),
    ("not enough", Fault.TRUNCATED),
    ("unsupported", Fault.UNSUPPORTED),
    ("not supported", Fault.UNSUPPORTED),
    ("cannot handle", Fault.UNSUPPORTED),
    ("unknown pixel mode", Fault.UNSUPPORTED),
    ("unknown compression", Fault.UNSUPPORTED),
)


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
    register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # a thread's stack counts against the memory of a child
    captions.prepare()
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def headers(file: int) -> Picture:
    """What the file says of its picture, without unpacking it. Raises Refusal."""
    with _contents(file) as contents:
        found = _recognised(contents)
        return _described(_open(contents, found), found)


def picture(file: int, previews: BinaryIO) -> tuple[Picture, int]:
    """Unpacks the picture to its end and writes preview and thumbnail to `previews`, one after the other; also returns
    the length of the first. Raises Refusal."""
    with _contents(file) as contents:
        found = _recognised(contents)
        image = _open(contents, found)
        said = _described(image, found)
        reduced = pixels.reduce(image, _turn(said.exif, found))
        small = pixels.thumbnail(reduced)
        pixels.write(reduced, previews)
        length = previews.tell()
        pixels.write(small, previews)
        return replace(said, phash=pixels.phash(small)), length


@contextmanager
def _contents(file: int) -> Iterator[Contents]:
    """Whatever goes wrong while they are looked at becomes the Refusal that it means."""
    contents = Contents(file)
    try:
        yield contents
    except Refusal:
        raise
    except Exception as error:
        _check(contents)
        raise _refusal(error, Refusal(Fault.DAMAGED, _short(error))) from error
    _check(contents)


def _check(contents: Contents) -> None:
    if contents.failure is not None:
        raise Refusal(Fault.UNREADABLE_BYTES, contents.failure.strerror or "an error of the file system")


def _recognised(contents: Contents) -> Kind:
    head = contents.peek(HEAD)[:HEAD]
    if not head:
        raise Refusal(Fault.EMPTY)
    found = kind(head)
    if found is None:
        raise Refusal(Fault.NO_IMAGE)
    if not found.readable:
        raise Refusal(Fault.NOT_YET, "a camera's raw file" if found.format == "raw" else found.format.upper())
    if found.format == "webp" and 8 + int.from_bytes(head[4:8], "little") > contents.size:
        raise Refusal(Fault.TRUNCATED)  # Pillow only says that there is no decoder for it
    if found.format in _IN_BOXES:
        _check_boxes(contents)
    return found


def _check_boxes(contents: Contents) -> None:
    try:
        isoboxes.check_picture(contents)
    except (isoboxes.CutOff, struct.error) as error:
        raise Refusal(Fault.TRUNCATED) from error
    _check_size(isoboxes.largest(contents))  # libheif and libavif have limits of their own, and say less of them


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise Refusal(Fault.TOO_MANY_PIXELS, f"{size[0]} × {size[1]}")


def _open(contents: Contents, found: Kind) -> Image.Image:
    contents.seek(0)
    # The plugin is called by itself, since Image.open does not say why one did not want a file.
    plugin, _ = Image.OPEN[_PLUGINS[found.format]]
    try:
        image = plugin(contents, "")
    except SyntaxError as error:  # what a plugin raises for what is not of its format
        if contents.ended and found.format != "jpeg":  # there, markers are looked for up to the end
            raise Refusal(Fault.TRUNCATED) from error
        raise _refusal(error, Refusal(Fault.LYING, found.format.upper())) from error
    _check_size(image.size)
    return image


def _described(image: Image.Image, found: Kind) -> Picture:
    tags = exif.tags(image)
    camera = exif.read(tags)
    width, height = pixels.upright_size(image.size, _turn(camera, found))
    return Picture(found, width, height, camera, captions.read(image, tags))


def _turn(camera: Exif, found: Kind) -> int:
    return 1 if found.format in _TURNED else camera.orientation


def _refusal(error: Exception, otherwise: Refusal) -> Refusal:
    if isinstance(error, MemoryError):
        return Refusal(Fault.TOO_MUCH_MEMORY)
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return Refusal(Fault.TOO_MANY_PIXELS, "more than 100 million")
    words = str(error).lower()
    return next((Refusal(fault, _short(error)) for part, fault in _WORDS if part in words), otherwise)


def _short(error: Exception) -> str:
    text = "".join(letter if letter.isprintable() else " " for letter in str(error))
    return text[:100] or type(error).__name__
