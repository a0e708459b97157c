"""Pictures and descriptions for the tests of naming."""

from datetime import datetime

from appliance.naming import Shot
from appliance.words import Description, Origin, Role, Word


def seen(text: str, role: str = "subject", *, score: float = 1.0, origin: Origin = Origin.PIXELS) -> Word:
    return Word(text, Role(role), origin, score)


def described(*words: Word, confidence: float = 0.9) -> Description:
    """A description with one candidate."""
    return Description(candidates=(words,), confidence=confidence)


def alternatives(*candidates: tuple[Word, ...], confidence: float = 0.9) -> Description:
    return Description(candidates=candidates, confidence=confidence)


def shot(
    name: str = "IMG_0001.JPG",
    description: Description | str = "red car",
    *,
    folder: str = "",
    extension: str = "jpg",
    sha256: str = "a3f2c1" + "0" * 58,
    taken_at: datetime | None = None,
    phash: int | None = None,
    camera: str = "",
    companions: tuple[str, ...] = (),
) -> Shot:
    """An image; a description may be given as the text of its subject."""
    if isinstance(description, str):
        description = described(seen(description))
    return Shot(name, folder, extension, sha256, description, taken_at, phash, camera, companions)
