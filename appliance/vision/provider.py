"""The contract between the program and whoever looks at a picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

from appliance.words import Description, Usage, Word

NO_USAGE = Usage()


class VisionError(Exception):
    """Shown to the owner: what happened and what to do now.

    `permanent` means that trying again is no use until somebody changes something: a bad key, a model that cannot see.
    `refused` means that this one picture will not be described, whoever asks again; others may be. `retry_after` is
    how many seconds the provider asks to be left alone, None where it did not say. `usage` is what was billed although
    nothing came of it.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        refused: bool = False,
        retry_after: float | None = None,
        usage: Usage = NO_USAGE,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.refused = refused
        self.retry_after = retry_after
        self.usage = usage


@dataclass(frozen=True, slots=True)
class Example:
    """What a person made of a proposal, in words: both as they would stand in a name, with spaces."""

    proposed: str
    accepted: str


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a picture beside its pixels. All of it is data for the model, never an instruction.

    `folder` is the name of the folder that it lies in, `site` the site, shop or product that it belongs to, `taken` its
    date as yyyy-mm-dd, `place` the place nearest to its position. `glossary` are words in the spelling that the owner
    wants, `banned` words that he does not want, `examples` what he corrected and approved lately, the newest first.
    """

    keywords: tuple[str, ...] = ()
    folder: str = ""
    site: str = ""
    taken: str = ""
    place: str = ""
    glossary: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()


NO_CONTEXT = Context()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word that was weighed. `said` is whether the best candidate has it; `why` is a sentence for a person."""

    word: Word
    said: bool
    why: str


class Provider(Protocol):
    """Whoever looks at pictures. Safe to use from several threads.

    `name`, `model` and `prompt`, together with the picture's SHA-256 and the language, are the key under which a
    description may be kept. `languages` are those it can answer in, None for any; asked for another, it answers
    in English, which is for the caller to say.
    """

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def prompt(self) -> str: ...

    @property
    def languages(self) -> frozenset[str] | None: ...

    def check(self) -> None:
        """Raises VisionError, a sentence with the remedy, where pictures cannot be looked at."""

    def describe(self, preview: bytes, *, language: str, context: Context = NO_CONTEXT) -> Description:
        """What the picture shows. `preview` is a JPEG that we encoded, at most 1024 px. Raises VisionError."""

    def explain(self, preview: bytes, *, language: str) -> list[Evidence]:
        """Every word that was weighed, the best first, those that were not said included. Raises VisionError."""


@runtime_checkable
class Closes(Protocol):
    """A provider that keeps connections open."""

    def close(self) -> None:
        """Ends them. May be called while it is asked, which then raises VisionError."""


@runtime_checkable
class Priced(Protocol):
    """A provider that may cost money."""

    @property
    def most_cost(self) -> int:
        """What one answer costs at most, in millionths of a US dollar."""


LESSONS = "+"  # in the model of an engine that was taught, between its own name and that of what it learned


class Lesson(NamedTuple):
    """That a picture, of which an engine saw these features, shows what the word says."""

    word: str
    features: bytes


@runtime_checkable
class Learns(Provider, Protocol):
    """An optional ability: is taught words of somebody's own by pictures."""

    @property
    def sight(self) -> str:
        """Another one whenever `features` of the same picture may be others; at most 40 characters."""

    def features(self, preview: bytes) -> bytes:
        """What it sees in a JPEG of ours, to be learned from. Raises VisionError."""

    def taught(self, lessons: Iterable[Lesson]) -> Provider:
        """Another one that knows these words as well. Its `model` is that of this one, LESSONS and what is the same for
        the same lessons alone."""


def untaught(model: str) -> str:
    """The model without what it learned."""
    return model.partition(LESSONS)[0]
