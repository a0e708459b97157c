"""Fits the weights of the decision on the tuning photos: `python -m scripts.fit_decision [FOLDER]`.

FOLDER has them as benchmarks/labelled.py says. The same photos give the same weights.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.vision import deciding, fewshot, seeing
from appliance.vision.concepts import concepts
from appliance.vision.seeing import Seen
from benchmarks import labelled
from benchmarks.labelled import Photo

EVIDENCE = (
    "always",
    "the classifier knows the word",
    "the few-shot head knows it",
    "the detector knows it",
    "log odds of the classifier",
    "the same of a class with a wider word",
    "the same of a word that the head knows",
    "log odds of the head",
    "the same of a word that the classifier knows",
    "the detector found it",
    "log odds of the detector",
    "log odds of the classifier, where the detector found it",
    "log odds of the head, where the detector found it",
    "side of its box",
    "it often finds this where there is none",
    "the word is vague",
    "the word includes others",
    "what the classifier's word needs beyond the usual",
    "a document in a graphic",
    "weight of a person, for other words",
    "one person, where there are several",
)
ACCEPTED = "accepted"  # a constant, and the factor of the log odds of the main subject
FOLDS = 5
PENALTY = 1.0  # of squared weights: the standard normal prior
SINGLE_THING = 0.5  # weight of photos from sets of single things, which are easier than real ones
SETS = frozenset({"alexeygrigorev/clothing-dataset-small", "google/dreambooth"})

Rows = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A row for each word that was weighed, of which `photo` is the place of its photo."""

    rows: Rows
    right: Flags
    main: Flags
    photo: NDArray[np.intp]
    importance: Rows


def gather(photos: Sequence[Photo], seen: Sequence[Seen], words: fewshot.Words) -> Evidence:
    rows, right, main, places, importance = [], [], [], [], []
    for place, (photo, one) in enumerate(zip(photos, seen, strict=True)):
        for found in deciding.sources(one, words.score(one.features), concepts()):
            rows.append(deciding.row(found, one, concepts()))
            word = found.concept.text.lower()
            right.append(word in photo.main | photo.also)
            main.append(word in photo.main)
            places.append(place)
            importance.append(SINGLE_THING if photo.source in SETS else 1.0)
    return Evidence(np.stack(rows), np.array(right), np.array(main), np.array(places), np.array(importance))


def fit(rows: Rows, wanted: Flags, importance: Rows, penalty: float = PENALTY) -> Rows:
    """Logistic regression by Newton's method; the first weight is not penalised."""
    ridge = np.eye(rows.shape[1]) * penalty
    ridge[0, 0] = 1e-3
    weights = np.zeros(rows.shape[1])
    for _ in range(30):
        probabilities = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (importance * (probabilities - wanted)) + ridge @ weights
        curvature = (rows * (importance * probabilities * (1 - probabilities))[:, None]).T @ rows + ridge
        weights -= np.linalg.solve(curvature, slope)
    return weights


def fit_both(evidence: Evidence, used: Flags) -> Rows:
    pairs = (evidence.right, evidence.main)
    return np.stack([fit(evidence.rows[used], one[used], evidence.importance[used]) for one in pairs], axis=1)


def unseen(evidence: Evidence, photos: Sequence[Photo]) -> Rows:
    """The log odds of each row by a fit on the other folds."""
    folds = np.arange(len(photos)) % FOLDS
    logits = np.zeros((len(evidence.rows), 2))
    for fold in range(FOLDS):
        mine = folds[evidence.photo] == fold
        logits[mine] = evidence.rows[mine] @ fit_both(evidence, ~mine)
    return logits


def write(weights: Rows, accepted: Rows) -> None:
    lines = ["evidence\tright\tmain"]
    lines += [f"{name}\t{right:.4f}\t{main:.4f}" for name, (right, main) in zip(EVIDENCE, weights, strict=True)]
    lines.append(f"{ACCEPTED}\t{accepted[0]:.4f}\t{accepted[1]:.4f}")
    deciding.FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for kept in (deciding.weights, deciding.version):
        kept.cache_clear()


def acceptance(logits: Rows, evidence: Evidence, photos: Sequence[Photo]) -> Rows:
    """Of subjects by fits that had not seen them: how the log odds of being the main subject tell that it is."""
    best = [np.flatnonzero(evidence.photo == place) for place in range(len(photos))]
    leading = np.array([rows[np.argmax(logits[rows, 1])] for rows in best if len(rows)])
    rows = np.stack([np.ones(len(leading)), np.clip(logits[leading, 1], -5, 5)], axis=1)
    return fit(rows, evidence.main[leading], evidence.importance[leading], penalty=0.1)


def main(folder: Path) -> int:
    photos = labelled.tuning(folder)
    if not photos:
        print(f"{folder} has none of the photos of benchmarks/tuning-photo-words.json.", file=sys.stderr)
        return 1
    seen = [seeing.see(preview) for preview in labelled.previews(photos)]
    evidence = gather(photos, seen, fewshot.Words(fewshot.head()))
    logits = unseen(evidence, photos)
    everything = np.ones(len(evidence.right), np.bool_)
    write(fit_both(evidence, everything), acceptance(logits, evidence, photos))
    signs = np.where(evidence.right, 1, -1)
    print(f"{len(photos)} photos, {len(signs)} words, of which {evidence.right.mean():.0%} right")
    print(f"{np.log1p(np.exp(-signs * logits[:, 0])).mean():.3f} nats a word by fits that had not seen the photo")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else labelled.PICTURES))
