"""Every word that can be said, who knows it, and which words are wider."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.vision import fewshot
from appliance.vision.labels import Label, labels

FILE = Path(__file__).parent / "everyday.tsv"
NOBODY = "-"
PEOPLE = frozenset({"people", "person", "portrait"})

Members = NDArray[np.float64]  # one row for each concept, one column for each word that stands for it


@dataclass(frozen=True, slots=True)
class Concept:
    """`wider` are all the words that are true wherever this one is. `label` is the classifier's, `kinds` are the
    detector's, for it and for what it includes; `taught` is whether the few-shot head knows it or what it includes."""

    text: str
    article: str
    vague: bool
    wider: frozenset[str]
    label: Label | None
    kinds: frozenset[str]
    taught: bool

    @property
    def sentence(self) -> str:
        phrase = f"{self.article} {self.text}.".strip()
        return phrase[0].upper() + phrase[1:]

    def akin(self, other: "Concept") -> bool:
        """Whether both can be words for one thing: one is wider, or both are of one sort, or of classes in common."""
        if self.text in other.wider | {other.text} or other.text in self.wider or self.wider & other.wider:
            return True
        if self.text in PEOPLE and other.text in PEOPLE:
            return True
        return bool(self.label and other.label and self.label.classes & other.label.classes)


class Concepts:
    """The words of the classifier in their order, then those of `everyday.tsv` that it has not."""

    def __init__(self) -> None:
        rows = {row["word"]: row for row in _rows()}
        known = {label.text: label for label in labels().labels}
        texts = [*known, *(word for word in rows if word not in known)]
        wider = _wider(known, rows)
        self.heads = frozenset(fewshot.head().words)
        kinds = {row["kind"]: word for word, row in rows.items() if row["kind"] != NOBODY}
        self._taught = _members(texts, fewshot.head().words, wider)
        self.concepts = tuple(
            Concept(
                text,
                _of(rows, text, "article", known),
                _of(rows, text, "vague", known) == "yes",
                wider[text],
                known.get(text),
                frozenset(kind for kind, word in kinds.items() if text in wider[word] | {word}),
                bool(self._taught[i].any()),
            )
            for i, text in enumerate(texts)
        )
        self.by_text = {concept.text: concept for concept in self.concepts}
        self.wide = frozenset().union(*(concept.wider for concept in self.concepts))

    def taught(self, scores: Mapping[str, float]) -> NDArray[np.float64]:
        """The few-shot probability of each concept with all that it includes, in the order of `concepts`."""
        own = np.array([scores.get(word, 0.0) for word in fewshot.head().words])
        mass: Members = np.einsum("cw,w->c", self._taught, own)  # not by BLAS, whose threads would spin
        return mass


@cache
def concepts() -> Concepts:
    return Concepts()


@cache
def version() -> str:
    """Changes with any change of the words."""
    return sha256(FILE.read_bytes()).hexdigest()


def _wider(known: Mapping[str, Label], rows: Mapping[str, dict[str, str]]) -> dict[str, frozenset[str]]:
    by_classes = {
        text: frozenset(other.text for other in known.values() if other.classes > label.classes)
        for text, label in known.items()
    }

    def climb(word: str) -> frozenset[str]:
        parent = rows[word]["wider"] if word in rows else NOBODY
        above = by_classes.get(word, frozenset())
        return above if parent == NOBODY else above | climb(parent) | {parent}

    return {word: climb(word) for word in [*known, *(word for word in rows if word not in known)]}


def _members(texts: list[str], words: tuple[str, ...] | list[str], wider: Mapping[str, frozenset[str]]) -> Members:
    members = np.zeros((len(texts), len(words)))
    places = {text: i for i, text in enumerate(texts)}
    for column, word in enumerate(words):
        for text in {word, *wider.get(word, ())} & places.keys():
            members[places[text], column] = 1
    return members


def _of(rows: Mapping[str, dict[str, str]], text: str, column: str, known: Mapping[str, Label]) -> str:
    if text in known:
        return known[text].article if column == "article" else ("yes" if known[text].vague else "no")
    value = rows[text][column]
    return "" if value == NOBODY else value


def _rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
