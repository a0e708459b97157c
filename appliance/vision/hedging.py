"""From probabilities of classes to what may be said: the narrowest words that the evidence carries."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.vision.labels import Label, Labels

RULES = 1  # raised whenever this module decides otherwise, so that descriptions which are kept are made anew
GUESS = 0.7  # of the evidence that a word needs; enough to propose it to a person, not to trust it
SURE = 0.8  # of a word, so that it needs no other to stand by it

# How often a word is right, by its share over what it needs, where it stands for one class and for several: as measured
# on 8,900 labelled photos, but less below 1.5, since real folders are harder. docs/decisions/0006-embedded-model.md.
RATIOS = (GUESS, 1.0, 1.25, 1.5, 1.75, 2.25)
RIGHT_ONE = (0.25, 0.50, 0.65, 0.80, 0.90, 0.95)
RIGHT_SEVERAL = (0.45, 0.62, 0.74, 0.83, 0.92, 0.96)


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
        right = RIGHT_ONE if len(self.label.classes) == 1 else RIGHT_SEVERAL
        if self.evidence < GUESS:
            return right[0] * self.evidence / GUESS
        return float(np.interp(self.evidence, RATIOS, right))


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be said of a picture: its subject, a wider word for the same, and another thing beside it."""

    subject: Weighed | None = None
    wider: Weighed | None = None
    beside: Weighed | None = None

    @property
    def said(self) -> list[Weighed]:
        """The subject first. The wider word stands by it while it is not sure: "pineapple", "fruit"."""
        unsure = self.subject is not None and self.subject.score < SURE
        return [one for one in (self.subject, self.wider if unsure else None, self.beside) if one]


def weigh(labels: Labels, probabilities: NDArray[np.float32], *, least: float = 0.0) -> list[Weighed]:
    """Every word with more than `least`, the most probable first."""
    shares = labels.shares(probabilities)
    order = np.argsort(-shares, kind="stable")
    return [Weighed(labels.labels[i], float(shares[i])) for i in order if shares[i] > least]


def sight(weighed: Sequence[Weighed]) -> Sight:
    """A guess where no word has the evidence that it needs, and nothing where not even that can be made."""
    sure = [one for one in weighed if one.evidence >= 1]
    carried = sure or [one for one in weighed if one.evidence >= GUESS]
    subject, shown = _thing(carried)
    if subject is None:
        return Sight()
    beside, _ = _thing([one for one in sure if not one.label.classes & shown])
    return Sight(subject, _wider(subject, carried), beside)


def _thing(carried: Sequence[Weighed]) -> tuple[Weighed | None, frozenset[int]]:
    """The most probable word decides what is meant, the narrowest word for it names it; and the classes of both."""
    if not carried:
        return None, frozenset()
    leading = max(carried, key=lambda one: (one.share, len(one.label.classes)))
    same = [one for one in carried if one.label.classes & leading.label.classes]
    narrowest = min(same, key=lambda one: (len(one.label.classes), -one.share))
    return narrowest, narrowest.label.classes | leading.label.classes


def _wider(subject: Weighed, carried: Sequence[Weighed]) -> Weighed | None:
    """The narrowest word for more than the subject that adds to it, as "retriever" and "animal" do not."""
    wider = [one for one in carried if one.label.classes > subject.label.classes and not one.label.vague]
    adding = [one for one in wider if one.label.text not in subject.label.text]
    return min(adding, key=lambda one: len(one.label.classes), default=None)
