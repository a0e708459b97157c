"""What a camera wrote into a file, read so that no value can do harm: what makes no sense reads as absent."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from appliance.imaging.picture import Exif

_LONGEST_NAME = 100  # characters of a make or model
_TIME = re.compile(r"\s*(\d{4})[:/.-](\d\d)[:/.-](\d\d)[ T](\d\d):(\d\d):(\d\d)", re.ASCII)
_OFFSET = re.compile(r"\s*([+-])(\d\d):?(\d\d)", re.ASCII)


def read(image: Image.Image) -> Exif:
    """Never raises; of a PNG, only what stands before the pixels is seen, so that they need not be unpacked."""
    with suppress(Exception):
        if image.format == "PNG" and "exif" not in image.info:
            return Exif()
        return _read(image.getexif())
    return Exif()


def _read(exif: Image.Exif) -> Exif:
    camera, position = _directory(exif, IFD.Exif), _directory(exif, IFD.GPSInfo)
    latitude = _degrees(position, GPS.GPSLatitude, GPS.GPSLatitudeRef, "S", 90)
    longitude = _degrees(position, GPS.GPSLongitude, GPS.GPSLongitudeRef, "W", 180)
    whole = latitude is not None and longitude is not None
    return Exif(
        taken_at=_taken_at(camera),
        make=_name(exif.get(Base.Make)),
        model=_name(exif.get(Base.Model)),
        latitude=latitude if whole else None,
        longitude=longitude if whole else None,
        orientation=_orientation(exif.get(Base.Orientation)),
    )


def _directory(exif: Image.Exif, ifd: IFD) -> dict[int, object]:
    with suppress(Exception):
        return dict(exif.get_ifd(ifd))
    return {}


def _name(value: object) -> str:
    text = value if isinstance(value, str) else ""
    printable = "".join(letter if letter.isprintable() else " " for letter in text.split("\0")[0])
    return " ".join(printable.split())[:_LONGEST_NAME].strip()


def _orientation(value: object) -> int:
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _taken_at(camera: dict[int, object]) -> datetime | None:
    found = _TIME.match(_text(camera.get(Base.DateTimeOriginal)))
    if found is None:
        return None
    with suppress(ValueError, OverflowError):
        year, month, day, hour, minute, second = map(int, found.groups())
        microsecond = _microsecond(camera.get(Base.SubsecTimeOriginal))
        zone = _zone(camera.get(Base.OffsetTimeOriginal))
        moment = datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone)
        if zone is not None:
            moment.astimezone(UTC)  # at the very ends of the calendar this cannot be said
        return moment
    return None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return value if isinstance(value, str) else ""


def _microsecond(value: object) -> int:
    """The digits of a decimal fraction, of which there may be any number."""
    digits = re.match(r"[0-9]{1,6}", _text(value))
    return int(digits.group().ljust(6, "0")) if digits else 0


def _zone(value: object) -> timezone | None:
    found = _OFFSET.match(_text(value))
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if offset > timedelta(hours=14):
        return None
    return timezone(-offset if found[1] == "-" else offset)


def _degrees(position: dict[int, object], tag: int, reference_tag: int, negative: str, limit: int) -> float | None:
    with suppress(Exception):
        degrees, minutes, seconds = (float(part) for part in position[tag])  # type: ignore[attr-defined]  # if not, None
        size = degrees + minutes / 60 + seconds / 3600
        if degrees >= 0 and minutes >= 0 and seconds >= 0 and size <= limit:
            return -size if _text(position.get(reference_tag)).strip("\0 ").upper().startswith(negative) else size
    return None
