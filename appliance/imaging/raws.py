"""What a camera's raw file shows: the preview that the camera put into it, found by LibRaw."""

import io
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image

from appliance.imaging import exif, isoboxes
from appliance.imaging.contents import Contents
from appliance.imaging.exif import Tags
from appliance.imaging.faults import Fault, Refusal
from appliance.imaging.isoboxes import Box
from appliance.scanning import Kind

if TYPE_CHECKING:
    import rawpy

SMALLEST = 256  # pixels of the long side of a preview that shows enough

_ORIENTATIONS = {0: 1, 3: 3, 5: 8, 6: 6}  # of EXIF, by LibRaw's "flip"
_CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")  # the box of a CR3 with what its EXIF would have
_PLACES = ((273, 279), (324, 325), (513, 514))  # the tags of strips, tiles and previews: where, and how long
_SUB_DIRECTORIES = 330
_MOST_DIRECTORIES = 16
_NOWHERE = 0xFFFFFFFF  # Panasonic says it elsewhere
_NOT_FOUND = ("LibRawNoThumbnailError", "LibRawUnsupportedThumbnailError")
_FAULTS = {
    "LibRawIOError": Fault.TRUNCATED,
    "LibRawFileUnsupportedError": Fault.UNSUPPORTED,
    "LibRawNotImplementedError": Fault.UNSUPPORTED,
    "NotSupportedError": Fault.UNSUPPORTED,
    "LibRawTooBigError": Fault.TOO_MUCH_MEMORY,
    "LibRawMemPoolOverflowError": Fault.TOO_MUCH_MEMORY,
    "LibRawUnsufficientMemoryError": Fault.TOO_MUCH_MEMORY,
}


def prepare() -> None:
    """Loads LibRaw, with numpy, in which it answers: for nothing where there are no raw files."""
    import rawpy  # noqa: F401  # found in memory when a child imports it


@dataclass(frozen=True, slots=True)
class Raw:
    """`size` is that of the picture as it was stored, `orientation` the EXIF number that makes it upright."""

    size: tuple[int, int]
    orientation: int
    _file: "rawpy.RawPy"

    def preview(self) -> bytes | Image.Image | None:
        """The largest that there is: a JPEG, or its pixels. Raises Refusal."""
        try:
            with _refusing():
                found = self._file.extract_thumb()
        except _NoPreview:
            return None
        return found.data if isinstance(found.data, bytes) else Image.fromarray(found.data)

    def developed(self) -> Image.Image:
        """The picture itself at half its size, upright, with the camera's white. Raises Refusal."""
        with _refusing():
            return Image.fromarray(self._file.postprocess(half_size=True, use_camera_wb=True, output_bps=8))


class _NoPreview(Exception):
    pass


@contextmanager
def opened(contents: Contents) -> Iterator[Raw]:
    """Raises Refusal."""
    import rawpy

    contents.seek(0)
    file = rawpy.RawPy()  # and not imread, which looks around among the modules first
    try:
        with _refusing():
            file.open_buffer(io.BytesIO(contents.read()))
        sizes = file.sizes
        yield Raw((sizes.width, sizes.height), _ORIENTATIONS.get(sizes.flip, 1), file)
    finally:
        file.close()


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever LibRaw answers becomes the Refusal that it means."""
    import rawpy

    try:
        yield
    except (rawpy.LibRawError, rawpy.NotSupportedError) as error:
        name = type(error).__name__
        if name in _NOT_FOUND:
            raise _NoPreview from error
        words = error.args[0].decode("ascii", "replace") if error.args and isinstance(error.args[0], bytes) else name
        raise Refusal(_FAULTS.get(name, Fault.DAMAGED), words[:100]) from error


def turn(preview: Image.Image, raw: Raw) -> int:
    """As the EXIF of a JPEG says, which LibRaw adds where there is none; not at all where it lies upright."""
    own = exif.read(exif.tags(preview)).orientation if preview.format == "JPEG" else raw.orientation
    if preview.width == preview.height:
        return own
    lies_turned = (preview.width > preview.height) != (own >= 5)
    is_wide = (raw.size[0] > raw.size[1]) != (raw.orientation >= 5)
    return own if lies_turned == is_wide else 1


def tags(contents: Contents, kind: Kind) -> Tags | None:
    """What the camera wrote, where that stands outside of the preview. Raises what a broken file makes it raise."""
    if kind.extension == "raf":
        return None
    return _tags_of_canon(contents) if kind.extension == "cr3" else exif.tags_in(contents, _head(contents))


def _head(contents: Contents) -> bytes:
    """ORF and RW2 are TIFF but for their signatures."""
    contents.seek(0)
    head = contents.read(8)
    return head[:2] + (b"*\0" if head[:2] == b"II" else b"\0*") + head[4:]


def _tags_of_canon(contents: Contents) -> Tags:
    found: dict[bytes, bytes] = {}
    movie = isoboxes.first(contents, b"moov", isoboxes.whole(contents))
    for box in list(isoboxes.boxes(contents, movie)) if movie else ():
        contents.seek(box.start)
        if box.kind == b"uuid" and contents.read(16) == _CANON:
            inside = list(isoboxes.boxes(contents, Box(box.kind, box.start + 16, box.end)))
            found = {one.kind: isoboxes.contents(contents, one) for one in inside if one.kind.startswith(b"CMT")}
    picture, camera, position = (exif.first_directory(found.get(name, b"")) for name in (b"CMT1", b"CMT2", b"CMT4"))
    return Tags(picture, camera, position)


def check_end(contents: Contents, kind: Kind) -> None:
    """Raises Refusal where the file ends before its sensor's data do: LibRaw would tell once it unpacks them."""
    ends = {"cr3": _ends_of_canon, "raf": _ends_of_fuji}.get(kind.extension, _ends_of_tiff)
    if any(end > contents.size for end in ends(contents)):
        raise Refusal(Fault.TRUNCATED)


def _ends_of_canon(contents: Contents) -> Iterator[int]:
    for box in isoboxes.boxes(contents, isoboxes.whole(contents)):
        if box.kind == b"mdat":
            yield contents.size + box.cut_off


def _ends_of_fuji(contents: Contents) -> Iterator[int]:
    """The preview, the header and the data, each with its start and its length."""
    contents.seek(84)
    yield from (start + length for start, length in struct.iter_unpack(">II", contents.read(24).ljust(24, b"\xff")))


def _ends_of_tiff(contents: Contents) -> Iterator[int]:
    for directory in _directories(contents, _head(contents)):
        for starts, lengths in _PLACES:
            places = zip(_numbers(directory, starts), _numbers(directory, lengths), strict=False)
            yield from (start + length for start, length in places if start != _NOWHERE)


def _directories(contents: Contents, head: bytes) -> Iterator[Mapping[int, Any]]:
    """Those that follow each other, and those within the first."""
    directory = exif.root(contents, head)
    yield directory
    for offset in _numbers(directory, _SUB_DIRECTORIES)[:_MOST_DIRECTORIES]:
        yield exif.directory(contents, head, offset)
    for _ in range(_MOST_DIRECTORIES):
        if not directory.next:
            return
        directory = exif.directory(contents, head, directory.next)
        yield directory


def _numbers(directory: Mapping[int, Any], tag: int) -> tuple[int, ...]:
    found = exif.value(directory, tag)
    numbers = found if isinstance(found, tuple) else (found,)
    return tuple(number for number in numbers if isinstance(number, int))
