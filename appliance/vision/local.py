"""The embedded engine: no account and no network, twelve hundred words, English."""

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

from appliance.vision import concepts, deciding, fewshot, labels, modelfiles, seeing
from appliance.vision.deciding import Decision
from appliance.vision.fewshot import Words
from appliance.vision.provider import Evidence, VisionError
from appliance.vision.seeing import Eyes
from appliance.words import Description

SURE = 0.8  # of the subject, to stand in a sentence for those who do not see the picture


@cache
def words() -> Words:
    return Words(fewshot.head())


@dataclass(frozen=True, slots=True)
class Local:
    """Reads its models with the first picture, once for the process."""

    eyes: Eyes = field(default_factory=lambda: seeing.EYES)
    name: str = "local"
    prompt: str = ""
    languages: frozenset[str] | None = frozenset({"en"})

    @property
    def model(self) -> str:
        """Another one whenever the same picture may be described otherwise."""
        parts = (self.eyes.version, labels.version(), concepts.version(), deciding.version(), str(deciding.RULES))
        return f"embedded-{sha256(' '.join(parts).encode()).hexdigest()[:12]}"

    def check(self) -> None:
        try:
            self.eyes.open()
        except modelfiles.ModelUnusable as error:
            raise VisionError(str(error), permanent=True) from error

    def describe(self, preview: bytes, *, language: str) -> Description:  # noqa: ARG002  # the contract has it
        """In English, whatever the language."""
        decision = self._decide(preview)
        subject = decision.subject
        return Description(
            candidates=decision.candidates,
            alt=subject.concept.sentence if subject and subject.right >= SURE else "",
            confidence=decision.confidence,
            provider=self.name,
            model=self.model,
            prompt=self.prompt,
        )

    def explain(self, preview: bytes, *, language: str) -> list[Evidence]:  # noqa: ARG002  # the contract has it
        return list(self._decide(preview).evidence)

    def _decide(self, preview: bytes) -> Decision:
        self.check()
        try:
            seen = self.eyes.see(preview)
        except OSError as error:
            raise VisionError(f"The preview cannot be read as a JPEG: {error}.", permanent=True) from error
        except modelfiles.ModelUnusable as error:
            raise VisionError(str(error), permanent=True) from error
        return deciding.decide(seen, words().score(seen.features))


PROVIDER = Local()
