"""The embedded engine: no account and no network, a thousand classes, English."""

from dataclasses import dataclass, field
from hashlib import sha256

from appliance.vision import hedging, labels, modelfiles
from appliance.vision.classifier import Classifier
from appliance.vision.hedging import Sight, Weighed
from appliance.vision.provider import Evidence, VisionError
from appliance.words import Description, Origin, Role, Word

LEAST = 0.02  # a share that is worth showing to somebody who asks


@dataclass(frozen=True, slots=True)
class Local:
    """Reads its model with the first picture, once for the process."""

    classifier: Classifier = field(default_factory=Classifier)
    name: str = "local"
    prompt: str = ""
    languages: frozenset[str] | None = frozenset({"en"})

    @property
    def model(self) -> str:
        """Another one whenever the same picture may be described otherwise."""
        parts = f"{self.classifier.model.sha256} {labels.version()} {hedging.RULES}"
        return f"efficientnet-lite2-{sha256(parts.encode()).hexdigest()[:12]}"

    def check(self) -> None:
        try:
            self.classifier.open()
        except modelfiles.ModelUnusable as error:
            raise VisionError(str(error), permanent=True) from error

    def describe(self, preview: bytes, *, language: str) -> Description:  # noqa: ARG002  # the contract has it
        """In English, whatever the language."""
        seen = hedging.sight(self._weigh(preview))
        subject = seen.subject
        return Description(
            candidates=_candidates(seen),
            alt=subject.label.sentence if subject and subject.score >= hedging.SURE else "",
            confidence=round(subject.score, 3) if subject else 0.0,
            provider=self.name,
            model=self.model,
            prompt=self.prompt,
        )

    def explain(self, preview: bytes, *, language: str) -> list[Evidence]:  # noqa: ARG002  # the contract has it
        weighed = self._weigh(preview)
        seen = hedging.sight(weighed)
        evidence = [_evidence(one, seen) for one in weighed]
        return sorted(evidence, key=lambda one: (not one.said, -one.word.score))

    def _weigh(self, preview: bytes) -> list[Weighed]:
        self.check()
        try:
            probabilities = self.classifier.probabilities(preview)
        except OSError as error:
            raise VisionError(f"The preview cannot be read as a JPEG: {error}.", permanent=True) from error
        return hedging.weigh(labels.labels(), probabilities, least=LEAST)


def _candidates(seen: Sight) -> tuple[tuple[Word, ...], ...]:
    """What is said; the subject with its wider word, for where another name is needed; the wider word alone."""
    if seen.subject is None:
        return ()
    subject, *others = seen.said
    best = (_word(subject), *(_word(one, Role.SECOND) for one in others))
    if seen.wider is None:
        return (best,)
    return tuple(dict.fromkeys((best, (_word(subject), _word(seen.wider, Role.SECOND)), (_word(seen.wider),))))


def _word(one: Weighed, role: Role = Role.SUBJECT) -> Word:
    return Word(one.label.text, role, Origin.PIXELS, round(one.score, 3))


def _evidence(one: Weighed, seen: Sight) -> Evidence:
    said = one in seen.said
    return Evidence(_word(one), said, _why(one, said=said))


def _why(one: Weighed, *, said: bool) -> str:
    has, needs = f"It has {one.share:.0%} of the evidence", f"needs {one.label.needs:.0%}"
    if one.evidence >= 1:
        return f"{has} and {needs}." if said else f"{has} and {needs}, but another word says it better."
    return f"{has} and {needs}: a guess." if said else f"{has} and {needs}."


PROVIDER = Local()
