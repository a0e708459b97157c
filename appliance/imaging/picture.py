"""What is known of a picture once it has been opened."""

from dataclasses import dataclass, field
from datetime import datetime

from appliance.scanning import Kind
from appliance.words import FileWords


@dataclass(frozen=True, slots=True)
class Exif:
    """What the camera wrote. `taken_at` has a time zone only where the camera knew it; degrees are WGS 84, north and
    east positive; `orientation` is the EXIF number from 1 to 8, and 1 in a HEIC, which says it elsewhere; `content_id`
    is what the still and the film of a Live Photo share."""

    taken_at: datetime | None = None
    make: str = ""
    model: str = ""
    latitude: float | None = None
    longitude: float | None = None
    orientation: int = 1
    content_id: str = ""

    @property
    def camera(self) -> str:
        """Make and model."""
        return " ".join(part for part in (self.make, self.model) if part)


@dataclass(frozen=True, slots=True)
class Picture:
    """`width` and `height` are pixels of the whole picture, upright.

    `preview` (at most 1024 px on its long side) and `thumbnail` (at most 320 px) are JPEG in sRGB, upright, without
    metadata. They are empty and `phash` is None where only the headers were read.
    """

    kind: Kind
    width: int
    height: int
    exif: Exif
    words: FileWords = field(default_factory=FileWords)
    phash: int | None = None
    preview: bytes = b""
    thumbnail: bytes = b""
