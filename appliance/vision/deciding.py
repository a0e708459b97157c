"""What is said of a picture: one decision over the classifier, the detector, the few-shot words and the text."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.vision import fewshot, text
from appliance.vision.colours import PALE
from appliance.vision.concepts import PEOPLE, Concept, Concepts, concepts
from appliance.vision.detector import OFTEN_WRONG, Thing
from appliance.vision.labels import labels
from appliance.vision.provider import Evidence
from appliance.vision.seeing import Seen, Sighted
from appliance.words import Origin, Role, Word

RULES = 3  # raised whenever this module decides otherwise, so that descriptions which are kept are made anew
FILE = Path(__file__).parent / "deciding.tsv"

# Of a word, the probability that it is right: to be said first, and beside another.
SAID, BESIDE_SAID = 0.5, 0.7
SURE, VERY_SURE = 0.8, 0.9  # needs no vague word to stand by it, as "clothing", and no wider word at all
NARROWER = 0.8  # of the probability of a wider word, to be said instead of it
MOST = 3  # words for things
COLOUR_SAID = 0.8  # of a thing's own pixels; less was wrong more often than right
SKY, SKY_SAID = "sky", 0.8
LARGE_TEXT = 0.06  # of the height of a photo of which nothing else is known
TITLE_RIGHT = 0.8  # of a title that was read, as of lines read with that score
WORTH_WEIGHING = (0.03, 0.05)  # a share of the classifier, and of the few-shot words
ACCEPTED = ("accepted", "log odds of the subject", "log of the words' probabilities", "several words")
COLOURLESS = PEOPLE | {"city", "document", "food", "landscape", "logo", "street", "sunset"}

Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """What each source says of a concept, None where it does not know it. `rivals` is the most that the classifier and
    the few-shot words give to words for other things. `right` is the probability that a person would accept the word of
    the picture, `main` that it says what the picture is of."""

    concept: Concept
    classified: float | None
    taught: float | None
    thing: Thing | None
    rivals: tuple[float, float] = (0.0, 0.0)
    right: float = 0.0
    main: float = 0.0
    origin: Origin = Origin.PIXELS

    @property
    def learned(self) -> bool:
        return self.origin is Origin.LEARNED and self.carried

    @property
    def carried(self) -> bool:
        return self.right >= SAID


@dataclass(frozen=True, slots=True)
class Decision:
    """`candidates` as a Description has them; `confidence` is the probability that a person would accept the first."""

    candidates: tuple[tuple[Word, ...], ...]
    confidence: float
    evidence: tuple[Evidence, ...]
    subject: Found | None

    @property
    def wants_text(self) -> bool:
        """Whether a title would name the picture: nothing else does, or it is a page."""
        return self.subject is None or _is_document(self.subject.concept)


def decide(seen: Seen, scores: Mapping[str, float]) -> Decision:
    """`scores` are the few-shot words' for the same picture."""
    found = weigh(seen, scores)
    said = chosen(found)
    written = text.title(seen.lines) if seen.lines and (not said or _is_document(said[0].concept)) else ""
    candidates = _candidates(seen, said, found, written if seen.drawn or said or _is_large(seen, written) else "")
    evidence = tuple(_evidence(one, said) for one in sorted(found, key=lambda one: (one not in said, -one.right)))
    first = candidates[0] if candidates else ()
    named = said and first[0].origin is not Origin.TEXT  # a title is right or wrong whatever else is seen
    confidence = _confidence(said) if named else max((word.score for word in first[:1]), default=0.0)
    return Decision(candidates, round(confidence, 3), evidence, said[0] if said else None)


def _is_large(seen: Seen, written: str) -> bool:
    """Of the text on a sign or a label that fills a photo; small letters in a photo are not what it is of."""
    return any(line.tall >= LARGE_TEXT and line.text and line.text in written for line in seen.lines)


def weigh(seen: Seen, scores: Mapping[str, float]) -> list[Found]:
    """Every concept for which there is something, the best subject first: what people taught before all else."""
    known = concepts()
    own = [_own(word, score, known) for word, score in scores.items() if word not in known.heads]
    taught = {one.concept.text for one in own if one.carried}
    found = [one for one in sources(seen, scores, known) if one.concept.text not in taught]
    rows = np.stack([row(one, seen, known) for one in found]) if found else np.empty((0, len(weights())))
    return ranked([*weighed(found, rows @ weights()), *own])


def weighed(found: Sequence[Found], logits: Row) -> list[Found]:
    """`logits` are a row for each, with the log odds of being right and of being the main subject."""
    shares = 1 / (1 + np.exp(-logits))
    return [replace(one, right=float(r), main=float(m)) for one, (r, m) in zip(found, shares, strict=True)]


