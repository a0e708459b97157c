"""The embedded engine: no account and no network, a thousand classes, English."""

from dataclasses import dataclass, field

from appliance.vision import hedging, modelfiles
from appliance.vision.classifier import Classifier
from appliance.vision.hedging import Sight, Weighed
from appliance.vision.labels import labels
from appliance.vision.provider import Evidence, VisionError
from appliance.words import Description, Origin, Role, Word

LEAST = 0.02  # a share that is worth showing to somebody who asks
SURE = 0.8  # of a word, before a sentence is made of it
WORDS = "1"  # raised whenever the words or their rules change, so that kept descriptions are made anew


@dataclass(frozen=True, slots=True)
class Local:
    """Reads its model with the first picture, once for the process."""

    classifier: Classifier = field(default_factory=Classifier)
    name: str = "local"
    prompt: str = ""
    languages: frozenset[str] | None = frozenset({"en"})

    @property
    def model(self) -> str:
        return f"efficientnet-lite2-{self.classifier.model.sha256[:8]}-words-{WORDS}"

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
            alt=f"{subject.label.phrase.capitalize()}." if subject and subject.score >= SURE else "",
            confidence=subject.score if subject else 0.0,
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
        return hedging.weigh(labels(), probabilities, least=LEAST)


def _candidates(seen: Sight) -> tuple[tuple[Word, ...], ...]:
    """The subject and what is beside it; with the wider word, where another name is needed; the wider word alone."""
    if seen.subject is None:
        return ()
    subject = _word(seen.subject)
    best = (subject, _word(seen.beside, Role.SECOND)) if seen.beside else (subject,)
    if seen.wider is None:
        return (best,)
    return best, (subject, _word(seen.wider, Role.SECOND)), (_word(seen.wider),)


def _word(one: Weighed, role: Role = Role.SUBJECT) -> Word:
    return Word(one.label.text, role, Origin.PIXELS, round(one.score, 3))


def _evidence(one: Weighed, seen: Sight) -> Evidence:
    said = one in (seen.subject, seen.beside)
    return Evidence(_word(one), said, _why(one, said=said))


def _why(one: Weighed, *, said: bool) -> str:
    has, needs = f"It has {one.share:.0%} of the evidence", f"needs {one.label.needs:.0%}"
    if one.evidence >= 1:
        return f"{has} and {needs}." if said else f"{has} and {needs}, but another word says it better."
    return f"{has} and {needs}: a guess." if said else f"{has} and {needs}."


PROVIDER = Local()
