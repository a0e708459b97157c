"""The contract between the program and whoever looks at a picture."""

from dataclasses import dataclass
from typing import Protocol

from appliance.words import Description, Word


class VisionError(Exception):
    """Shown to the owner: what happened and what to do now.

    `permanent` means that trying again is no use until somebody changes something.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


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

    def describe(self, preview: bytes, *, language: str) -> Description:
        """What the picture shows. `preview` is a JPEG that we encoded, at most 1024 px. Raises VisionError."""

    def explain(self, preview: bytes, *, language: str) -> list[Evidence]:
        """Every word that was weighed, the best first, those that were not said included. Raises VisionError."""
