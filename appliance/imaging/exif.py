"""What a camera wrote into a file, read so that no value can do harm: what makes no sense reads as absent."""

import io
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, BinaryIO, NamedTuple

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import ImageFileDirectory_v2, TiffImageFile

from appliance.imaging import apple
from appliance.imaging.picture import Exif

_LONGEST_NAME = 100  # characters of a make or model
_MARK = b"Exif\0\0"
_TIME = re.compile(r"\s*(\d{4})[:/.-](\d\d)[:/.-](\d\d)[ T](\d\d):(\d\d):(\d\d)", re.ASCII)
_FRACTION = re.compile(r"[0-9]{1,6}")
_OFFSET = re.compile(r"\s*([+-])(\d\d):?(\d\d)", re.ASCII)
_LARGEST_OFFSET = timedelta(hours=14)

_Directory = Mapping[int, Any]


class Tags(NamedTuple):
    """The directories of EXIF."""

    picture: _Directory
    camera: _Directory
    position: _Directory


_NONE = Tags({}, {}, {})


def tags(image: Image.Image) -> Tags:
    """Never raises. Of a PNG only what stands before the pixels is seen, so that they need not be unpacked."""
    with suppress(Exception):
        data = image.info.get("exif")
        if isinstance(data, bytes):
            block = data.removeprefix(_MARK).removeprefix(_MARK)
            return tags_in(io.BytesIO(block), block[:8])
        return _tags_of_tiff(image) if isinstance(image, TiffImageFile) else _NONE
    return _NONE


def tags_in(file: BinaryIO, head: bytes) -> Tags:
    """Of a file that is TIFF inside, with a `head` as TIFF has it. Each tag is read when it is asked for: all of them,
    as Image.Exif reads them, take twice as long. Raises whatever Pillow does where it is none."""
    picture = root(file, head)
    camera = _directory(lambda: directory(file, head, picture[IFD.Exif], IFD.Exif))
    position = _directory(lambda: directory(file, head, picture[IFD.GPSInfo], IFD.GPSInfo))
    return Tags(picture, camera, position)


def first_directory(block: bytes) -> _Directory:
    """Nothing where there is none."""
    return _directory(lambda: root(io.BytesIO(block), block[:8]))


def root(file: BinaryIO, head: bytes) -> ImageFileDirectory_v2:
    """The first directory. Raises whatever Pillow does."""
    return directory(file, head, ImageFileDirectory_v2(head).next)


def _tags_of_tiff(image: TiffImageFile) -> Tags:
    exif = image.getexif()
    return Tags(exif, _directory(lambda: exif.get_ifd(IFD.Exif)), _directory(lambda: exif.get_ifd(IFD.GPSInfo)))


def read(tags: Tags) -> Exif:
    """Never raises."""
    with suppress(Exception):
        return _read(tags.picture, tags.camera, tags.position)
    return Exif()


def directory(file: BinaryIO, head: bytes, offset: int, group: int | None = None) -> ImageFileDirectory_v2:
    found = ImageFileDirectory_v2(head, group=group)
    file.seek(offset)
    found.load(file)
    return found


def _directory(load: Callable[[], _Directory]) -> _Directory:
    with suppress(Exception):
        return load()
    return {}


def _read(picture: _Directory, camera: _Directory, position: _Directory) -> Exif:
    latitude = _degrees(position, GPS.GPSLatitude, GPS.GPSLatitudeRef, "S", 90)
    longitude = _degrees(position, GPS.GPSLongitude, GPS.GPSLongitudeRef, "W", 180)
    whole = latitude is not None and longitude is not None
    return Exif(
        taken_at=_taken_at(camera),
        make=_name(value(picture, Base.Make)),
        model=_name(value(picture, Base.Model)),
        latitude=latitude if whole else None,
        longitude=longitude if whole else None,
        orientation=_orientation(value(picture, Base.Orientation)),
        content_id=_content_id(value(camera, Base.MakerNote)),
    )


def value(tags: _Directory, tag: int) -> object:
    """None where there is none."""
    if tag not in tags:
        return None
    with suppress(Exception):
        found = tags[tag]
        return found[0] if isinstance(found, tuple) and len(found) == 1 else found
    return None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return value if isinstance(value, str) else ""


def _name(value: object) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in _text(value).split("\0")[0])
    return " ".join(printable.split())[:_LONGEST_NAME].strip()


def _orientation(value: object) -> int:
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _content_id(maker_note: object) -> str:
    return apple.content_id(maker_note) if isinstance(maker_note, bytes) else ""


def _taken_at(camera: _Directory) -> datetime | None:
    found = _TIME.match(_text(value(camera, Base.DateTimeOriginal)))
    if found is None:
        return None
    with suppress(ValueError, OverflowError):
        year, month, day, hour, minute, second = map(int, found.groups())
        microsecond = _microsecond(value(camera, Base.SubsecTimeOriginal))
        zone = _zone(value(camera, Base.OffsetTimeOriginal))
        moment = datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone)
        if zone is not None:
            moment.astimezone(UTC)  # in the first and last hours of the calendar there is no such time
        return moment
    return None


def _microsecond(value: object) -> int:
    """The digits of a decimal fraction, of which there may be any number."""
    digits = _FRACTION.match(_text(value))
    return int(digits.group().ljust(6, "0")) if digits else 0


def _zone(value: object) -> timezone | None:
    found = _OFFSET.match(_text(value))
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if offset > _LARGEST_OFFSET:
        return None
    return timezone(-offset if found[1] == "-" else offset)


def _degrees(position: _Directory, tag: int, reference_tag: int, negative: str, limit: int) -> float | None:
    with suppress(Exception):
        degrees, minutes, seconds = (float(part) for part in position[tag])
        size = degrees + minutes / 60 + seconds / 3600
        if min(degrees, minutes, seconds) >= 0 and size <= limit:
            reference = _text(value(position, reference_tag)).strip("\0 ").upper()
            return round(-size if reference.startswith(negative) else size, 7)  # a centimetre
    return None
