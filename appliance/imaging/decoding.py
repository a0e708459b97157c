"""Bytes to a picture, through Pillow's plugins and nothing else. Runs only in a child of the fork server."""

import io
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
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

from appliance.imaging import captions, exif, isoboxes, pixels, raws
from appliance.imaging.contents import Contents
from appliance.imaging.faults import Fault, Refusal
from appliance.imaging.picture import Picture
from appliance.imaging.raws import Raw
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
    with _contents(file) as contents, _opened(contents) as opened:
        return opened.said


def picture(file: int, previews: BinaryIO) -> tuple[Picture, int]:
    """Unpacks the picture to its end and writes preview and thumbnail to `previews`, one after the other; also returns
    the length of the first. Raises Refusal."""
    with _contents(file) as contents, _opened(contents) as opened:
        reduced = opened.reduced()
        small = pixels.thumbnail(reduced)
        pixels.write(reduced, previews)
        length = previews.tell()
        pixels.write(small, previews)
        return replace(opened.said, phash=pixels.phash(small)), length


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
    if found.format == "webp" and 8 + int.from_bytes(head[4:8], "little") > contents.size:
        raise Refusal(Fault.TRUNCATED)  # Pillow only says that there is no decoder for it
    if found.format in _IN_BOXES:
        _check_boxes(contents)
    if found.format == "heic" and isoboxes.first(contents, b"meta", isoboxes.whole(contents)) is None:
        raise Refusal(Fault.UNSUPPORTED, "a film without a still")
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


@dataclass(frozen=True, slots=True)
class _Opened:
    said: Picture
    reduced: Callable[[], Image.Image]  # unpacks the picture


@contextmanager
def _opened(contents: Contents) -> Iterator[_Opened]:
    found = _recognised(contents)
    if found.format != "raw":
        yield _whole(contents, found)
        return
    raws.check_end(contents, found)
    with raws.opened(contents) as raw:
        yield _developed(contents, found, raw)


def _whole(contents: Contents, found: Kind) -> _Opened:
    image = _image(contents, found.format)
    tags = exif.tags(image)
    camera = exif.read(tags)
    turn = 1 if found.format in _TURNED else camera.orientation
    width, height = pixels.upright_size(image.size, turn)
    said = Picture(found, width, height, camera, captions.read(image, tags))
    return _Opened(said, lambda: pixels.reduce(image, turn))


def _developed(contents: Contents, found: Kind, raw: Raw) -> _Opened:
    """A raw file by its preview, and by its own pixels where there is none or it shows too little."""
    preview = _preview(raw)
    tags = raws.tags(contents, found) or exif.tags(preview)
    width, height = pixels.upright_size(raw.size, raw.orientation)
    camera = replace(exif.read(tags), orientation=raw.orientation)
    said = Picture(found, width, height, camera, captions.read(preview, tags))
    if max(preview.size) >= raws.SMALLEST:
        return _Opened(said, lambda: pixels.reduce(preview, raws.turn(preview, raw)))
    _check_size(raw.size)
    return _Opened(said, lambda: pixels.reduce(raw.developed(), 1))


def _preview(raw: Raw) -> Image.Image:
    """Of no pixels where there is none."""
    preview = raw.preview()
    if preview is None:
        return Image.new("RGB", (0, 0))
    return _image(io.BytesIO(preview), "jpeg") if isinstance(preview, bytes) else preview


def _image(file: Contents | io.BytesIO, file_format: str) -> Image.Image:
    file.seek(0)
    # The plugin is called by itself, since Image.open does not say why one did not want a file.
    plugin, _ = Image.OPEN[_PLUGINS[file_format]]
    try:
        image = plugin(file, "")
    except SyntaxError as error:  # what a plugin raises for what is not of its format
        if isinstance(file, Contents) and file.ended and file_format != "jpeg":  # there, markers are looked for
            raise Refusal(Fault.TRUNCATED) from error
        raise _refusal(error, Refusal(Fault.LYING, file_format.upper())) from error
    _check_size(image.size)
    return image


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