def ranked(found: Sequence[Found]) -> list[Found]:
    return sorted(found, key=lambda one: (not one.learned, -one.main, one.concept.text))


def _own(word: str, score: float, known: Concepts) -> Found:
    """A word that somebody taught and that the few-shot head does not know."""
    concept = known.by_text.get(word) or Concept(word, "", False, frozenset(), None, frozenset(), True)
    return Found(concept, None, score, None, right=score, main=score, origin=Origin.LEARNED)


# From what was seen to evidence.


def sources(seen: Seen, scores: Mapping[str, float], known: Concepts) -> list[Found]:
    """Every concept for which one of the sources says something, not yet weighed."""
    shares = _shares(seen)
    taught = known.taught(scores)
    things = _greatest(seen.things)
    found = []
    for place, concept in enumerate(known.concepts):
        classified = float(shares[place]) if concept.label else None
        learned = float(taught[place]) if concept.taught else None
        kinds = concept.kinds & things.keys() if concept.kinds else ()  # most of a thousand have none
        thing = max((things[kind] for kind in kinds), key=lambda one: one.weight) if kinds else None
        weighed = (classified or 0) >= WORTH_WEIGHING[0] or (learned or 0) >= WORTH_WEIGHING[1]
        if weighed or thing:
            found.append(Found(concept, classified, learned, thing))
    return [replace(one, rivals=_rivals(one, found)) for one in found]


def _rivals(one: Found, found: Sequence[Found]) -> tuple[float, float]:
    others = [other for other in found if not one.concept.akin(other.concept)]
    classified = max((other.classified or 0.0 for other in others), default=0.0)
    return classified, max((other.taught or 0.0 for other in others), default=0.0)


def _shares(seen: Seen) -> Row:
    """Of the classifier's words: of the whole picture, or of a thing in it where that says more."""
    views = [labels().shares(seen.probabilities)]
    views += [
        labels().shares(sighted.closer) * sighted.thing.score for sighted in seen.things if sighted.closer is not None
    ]
    greatest: Row = np.max(views, axis=0)
    return greatest


def _greatest(things: Sequence[Sighted]) -> dict[str, Thing]:
    """The greatest of each kind. Several persons are also "people", as great as the first and as sure as the second."""
    greatest: dict[str, Thing] = {}
    for sighted in sorted(things, key=lambda one: -one.thing.weight):
        greatest.setdefault(sighted.thing.kind, sighted.thing)
    persons = sorted((one.thing.score for one in things if one.thing.kind == "person"), reverse=True)
    if len(persons) > 1:
        greatest["people"] = Thing("people", persons[1], greatest["person"].box)
    return greatest


def row(one: Found, seen: Seen, known: Concepts) -> Row:
    """In the order of `deciding.tsv`, whose names say what each is."""
    concept = one.concept
    classified, taught = _log_odds(one.classified), _log_odds(one.taught)
    narrow = concept.label is not None and len(concept.label.classes) == 1 and bool(concept.wider)
    persons = [sighted.thing for sighted in seen.things if sighted.thing.kind == "person"]
    return np.array(
        [
            1,
            one.classified is not None,
            one.taught is not None,
            bool(concept.kinds),
            classified,
            classified * narrow,
            classified * concept.taught,
            taught,
            taught * (one.classified is not None),
            one.thing is not None,
            _log_odds(one.thing.score, -2) if one.thing else 0,
            classified * (one.thing is not None),
            taught * (one.thing is not None),
            one.thing.box.area**0.5 if one.thing else 0,
            bool(one.thing and concept.kinds <= OFTEN_WRONG),
            concept.vague,
            concept.text in known.wide,
            concept.label.needs - 0.35 if concept.label else 0,
            seen.drawn and _is_document(concept),
            max((thing.weight for thing in persons), default=0) if concept.text not in PEOPLE else 0,
            concept.text == "person" and len(persons) > 1,
            *one.rivals,
        ],
        np.float64,
    )


def _log_odds(probability: float | None, least: float = -5.0) -> float:
    if probability is None:
        return 0.0
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.clip(np.log(bounded / (1 - bounded)), least, 5))


def _is_document(concept: Concept) -> bool:
    return "document" in concept.wider | {concept.text} or concept.text == "logo"


@cache
def weights() -> Row:
    """Of each sort of evidence, in log odds: for being right, and for being what the picture is of."""
    return _table()[: -len(ACCEPTED)]


@cache
def version() -> str:
    """Changes with any change of the weights or of what they are for."""
    return sha256(FILE.read_bytes() + fewshot.version().encode()).hexdigest()


@cache
def _accepted() -> Row:
    """A constant, and the factors of what `acceptance` gives."""
    return np.array([right for right, _ in _table()[-len(ACCEPTED) :]])


