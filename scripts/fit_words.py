"""Fits the few-shot head: `python -m scripts.fit_words FOLDER [--keep-doubtful] [--evaluate]`.

FOLDER has .npz files of features: `squash` and `centre` (the whole and the middle of each photo), `word`, `repo`, `sha`
(the git blob) and `path`. `python -m scripts.fit_words FOLDER --photos PICTURES` first makes one of the photos in
few_shot_photos.tsv, which are taken from PICTURES/owner/name/path. The same files give the same head.
"""

import argparse
import csv
import hashlib
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.imaging import Decoder
from appliance.vision import classifier, fewshot
from appliance.vision.fewshot import NONE, Head
from appliance.vision.seeing import EYES

PHOTOS = Path(__file__).parent / "few_shot_photos.tsv"
OWN = "photos.npz"  # the features of these
# Whose licence was not to be seen for each photo, or that show their things as nobody photographs them, or that are
# among the photos by which the engine is judged. docs/photo-sources.md says which is what.
DOUBTFUL = frozenset(
    {
        "creativetimofficial/material-dashboard-react",
        "creativetimofficial/material-kit",
        "creativetimofficial/now-ui-kit",
        "creativetimofficial/paper-kit-2",
        "creativetimofficial/soft-ui-dashboard",
        "creativetimofficial/soft-ui-design-system",
        "clementgbcn/car-finder",
        "mate-desktop/mate-backgrounds",
        "ros-infrastructure/robots.ros.org",
        "siddhantdhaware/vehicle_classification",
        "xiwenc/nature-wallpapers",
        "zzzDavid/ICDAR-2019-SROIE",
    }
)
# Words that are said otherwise, or that stand for having none of the words.
SAID = {
    "buddha-statue": "statue",
    "bulgur": NONE,
    "chickpeas": NONE,
    "child": "person",
    "crayfish": "lobster",
    "dalmatian": "dog",
    "emu": NONE,
    "euphonium": "tuba",
    "ferry": "ship",
    "flip-flops": "flip-flops",
    "football": "ball",
    "gramophone": NONE,
    "green-chili": "chili",
    "group-of-people": "people",
    "id-card": NONE,
    "lentils": NONE,
    "menorah": NONE,
    "metronome": NONE,
    "nectarine": "peach",
    "night": NONE,
    "none": NONE,
    "okapi": NONE,
    "plastic-bottle": "bottle",
    "plastic-container": NONE,
    "raw-chicken": NONE,
    "rooster": "chicken",
    "satellite": NONE,
    "sketchnote": "infographic",
    "sour-cream": NONE,
    "stir-fry": "stir-fry",
    "t-shirt": "t-shirt",
    "tomato-paste": NONE,
    "wildcat": NONE,
}
FEWEST = 4  # photos of a word
FOLDS = 5
STEPS, RATE, MOMENTUM, SHRINK, SCALE = 120, 0.1, 0.9, 1e-5, 700 / 1280**0.5
EVENNESS, RARE = 0.7, 5  # 1 would weigh every word alike, however few its photos; words with fewer weigh like RARE
NONE_WEIGHT = 3.0

Matrix = NDArray[np.float32]
Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Photos:
    """`views` are two rows of features for each photo, `words` the places in `names`, of which the last is NONE."""

    views: Matrix
    words: Numbers
    sources: NDArray[np.str_]
    names: tuple[str, ...]


def read(folder: Path, left_out: frozenset[str]) -> Photos:
    """Every photo once, whatever the number of files that have it; what `few_shot_photos.tsv` says of it counts."""
    views, said, sources, blobs = [], [], [], []
    for path in sorted(folder.glob("*.npz"), key=lambda path: (path.name != OWN, path.name)):
        with np.load(path, allow_pickle=False) as file:
            views.append(np.stack([file["centre"], file["squash"]], axis=1).astype(np.float32))
            said += [SAID.get(str(word), str(word).replace("-", " ")) for word in file["word"]]
            sources += list(map(str, file["repo"]))
            blobs += list(map(str, file["sha"]))
    first = {blob: place for place, blob in reversed(list(enumerate(blobs)))}
    kept = [place for place in sorted(first.values()) if sources[place] not in left_out]
    counts = Counter(said[place] for place in kept)
    few = {word for word in set(said) if counts[word] < FEWEST}
    kept = [place for place in kept if said[place] not in few]
    names = (*sorted({said[place] for place in kept} - {NONE}), NONE)
    words = np.array([names.index(said[place]) for place in kept])
    return Photos(_unit(np.concatenate(views)[kept]), words, np.array(sources)[kept], names)


