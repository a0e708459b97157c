"""The words that the classifier can say, and which of its classes each stands for."""

import csv
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent
BETWEEN, NEVER = " > ", "-"


@dataclass(frozen=True, slots=True)
class Label:
    """`needs` is the share of the probability that its classes must have together for the word to be said.

    `vague` words say little of a picture, and nothing beside a better one.
    """

    text: str
    article: str
    needs: float
    vague: bool
    classes: frozenset[int]

    @property
    def sentence(self) -> str:
        phrase = f"{self.article} {self.text}.".strip()
        return phrase[0].upper() + phrase[1:]


class Labels:
    """All words. In `classes.tsv` each class has its own, the narrowest first, or a hyphen where it has none."""

    def __init__(self) -> None:
        paths = [[] if row["words"] == NEVER else row["words"].split(BETWEEN) for row in _rows("classes.tsv")]
        rows = _rows("words.tsv")
        members: dict[str, set[int]] = {row["word"]: set() for row in rows}
        for number, path in enumerate(paths):
            for word in path:
                members[word].add(number)
        self.labels = tuple(_label(row, members[row["word"]]) for row in rows)
        # One pair for each class of each word, so that a picture costs one pass over them.
        self._words = np.concatenate([np.full(len(label.classes), i) for i, label in enumerate(self.labels)])
        self._classes = np.concatenate([sorted(label.classes) for label in self.labels]).astype(np.intp)

    def shares(self, probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
        """The probability of each word, in the order of `labels`."""
        shares = np.bincount(self._words, weights=probabilities[self._classes], minlength=len(self.labels))
        return shares.astype(np.float64, copy=False)


@cache
def labels() -> Labels:
    return Labels()


@cache
def version() -> str:
    """Changes with any change of the words."""
    return sha256(b"".join((FOLDER / name).read_bytes() for name in ("classes.tsv", "words.tsv"))).hexdigest()


def _label(row: dict[str, str], classes: set[int]) -> Label:
    return Label(row["word"], row["article"], float(row["needs"]), row["vague"] == "yes", frozenset(classes))


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
