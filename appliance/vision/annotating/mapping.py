"""What Google's annotations say of a picture, in words of ours.

A word is said where a label, a thing, a landmark or a logo that was found says it; what the web shows beside such
pictures only chooses among those. Alone it is most often the name of a person, or of the page with the picture.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from appliance.vision import alt, people, privacy, shown, sifting, text
from appliance.vision.boxes import Box
from appliance.vision.provider import Evidence
from appliance.vision.text import Line
from appliance.words import Description, Origin, Role, Word

RULES = 1  # raised whenever the same annotations are taken otherwise
VERY_LIKELY = 5  # of google.cloud.vision.Likelihood
LINE_BREAKS = frozenset({3, 5})  # EOL_SURE_SPACE and LINE_BREAK of TextAnnotation.DetectedBreak.BreakType
SURE = 0.6  # of a landmark, a logo and a thing
SPOKEN = 0.75  # of a label
WORTH, AGREED, MOST = 0.75, 0.1, 0.85  # of a score, which is no chance that a person would say the word
MOST_SECONDS, MOST_KEYWORDS, MOST_LINES = 3, 8, 40


def _listed(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(","))


# Of nearly everything.
VAGUE = _listed(
    "art, brand, circle, close-up, design, electric blue, event, font, fun, graphics, happiness, leisure, line, logo, "
    "material property, metal, natural environment, nature, number, organism, paper, pattern, people in nature, "
    "photography, plant, product, recreation, rectangle, sky, slope, snapshot, still life photography, symmetry, "
    "technology, text, tints and shades, water, wood"
)
PRINTED = _listed("document, screenshot, publication, book, poster, paper, receipt, letter, menu")


@dataclass(frozen=True, slots=True)
class Read:
    """`weighed` is every annotation, with why it is said or not."""

    description: Description
    weighed: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An annotation. `size` is the share of the picture that it takes, as far as it is known."""

    name: str
    score: float
    size: float = 0.0

    @property
    def folded(self) -> str:
        return self.name.casefold()


@dataclass(frozen=True, slots=True)
class Annotations:
    """Those of one picture, the best of each kind first; `title` is that of its text, and `lines` what may be read."""

    labels: tuple[Found, ...]
    things: tuple[Found, ...]
    landmarks: tuple[Found, ...]
    logos: tuple[Found, ...]
    web: tuple[Found, ...]
    title: str
    lines: tuple[str, ...]


def read(answer: Any) -> Read:
    """`answer` is a google.cloud.vision.AnnotateImageResponse."""
    safe = answer.safe_search_annotation
    if VERY_LIKELY in (safe.adult, safe.violence):
        return Read(Description(), (_withheld(),))
    found = _annotations(answer)
    candidates = tuple(_candidates(found))
    best = candidates[0] if candidates else ()
    description = Description(
        candidates=candidates,
        text="\n".join(found.lines),
        alt=alt.sentence([replace(word, score=1.0) for word in best if word.score >= 0.5]),
        keywords=tuple(one.name for one in found.labels if one.score >= SPOKEN and one.folded not in VAGUE)[
            :MOST_KEYWORDS
        ],
        confidence=best[0].score if best else 0.0,
    )
    return Read(description, tuple(_weighed(found, best)))


def _annotations(answer: Any) -> Annotations:
    lines = text.public(list(_lines(answer.full_text_annotation))[:MOST_LINES])
    labels = _clean(Found(one.description, one.score) for one in answer.label_annotations)
    things = _clean(Found(one.name, one.score, _area(one.bounding_poly)) for one in answer.localized_object_annotations)
    return Annotations(
        labels,
        tuple(sorted(things, key=lambda one: -one.score * (one.size or 0.01) ** 0.5)),
        _clean(Found(one.description, one.score or SURE) for one in answer.landmark_annotations),
        _clean(Found(one.description, one.score or SURE) for one in answer.logo_annotations),
        _clean(Found(one.description, one.score) for one in answer.web_detection.web_entities),
        text.title(lines),
        tuple(line.text for line in lines if line.text),
    )


def _clean(found: Iterable[Found]) -> tuple[Found, ...]:
    named = (replace(one, name=shown.clean(one.name[:400])) for one in found)
    return tuple(one for one in named if one.name and sifting.is_word(one.name) and not privacy.private(one.name))


def _area(poly: Any) -> float:
    xs, ys = ([getattr(one, axis) for one in poly.normalized_vertices] for axis in "xy")
    return (max(xs) - min(xs)) * (max(ys) - min(ys)) if xs else 0.0


# Candidates.


def _candidates(found: Annotations) -> Iterator[tuple[Word, ...]]:
    """What is printed is named by its title; a landmark before all that stands about; then things and labels."""
    if found.title and _is_printed(found):
        kind = [one for one in found.labels if one.folded in PRINTED and one.folded != "paper"][:1]
        yield (_word(found.title, Role.SUBJECT, WORTH, Origin.TEXT), *(_as(one, Role.SECOND) for one in kind))
    subjects = list(_subjects(found))
    for place, subject in enumerate(subjects[: 2 if found.title else 3]):
        score = _confidence(found, subject) * (1.0 if place == 0 else 0.9)
        yield (_word(subject.name, Role.SUBJECT, score), *_seconds(found, subject))
    if found.title and not _is_printed(found) and not subjects:
        yield (_word(found.title, Role.SUBJECT, 0.55, Origin.TEXT),)