def fit(photos: Photos, used: NDArray[np.bool_]) -> Head:
    """Softmax regression by gradient descent with Nesterov's momentum. Both views of a photo are examples."""
    mean = photos.views[used].mean(axis=(0, 1))
    rows = (_unit(photos.views[used] - mean) * np.float32(SCALE)).reshape(-1, len(mean))
    words = np.repeat(photos.words[used], 2)
    importance = _importance(words, len(photos.names))
    weights: Matrix = np.zeros((len(mean), len(photos.names)), np.float32)
    biases: Matrix = np.zeros(len(photos.names), np.float32)
    speed, drift = np.zeros_like(weights), np.zeros_like(biases)
    for _ in range(STEPS):
        ahead = weights + MOMENTUM * speed
        errors: Matrix = _softmax(rows @ ahead + biases + MOMENTUM * drift)
        errors[np.arange(len(words)), words] -= 1
        errors *= importance[:, None]
        speed *= MOMENTUM
        speed -= RATE * (rows.T @ errors + SHRINK * ahead)
        drift *= MOMENTUM
        drift -= RATE * errors.sum(axis=0)
        weights += speed
        biases += drift
    mean, biases = (part.astype(np.float16).astype(np.float32) for part in (mean, biases))
    whole, steps = _whole(weights * SCALE)
    return Head(photos.names, mean, whole.astype(np.float32) * steps.astype(np.float32), biases)


def _whole(weights: Matrix) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Each word's weights as whole numbers, and how much one of them is. The same for what comes of them again."""
    steps = (np.abs(weights).max(axis=0) / 127).astype(np.float16)
    return np.rint(weights / steps.astype(np.float32)).clip(-127, 127).astype(np.int8), steps


def _importance(words: Numbers, names: int) -> Matrix:
    counts = np.bincount(words, minlength=names)
    importance = np.maximum(counts[words], RARE) ** -EVENNESS * np.where(words == names - 1, NONE_WEIGHT, 1)
    shares: Matrix = (importance / importance.sum()).astype(np.float32)
    return shares


def write(head: Head) -> None:
    """In an archive without times: one byte for each weight, and numbers of half precision."""
    whole, steps = _whole(head.weights)
    halves = {"mean": head.mean.astype(np.float16), "biases": head.biases.astype(np.float16), "steps": steps}
    np.savez_compressed(fewshot.FILE, allow_pickle=False, words=np.array(head.words), weights=whole, **halves)
    fewshot.head.cache_clear()


# How good it is.


def folds(photos: Photos) -> Numbers:
    """Whole sources where a word has several of them, else single photos, in an order that is drawn once."""
    places = np.random.default_rng(0).integers(0, FOLDS, len(photos.words))
    for word in range(len(photos.names)):
        mine = photos.words == word
        sources = sorted(set(photos.sources[mine]))
        if len(sources) > 2:
            for place, source in enumerate(sources):
                places[mine & (photos.sources == source)] = place % FOLDS
    return places


def unseen(photos: Photos) -> Matrix:
    """The probabilities of each photo by a head that was fitted on the other folds."""
    places = folds(photos)
    probabilities = np.zeros((len(photos.words), len(photos.names)), np.float32)
    for fold in range(FOLDS):
        head = fit(photos, places != fold)
        mine = np.flatnonzero(places == fold)
        probabilities[mine] = [head.probabilities(photos.views[place]) for place in mine]
    return probabilities


def evaluate(photos: Photos) -> None:
    probabilities = unseen(photos)
    best, score = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right = best == photos.words
    print(f"{len(right)} photos, {len(photos.names) - 1} words: {right.mean():.1%} get their word")
    for low, high in ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
        mine = (score >= low) & (score < high)
        print(f"scores from {low:.1f} to {min(high, 1):.1f}: {mine.sum()} photos, {right[mine].mean():.0%} right")
    print("word\tphotos\tsources\tprecision\trecall")
    for place, word in enumerate(photos.names):
        mine, said = photos.words == place, (best == place) & (score >= 0.5)
        precision = f"{right[said].mean():.2f}" if said.any() else "-"
        sources = len(set(photos.sources[mine]))
        print(f"{word}\t{mine.sum()}\t{sources}\t{precision}\t{(mine & said).sum() / mine.sum():.2f}")