def _table() -> Row:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return np.array([[float(row["right"]), float(row["main"])] for row in rows])


# From evidence to words.


def chosen(found: Sequence[Found]) -> list[Found]:
    """Of what is ranked: the subject; a wider word by it while it is not sure; other things, the most certain first."""
    leading = next((one for one in found if one.carried), None)
    if leading is None:
        return []
    subject = _narrowest(leading, found)
    said = [subject, *_wider(subject, found)]
    for one in sorted(found, key=lambda one: -one.right):
        if one.right < BESIDE_SAID or len(said) >= MOST:
            break
        if not one.concept.vague and not any(one.concept.akin(other.concept) for other in said):
            said.append(one)
    return said


def _narrowest(leading: Found, found: Sequence[Found]) -> Found:
    """Of the words for the same that have nearly as much evidence, the one that says most."""
    narrower = [one for one in found if leading.concept.text in one.concept.wider and one.carried]
    near = [one for one in narrower if one.main >= NARROWER * leading.main]
    return max(near, key=lambda one: (len(one.concept.wider), one.main), default=leading)


def _wider(subject: Found, found: Sequence[Found]) -> list[Found]:
    """As "spaniel" and "dog", but not "retriever" and "animal", nor what adds nothing, as "suspension bridge"."""
    if subject.right >= VERY_SURE:
        return []
    wider = [one for one in found if one.concept.text in subject.concept.wider and one.right >= SURE]
    useful = [one for one in wider if subject.right < SURE or not one.concept.vague]
    return [one for one in useful if one.concept.text not in subject.concept.text][:1]


def _candidates(
    seen: Seen, said: Sequence[Found], found: Sequence[Found], written: str
) -> tuple[tuple[Word, ...], ...]:
    things = [_word(one, Role.SECOND if i else Role.SUBJECT) for i, one in enumerate(said)]
    if written:
        title = Word(written, Role.SUBJECT, Origin.TEXT, TITLE_RIGHT)
        return ((title, *(_word(one, Role.SECOND) for one in said[:1])), *([tuple(things)] if things else []))
    if not said:
        return ((Word(SKY, Role.SUBJECT, Origin.PIXELS, 0.6),),) if seen.scene.sky >= SKY_SAID else ()
    colour = _colour(seen, said[0])
    wider = [one for one in found if one.concept.text in said[0].concept.wider and one.right >= SAID][:1]
    others = [(things[0], *(_word(one, Role.SECOND) for one in wider)), *((_word(one),) for one in wider)]
    return tuple(dict.fromkeys([(*things[:1], *colour, *things[1:]), *others]))


def _colour(seen: Seen, subject: Found) -> list[Word]:
    """Of a thing with a box: about the middle of a picture there is too much else."""
    concept = subject.concept
    if COLOURLESS & (concept.wider | {concept.text}):
        return []
    for sighted in seen.things:
        if sighted.thing == subject.thing and sighted.colour.name not in PALE and sighted.colour.share >= COLOUR_SAID:
            return [Word(sighted.colour.name, Role.ATTRIBUTE, Origin.PIXELS, sighted.colour.share)]
    return []


def acceptance(said: Sequence[Found]) -> Row:
    """From which it follows whether a person would accept all words, and one of them as the main subject; in the order
    of ACCEPTED."""
    rights = [max(one.right, 0.01) for one in said]
    return np.array([1.0, _log_odds(said[0].main), np.log(rights).sum(), len(said) > 1], np.float64)


def _confidence(said: Sequence[Found]) -> float:
    return 1 / (1 + float(np.exp(-acceptance(said) @ _accepted())))


def _word(one: Found, role: Role = Role.SUBJECT) -> Word:
    return Word(one.concept.text, role, one.origin, round(one.right, 3))


def _evidence(one: Found, said: Sequence[Found]) -> Evidence:
    return Evidence(_word(one), one in said, _why(one, said))


def _teachers(one: Found) -> str:
    return "the pictures that you taught it with" if one.origin is Origin.LEARNED else "the everyday words"


def _why(one: Found, said: Sequence[Found]) -> str:
    sources = [
        f"the classifier gives it {one.classified:.0%}" if one.classified is not None else "",
        f"{_teachers(one)} give it {one.taught:.0%}" if one.taught is not None else "",
        f"the detector found it with {one.thing.score:.0%}" if one.thing else "",
    ]
    told = ", ".join(filter(None, sources))
    if one in said:
        verdict = "said"
    elif one.carried:
        verdict = "but another word says it better, or what is seen first"
    else:
        verdict = "which is too little"
    return f"{told[:1].upper()}{told[1:]}; it is right with {one.right:.0%}: {verdict}."