def _is_printed(found: Annotations) -> bool:
    return not found.things and any(one.folded in PRINTED for one in found.labels[:4])


def _subjects(found: Annotations) -> Iterator[Found]:
    """Each once, the best first."""
    landmarks = [one for one in found.landmarks if one.score >= SURE and not _fills(found)]
    things = [one for one in found.things if one.score >= SURE]
    labels = [one for one in found.labels if one.score >= SPOKEN and one.folded not in VAGUE]
    exact = [one for one in labels if any(one.folded == web.folded for web in found.web)]
    near = [one for one in labels if things and _related(one, things[0])]
    ordered = [*landmarks, *[one for one in near if one in exact], *near, *exact[:1], *things, *labels]
    yield from dict.fromkeys(ordered)


def _fills(found: Annotations) -> bool:
    """Whether something stands before the landmark and takes most of the picture."""
    return bool(found.things) and found.things[0].size > 0.5


def _related(one: Found, other: Found) -> bool:
    return not set(people.tokens(one.name)).isdisjoint(people.tokens(other.name))


def _confidence(found: Annotations, subject: Found) -> float:
    """More where a label and a thing agree."""
    others = [*(found.things if subject in found.labels else found.labels), *found.landmarks]
    agreed = any(one != subject and _related(one, subject) for one in others)
    return round(min(min(subject.score, 1.0) * WORTH + AGREED * agreed, MOST), 3)


def _seconds(found: Annotations, subject: Found) -> list[Word]:
    labels = [one for one in found.labels if one.score >= SPOKEN and one.folded not in VAGUE]
    things = [one for one in found.things if one.score >= SURE]
    others = {one.folded: one for one in (*things, *labels) if not _related(one, subject)}
    brands = [_as(one, Role.ATTRIBUTE) for one in found.logos[:1] if one.score >= SURE]
    places = [_as(one, Role.PLACE) for one in found.landmarks[:1] if one.score >= SURE and one != subject]
    return [*brands, *(_as(one, Role.SECOND) for one in list(others.values())[:MOST_SECONDS]), *places]


def _as(one: Found, role: Role) -> Word:
    return _word(one.name, role, min(one.score, 1.0) * WORTH)


def _word(name: str, role: Role, score: float, origin: Origin = Origin.PIXELS) -> Word:
    return Word(
        name[:1].lower() + name[1:] if origin is Origin.PIXELS and role is not Role.PLACE else name,
        role,
        origin,
        round(score, 3),
    )


# The text.


def _lines(page_text: Any) -> Iterator[Line]:
    """Google's words joined to lines, with the place and the height of each."""
    for page in page_text.pages:
        words = [word for block in page.blocks for paragraph in block.paragraphs for word in paragraph.words]
        line: list[Any] = []
        for word in words:
            line.append(word)
            if word.symbols and word.symbols[-1].property.detected_break.type_ in LINE_BREAKS:
                yield _line(line, page.width or 1, page.height or 1)
                line = []
        if line:
            yield _line(line, page.width or 1, page.height or 1)


def _line(words: Sequence[Any], width: int, height: int) -> Line:
    boxes = [_box(word.bounding_box, width, height) for word in words]
    whole = Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )
    said = " ".join("".join(symbol.text for symbol in word.symbols) for word in words)
    tall = sorted(box.height for box in boxes)[len(boxes) // 2]
    return Line(shown.line(said, sifting.TEXT), min(word.confidence or 1.0 for word in words), whole, tall)


def _box(poly: Any, width: int, height: int) -> Box:
    xs, ys = [one.x / width for one in poly.vertices], [one.y / height for one in poly.vertices]
    return Box(min(xs), min(ys), max(xs), max(ys)) if xs else Box(0, 0, 0, 0)


# Why.

_WHY = {Origin.TEXT: "It is written in the picture, as its title."}


def _withheld() -> Evidence:
    word = Word("(left out)", Role.SUBJECT, Origin.PIXELS, 0.0)
    return Evidence(word, False, "Google takes the picture for one that not everybody may see; a person names it.")


def _weighed(found: Annotations, best: Sequence[Word]) -> Iterator[Evidence]:
    said = {word.text.casefold() for word in best}
    yield from (Evidence(word, True, _WHY.get(word.origin, "Google sees it.")) for word in best)
    kinds = ((found.things, "thing"), (found.labels, "label"), (found.landmarks, "landmark"), (found.logos, "logo"))
    for annotations, kind in kinds:
        for one in annotations:
            if one.folded not in said:
                yield Evidence(_as(one, Role.SECOND), False, f"A {kind} that others outrank.")
    supported = {token for annotations, _ in kinds for one in annotations for token in people.tokens(one.name)}
    for one in found.web:
        if one.folded not in said and not supported.issuperset(people.tokens(one.name)):
            word = Word("(left out)", Role.SECOND, Origin.PIXELS, round(min(one.score, 1.0), 3))
            yield Evidence(word, False, "The web shows it beside such pictures, and nothing in this one speaks for it.")
