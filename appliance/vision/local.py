"""The embedded engine: no account and no network, twelve hundred words, English."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256

import numpy as np

from appliance.vision import alt, concepts, deciding, fewshot, labels, modelfiles, seeing, text
from appliance.vision.classifier import Features
from appliance.vision.deciding import Decision
from appliance.vision.fewshot import Words
from appliance.vision.provider import LESSONS, NO_CONTEXT, Context, Evidence, Lesson, VisionError
from appliance.vision.seeing import Eyes, Seen
from appliance.words import Description

HALF = np.dtype("<f2")
VIEWS = 2


@cache
def words() -> Words:
    return Words(fewshot.head())


@dataclass(frozen=True, slots=True)
class Local:
    """Reads its models with the first picture, once for the process. `lessons` name what it was taught, "" for
    nothing."""

    eyes: Eyes = field(default_factory=lambda: seeing.EYES)
    known: Words = field(default_factory=words)
    lessons: str = ""
    name: str = "local"
    prompt: str = ""
    languages: frozenset[str] | None = frozenset({"en"})

    @property
    def model(self) -> str:
        """Another one whenever the same picture may be described otherwise."""
        parts = (self.eyes.version, labels.version(), concepts.version(), deciding.version(), str(deciding.RULES))
        own = f"embedded-{sha256(' '.join(parts).encode()).hexdigest()[:12]}"
        return f"{own}{LESSONS}{self.lessons}" if self.lessons else own

    @property
    def sight(self) -> str:
        return self.eyes.classifier.file.sha256[:40]

    def features(self, preview: bytes) -> bytes:
        """Of both views, each number in two bytes."""
        self.check()
        try:
            return self.eyes.features(preview).astype(HALF).tobytes()
        except OSError as error:
            raise VisionError(f"The preview cannot be read as a JPEG: {error}.", permanent=True) from error

    def taught(self, lessons: Iterable[Lesson]) -> "Local":
        lessons = list(lessons)
        if not lessons:
            return self
        known = Words(self.known.head)
        known.learn(fewshot.Example(word, _features(features)) for word, features in lessons)
        learned = sha256(b"".join(word.encode() + b"\0" + features for word, features in lessons))
        return replace(self, known=known, lessons=learned.hexdigest()[:12])

    def check(self) -> None:
        try:
            self.eyes.open()
        except modelfiles.ModelUnusable as error:
            raise VisionError(str(error), permanent=True) from error

    def describe(self, preview: bytes, *, language: str, context: Context = NO_CONTEXT) -> Description:  # noqa: ARG002
        """In English, whatever the language."""
        seen, decision = self._decide(preview)
        said = decision.candidates[0] if decision.candidates else ()
        return Description(
            candidates=decision.candidates,
            alt=alt.sentence(said, black_and_white=seen.scene.black_and_white and not seen.drawn),
            confidence=decision.confidence,
            provider=self.name,
            model=self.model,
            prompt=self.prompt,
        )

    def explain(self, preview: bytes, *, language: str) -> list[Evidence]:  # noqa: ARG002  # the contract has it
        seen, decision = self._decide(preview, reads=True)
        said = decision.candidates[0] if decision.candidates else ()
        lines = [text.evidence(line, said) for line in seen.lines]
        return sorted([*decision.evidence, *lines], key=lambda one: not one.said)

    def _decide(self, preview: bytes, *, reads: bool = False) -> tuple[Seen, Decision]:
        """The text is looked for where it may be in the name, or `reads` wants it anyway."""
        self.check()
        try:
            seen = self.eyes.look(preview)
            decision = self._said(seen)
            if reads or decision.wants_text:
                seen = self.eyes.read(preview, seen)
                decision = self._said(seen) if seen.lines else decision
        except OSError as error:
            said = f"The preview cannot be read as a JPEG: {error}."
            raise VisionError(said, permanent=True, refused=True) from error
        except modelfiles.ModelUnusable as error:
            raise VisionError(str(error), permanent=True) from error
        return seen, decision

    def _said(self, seen: Seen) -> Decision:
        return deciding.decide(seen, self.known.score(seen.features))


def _features(stored: bytes) -> Features:
    return np.frombuffer(stored, HALF).astype(np.float32).reshape(VIEWS, -1)


PROVIDER = Local()
