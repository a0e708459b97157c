"""Everyday words that are learned from few examples: those the program comes with, and those that people add."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from appliance.vision.classifier import Features

FILE = Path(__file__).parent / "fewshot.npz"
NONE = "-"  # stands among the words for everything that has no word
LATEST = 20  # examples of a word that count; more of them change little

# The likeness to the middle of so many examples from which a picture rather shows a word of somebody's own than not, if
# one in twenty does, and how steeply that rises: measured by teaching words that the program comes with as if it did
# not know them. `python -m scripts.fit_words` prints it.
EXAMPLES = (1, 2, 3, 5, 10, 20)
MIDDLES = (0.26, 0.29, 0.32, 0.36, 0.41, 0.46)
STEEPNESS = 14.0

Weights = NDArray[np.float32]


class Example(NamedTuple):
    """That somebody would say `word` of the picture with these features, one row for each view."""

    word: str
    features: Features


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A softmax regression over `words`, of which the last is NONE, on features less their `mean`."""

    words: tuple[str, ...]
    mean: Weights
    weights: Weights
    biases: Weights

    def probabilities(self, features: Features) -> Weights:
        """One for each word; the logits are the mean of the views."""
        # Not by BLAS, whose threads would wait at full speed for more work of this size.
        logits = np.einsum("f,fw->w", self.centred(features).mean(axis=0), self.weights) + self.biases
        powers = np.exp(logits - logits.max())
        probabilities: Weights = powers / powers.sum()
        return probabilities

    def centred(self, features: Features) -> Weights:
        """Of length 1."""
        return _unit(features - self.mean)


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """What `score` knows. Several threads may read while one learns: each sees all of a lesson or nothing of it."""

    head: Head
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _own: dict[str, Weights] = field(default_factory=dict)  # the middles of examples, one row for each

    def learn(self, examples: Iterable[Example]) -> None:
        """Adds to what was learned; the words that the program comes with stay as they are. The same examples in the
        same order give the same scores."""
        rows: dict[str, list[Weights]] = {}
        for word, features in examples:
            rows.setdefault(word, []).append(self._middle(features))
        with self._lock:
            for word, middles in rows.items():
                known = self._own.get(word, np.empty((0, len(self.head.mean)), np.float32))
                self._own[word] = np.concatenate([known, np.stack(middles)])[-LATEST:]

    def forget(self, word: str) -> None:
        """What was learned of it. Nothing where nothing was."""
        with self._lock:
            self._own.pop(word, None)

    def score(self, features: Features) -> Mapping[str, float]:
        """The probability of each word that is known. What they leave of 1 is that of having none of them."""
        own = self._likeness(features)
        left = float(np.prod([1 - score for score in own.values()]))
        scores = {
            word: float(probability) * left
            for word, probability in zip(self.head.words, self.head.probabilities(features), strict=True)
            if word != NONE
        }
        total = sum(own.values())
        for word, score in own.items():
            scores[word] = scores.get(word, 0.0) + (1 - left) * score / total
        return scores

    def _likeness(self, features: Features) -> dict[str, float]:
        with self._lock:
            known = list(self._own.items())
        middle = self._middle(features)
        return {word: _probability(float(_unit(rows.mean(axis=0)) @ middle), len(rows)) for word, rows in known}

    def _middle(self, features: Features) -> Weights:
        return _unit(self.head.centred(features).mean(axis=0))


def _probability(likeness: float, examples: int) -> float:
    middle = np.interp(examples, EXAMPLES, MIDDLES)
    return float(1 / (1 + np.exp(-STEEPNESS * (likeness - middle))))


def _unit(rows: Weights) -> Weights:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: Weights = (rows / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
    return unit


@cache
def head() -> Head:
    """The one that the program comes with; scripts/fit_words.py wrote it."""
    with np.load(FILE, allow_pickle=False) as file:
        parts = (file[name].astype(np.float32) for name in ("mean", "weights", "steps", "biases"))
        mean, weights, steps, biases = parts
        return Head(tuple(str(word) for word in file["words"]), mean, weights * steps, biases)


@cache
def version() -> str:
    """Changes with any change of the head."""
    return sha256(FILE.read_bytes()).hexdigest()