def teach(photos: Photos, head: Head) -> None:
    """Teaches one word after the other as if it were somebody's own, and prints what becomes of a photo of the word and
    of the photos of others. The constants of fewshot.py were set by it."""
    middles = _unit(np.stack([head.centred(views).mean(axis=0) for views in photos.views]))
    for examples in (1, 2, 3, 5, 10, 20):
        own, others = [], []
        for word in range(len(photos.names) - 1):
            mine = np.flatnonzero(photos.words == word)
            if len(mine) >= 2 * examples and len(mine) >= 10:
                middle = _unit(middles[mine[:examples]].mean(axis=0))
                own.append(middles[mine[examples:]] @ middle)
                others.append(middles[photos.words != word] @ middle)
        print(f"{examples} examples: {_calibrated(np.concatenate(own), np.concatenate(others))}")


def _calibrated(own: Matrix, others: Matrix) -> str:
    """By logistic regression, as if one photo in twenty were of the word."""
    likeness = np.concatenate([own, others]).astype(np.float64)
    wanted = np.concatenate([np.ones(len(own)), np.zeros(len(others))])
    weight = np.concatenate([np.full(len(own), 1 / len(own)), np.full(len(others), 19 / len(others))])
    rows = np.stack([np.ones(len(likeness)), likeness], axis=1)
    factors = np.zeros(2)
    for _ in range(40):
        probabilities = 1 / (1 + np.exp(-rows @ factors))
        slope = rows.T @ (weight * (probabilities - wanted))
        curvature = (rows * (weight * probabilities * (1 - probabilities))[:, None]).T @ rows
        factors -= np.linalg.solve(curvature + 1e-9 * np.eye(2), slope)
    middle = -factors[0] / factors[1]
    return (
        f"steepness {factors[1]:.1f}, middle {middle:.3f}; over the middle are {(own > middle).mean():.0%} of the word "
        f"and {(others > middle).mean():.1%} of the others"
    )


# From photos to features.


def make_features(pictures: Path, folder: Path) -> None:
    """Of the photos in few_shot_photos.tsv that are there. Raises OSError where one is no picture."""
    with PHOTOS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if _photo(pictures, row).exists()]
    with Decoder() as decoder:
        features = np.stack([_features(decoder, _photo(pictures, row)) for row in rows])
    columns = {
        "squash": features[:, classifier.WHOLE].astype(np.float16),
        "centre": features[:, classifier.MIDDLE].astype(np.float16),
        "word": np.array([row["word"] for row in rows]),
        "repo": np.array([row["source"] for row in rows]),
        "sha": np.array([_blob(_photo(pictures, row)) for row in rows]),
        "path": np.array([row["path"] for row in rows]),
    }
    np.savez_compressed(folder / OWN, allow_pickle=False, **columns)


def _photo(pictures: Path, row: dict[str, str]) -> Path:
    return pictures / row["source"] / row["path"]


def _features(decoder: Decoder, path: Path) -> Matrix:
    with path.open("rb") as file:
        return EYES.features(decoder.inspect(file, path.name).preview)


def _blob(path: Path) -> str:
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _softmax(logits: Matrix) -> Matrix:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def _unit(rows: Matrix) -> Matrix:
    unit: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)
    return unit


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.fit_words", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=Path, metavar="PICTURES", help="make features of these photos first")
    parser.add_argument("--keep-doubtful", action="store_true", help="use the sets that are left out for their doubts")
    parser.add_argument("--evaluate", action="store_true", help="print how good it is, which takes six times as long")
    arguments = parser.parse_args()
    if arguments.photos:
        make_features(arguments.photos, arguments.folder)
    photos = read(arguments.folder, frozenset() if arguments.keep_doubtful else DOUBTFUL)
    if arguments.evaluate:
        evaluate(photos)
    head = fit(photos, np.ones(len(photos.words), np.bool_))
    write(head)
    teach(photos, head)
    print(f"{fewshot.FILE}: {len(head.words) - 1} words, {fewshot.FILE.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
