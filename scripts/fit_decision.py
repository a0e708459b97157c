"""Fits the weights of the decision on the tuning photos: `python -m scripts.fit_decision FEATURES [--pictures FOLDER]`.

FOLDER has them as benchmarks/labelled.py says. FEATURES are what scripts/fit_words.py fits the few-shot head on; since
it has some of these photos too, what the head says of a photo is taken from a head that had none of the same source.
The same photos give the same weights.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.vision import deciding, fewshot, seeing
from appliance.vision.concepts import concepts
from appliance.vision.deciding import Found
from appliance.vision.seeing import Seen
from benchmarks import labelled
from benchmarks.labelled import Photo
from scripts import fit_words

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
    "the classifier's share of another thing",
    "the head's score of another thing",
)
FOLDS = 6
PENALTY = 1.0  # of squared weights: the standard normal prior
SINGLE_THING = 0.5  # weight of photos from sets of single things, which are easier than real ones
SETS = frozenset(
    {
        "alexeygrigorev/clothing-dataset-small",
        "dotnet-architecture/eShopOnWeb",
        "google/dreambooth",
        "magento/magento2-sample-data",
        "saleor/saleor",
        "salesforce/LAVIS",
        "solidusio/solidus",
        "spree/spree",
    }
)

Rows = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A row for each word that was weighed, of which `photo` is the place of its photo."""

    found: Sequence[Found]
    rows: Rows
    right: Flags
    main: Flags
    photo: NDArray[np.intp]
    importance: Rows


def folds(photos: Sequence[Photo]) -> NDArray[np.intp]:
    """Of each photo; whole sources, the largest first into the fold that has the fewest."""
    places: dict[str, int] = {}
    sizes = [0] * FOLDS
    for source, count in Counter(photo.source for photo in photos).most_common():
        places[source] = sizes.index(min(sizes))
        sizes[places[source]] += count
    return np.array([places[photo.source] for photo in photos])


def head_scores(photos: Sequence[Photo], seen: Sequence[Seen], examples: fit_words.Photos) -> list[Mapping[str, float]]:
    """Of each photo, by a head that was fitted without all sources of its fold."""
    scores: list[Mapping[str, float]] = [{} for _ in photos]
    places = folds(photos)
    for fold in range(FOLDS):
        mine = [place for place in range(len(photos)) if places[place] == fold]
        left_out = [photos[place].source for place in mine]
        words = fewshot.Words(fit_words.fit(examples, ~np.isin(examples.sources, left_out)))
        for place in mine:
            scores[place] = words.score(seen[place].features)
    return scores


def gather(photos: Sequence[Photo], seen: Sequence[Seen], scores: Sequence[Mapping[str, float]]) -> Evidence:
    words, rows, right, main, places, importance = [], [], [], [], [], []
    for place, (photo, one) in enumerate(zip(photos, seen, strict=True)):
        for found in deciding.sources(one, scores[place], concepts()):
            words.append(found)
            rows.append(deciding.row(found, one, concepts()))
            word = found.concept.text.lower()
            right.append(word in photo.main | photo.also)
            main.append(word in photo.main)
            places.append(place)
            importance.append(SINGLE_THING if photo.source in SETS else 1.0)
    return Evidence(words, np.stack(rows), np.array(right), np.array(main), np.array(places), np.array(importance))


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
    places = folds(photos)
    logits = np.zeros((len(evidence.rows), 2))
    for fold in range(FOLDS):
        mine = places[evidence.photo] == fold
        logits[mine] = evidence.rows[mine] @ fit_both(evidence, ~mine)
    return logits


def write(weights: Rows, accepted: Rows) -> None:
    lines = ["evidence\tright\tmain"]
    lines += [f"{name}\t{right:.4f}\t{main:.4f}" for name, (right, main) in zip(EVIDENCE, weights, strict=True)]
    lines += [f"{name}\t{weight:.4f}\t0" for name, weight in zip(deciding.ACCEPTED, accepted, strict=True)]
    deciding.FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for kept in (deciding.weights, deciding.version, deciding._accepted):
        kept.cache_clear()


def acceptance(logits: Rows, evidence: Evidence, photos: Sequence[Photo]) -> Rows:
    """What is said by fits that had not seen the photo: how it tells whether a person would accept it."""
    rows, accepted = [], []
    for place, photo in enumerate(photos):
        mine = np.flatnonzero(evidence.photo == place).tolist()
        found = deciding.weighed([evidence.found[row] for row in mine], logits[mine])
        if said := deciding.chosen(deciding.ranked(found)):
            words = {one.concept.text.lower() for one in said}
            rows.append(deciding.acceptance(said))
            accepted.append(words <= photo.main | photo.also and bool(words & photo.main))
    return fit(np.stack(rows), np.array(accepted), np.ones(len(rows)), penalty=0.3)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.fit_decision", description=__doc__)
    parser.add_argument("features", type=Path)
    parser.add_argument("--pictures", type=Path, default=labelled.PICTURES)
    arguments = parser.parse_args()
    photos = labelled.tuning(arguments.pictures)
    if not photos:
        print(f"{arguments.pictures} has none of the photos of benchmarks/tuning-photo-words.json.", file=sys.stderr)
        return 1
    seen = [seeing.see(preview) for preview in labelled.previews(photos)]
    scores = head_scores(photos, seen, fit_words.read(arguments.features, fit_words.DOUBTFUL))
    fitted(photos, gather(photos, seen, scores))
    return 0


def fitted(photos: Sequence[Photo], evidence: Evidence) -> None:
    logits = unseen(evidence, photos)
    write(fit_both(evidence, np.ones(len(evidence.right), np.bool_)), acceptance(logits, evidence, photos))
    signs = np.where(evidence.right, 1, -1)
    print(f"{len(photos)} photos, {len(signs)} words, of which {evidence.right.mean():.0%} right")
    print(f"{np.log1p(np.exp(-signs * logits[:, 0])).mean():.3f} nats a word by fits that had not seen the source")


if __name__ == "__main__":
    sys.exit(main())
