"""What was seen in a picture, and where each word came from."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    """What a word says of the picture; names are built from roles in this order."""

    SUBJECT = "subject"  # what the picture shows first
    ATTRIBUTE = "attribute"  # a colour, a material, a state of the subject
    SECOND = "second"  # what else is to be seen
    PLACE = "place"  # where it is, or its setting
    KEYWORD = "keyword"  # what the owner sells, covers or files under


class Origin(StrEnum):
    """Where a word came from. A word without an origin stands in no name."""

    PIXELS = "pixels"  # a model saw it
    TEXT = "text"  # it is written in the picture
    METADATA = "metadata"  # a person wrote it into the file (IPTC, XMP)
    EXIF = "exif"  # the camera wrote it into the file
    PLACE = "place"  # the place nearest to the GPS position
    FOLDER = "folder"  # the name of the folder
    KEYWORD = "keyword"  # the owner's keywords
    CONTEXT = "context"  # the post or product around the picture
    LEARNED = "learned"  # from what a person corrected before
    ORIGINAL = "original"  # the name that the file arrived with
    COUNTER = "counter"  # a number that tells two names apart
    PERSON = "person"  # a person typed it


@dataclass(frozen=True, slots=True)
class Word:
    """`text` is a word or a short phrase in the target language, as it would stand in a sentence ("golden retriever").

    `score` is the probability from 0 to 1 that a person would say the word of this picture.
    """

    text: str
    role: Role
    origin: Origin
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What one answer took. `cost` is in millionths of a US dollar, by the provider's price list."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: int = 0
    seconds: float = 0.0

    def plus(self, other: "Usage") -> "Usage":
        """What both took together."""
        return Usage(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cost + other.cost,
            round(self.seconds + other.seconds, 3),
        )


@dataclass(frozen=True, slots=True)
class Description:
    """What a provider says of one picture.

    `candidates` are alternative sets of words, the best first; each is ordered by importance. `confidence` is the
    probability that a person would accept a name made of the first candidate; no candidates means that nothing
    was recognised well enough to be said.
    """

    candidates: tuple[tuple[Word, ...], ...] = ()
    text: str = ""
    alt: str = ""
    title: str = ""
    caption: str = ""
    keywords: tuple[str, ...] = ()
    from_file: tuple[str, ...] = ()  # which of alt, title and caption a person wrote into the file
    confidence: float = 0.0
    provider: str = ""
    model: str = ""
    prompt: str = ""
    usage: Usage = Usage()


class TextState(StrEnum):
    """How far the texts beside a name are: alternative text, title, caption and keywords."""

    PROPOSED = "proposed"  # by whoever looked at the picture, or as they stand in the file
    EDITED = "edited"  # a person changed them
    APPROVED = "approved"  # a person said that they are right
    WRITTEN = "written"  # and they stand in the picture's metadata


@dataclass(frozen=True, slots=True)
class Texts:
    """What is said of a picture beside its name and its alternative text. `from_file` are those of alt, title and
    caption that stand in the file as they are here.

    Of texts that are written, `written_at` is when (ISO 8601) and `written_in` in what. `note` is why they stand
    somewhere else than was wanted, or nowhere.
    """

    title: str = ""
    caption: str = ""
    keywords: tuple[str, ...] = ()
    from_file: tuple[str, ...] = ()
    state: TextState = TextState.PROPOSED
    written_at: str = ""
    written_in: Literal["", "sidecar", "file"] = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FileWords:
    """What people, and programs in their place, wrote into a file (IPTC, XMP, EXIF) or into the sidecar beside it.

    `titles`, `captions` and `alts` are by language, such as "de"; "" is the one without a language, which comes first.
    """

    titles: dict[str, str] = field(default_factory=dict)
    headline: str = ""
    captions: dict[str, str] = field(default_factory=dict)
    keywords: tuple[str, ...] = ()
    alts: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.titles or self.headline or self.captions or self.keywords or self.alts)
