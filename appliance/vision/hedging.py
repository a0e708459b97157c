"""From probabilities of classes to what may be said: the narrowest words that the evidence carries."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.vision.labels import Label, Labels

GUESS = 0.7  # of the evidence that a word needs; enough to propose it to a person, not to trust it

# How often the subject was right, by its share over what it needs: narrow words on the 8,900 labelled photos of
# docs/decisions/0002-embedded-model.md. Wide ones were right more often; real folders are harder than those photos.
RATIOS = (GUESS, 1.0, 1.25, 1.5, 1.75, 2.25)
RIGHT = (0.40, 0.58, 0.70, 0.82, 0.92, 0.95)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A word with the probability of its classes."""

    label: Label
    share: float

    @property
    def evidence(self) -> float:
        """1 is just as much as the word needs."""
        return self.share / self.label.needs

    @property
    def score(self) -> float:
        """The probability that a person would say the word."""
        return float(np.interp(self.evidence, RATIOS, RIGHT)) if self.evidence >= GUESS else 0.5 * self.share


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be said of a picture: its subject, a wider word for the same, and another thing beside it."""

    subject: Weighed | None = None
    wider: Weighed | None = None
    beside: Weighed | None = None


def weigh(labels: Labels, probabilities: NDArray[np.float32], *, least: float = 0.0) -> list[Weighed]:
    """Every word with more than `least`, the most probable first."""
    shares = labels.shares(probabilities)
    order = np.argsort(-shares, kind="stable")
    return [Weighed(labels.labels[i], float(shares[i])) for i in order if shares[i] > least]


def sight(weighed: Sequence[Weighed]) -> Sight:
    """A guess where no word has the evidence that it needs, and nothing where not even that can be made.

    The most probable word that has it decides what the picture shows; the narrowest word for that same thing names it.
    """
    carried = [one for one in weighed if one.evidence >= 1] or [one for one in weighed if one.evidence >= GUESS]
    if not carried:
        return Sight()
    leading = max(carried, key=lambda one: (one.share, len(one.label.classes)))
    subject = min(
        (one for one in carried if one.label.classes & leading.label.classes),
        key=lambda one: (len(one.label.classes), -one.share),
    )
    shown = subject.label.classes | leading.label.classes
    beside = next((one for one in carried if not one.label.classes & shown), None)
    return Sight(subject, _wider(subject, carried), beside)


def _wider(subject: Weighed, carried: Sequence[Weighed]) -> Weighed | None:
    """The narrowest word for more than the subject that adds to it, as "retriever" and "animal" do not."""
    wider = [one for one in carried if one.label.classes > subject.label.classes and not one.label.vague]
    adding = [one for one in wider if one.label.text not in subject.label.text]
    return min(adding, key=lambda one: len(one.label.classes), default=None)
