"""A provider that looks at nothing: its words follow from the bytes alone, for tests."""

from dataclasses import dataclass
from hashlib import sha256

from appliance.vision.provider import NO_CONTEXT, Context, Evidence
from appliance.words import Description, Origin, Role, Word

# Few, so that pictures share names and collisions are met.
SUBJECTS = ("golden retriever", "teapot", "lighthouse", "bicycle", "strawberry", "mountain")
ATTRIBUTES = ("red", "small", "blue", "wooden")
SECONDS = ("garden", "table", "beach")


@dataclass(frozen=True, slots=True)
class Canned:
    """Says the same of the same bytes, on every machine and forever."""

    name: str = "canned"
    model: str = "canned-1"
    prompt: str = ""
    languages: frozenset[str] | None = None

    def check(self) -> None:
        """It needs nothing."""

    def describe(self, preview: bytes, *, language: str, context: Context = NO_CONTEXT) -> Description:  # noqa: ARG002
        subject, attribute, second = _words(preview)
        return Description(
            candidates=((subject, attribute), (subject, attribute, second)),
            alt=f"A {attribute.text} {subject.text}.",
            confidence=subject.score,
            provider=self.name,
            model=self.model,
            prompt=self.prompt,
        )

    def explain(self, preview: bytes, *, language: str) -> list[Evidence]:  # noqa: ARG002  # the contract has it
        subject, attribute, second = _words(preview)
        why = "It follows from the picture's bytes."
        return [Evidence(subject, True, why), Evidence(attribute, True, why), Evidence(second, False, why)]


def _words(preview: bytes) -> tuple[Word, Word, Word]:
    digest = sha256(preview).digest()
    return (
        Word(SUBJECTS[digest[0] % len(SUBJECTS)], Role.SUBJECT, Origin.PIXELS, 0.9),
        Word(ATTRIBUTES[digest[1] % len(ATTRIBUTES)], Role.ATTRIBUTE, Origin.PIXELS, 0.8),
        Word(SECONDS[digest[2] % len(SECONDS)], Role.SECOND, Origin.PIXELS, 0.7),
    )


PROVIDER = Canned()
