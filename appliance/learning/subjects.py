"""Which word a correction teaches: what stands in the accepted name and was not proposed."""

from collections.abc import Iterable, Iterator
from itertools import takewhile

from appliance import naming
from appliance.naming import cleaning, languages

MOST_WORDS = 4  # of a phrase that may be the name of a thing
MOST_NEW_WORDS = 6  # in a name; more are a sentence


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Say how a thing is, or hold words together, and are taught with no picture.
_QUALITIES = _set(
    "black white gray grey beige brown red orange yellow green blue purple pink silver gold "
    "small big large little old new front back side top left right detail"
)
_JOINTS = _set(
    "and or with without at in on by to from for of near under over beside behind "
    "und oder mit ohne am an im in auf bei zu von vom aus vor neben unter über et avec sans dans sur y con en"
)
# A likeness of one person to another is no reason for a name, so pictures of people teach nothing.
PEOPLE = _set(
    "people person portrait man men woman women boy boys girl girls child children baby family selfie bride groom "
    "crowd couple wedding face"
)


def subject(accepted: str, proposed: Iterable[str], others: Iterable[str], language: str) -> str:
    """The first phrase of the accepted name that is neither proposed nor among `others` (keywords, places), without
    numbers, articles and qualities; "" where there is none, or where a picture of people was proposed."""
    said = _words(proposed, language)
    if said & PEOPLE:
        return ""
    known = said | _words(others, language)
    phrases = list(_new(cleaning.phrase(accepted, language), known))
    if sum(map(len, phrases)) > MOST_NEW_WORDS:
        return ""
    found = next((trimmed for phrase in phrases if (trimmed := _trimmed(phrase, language))), ())
    return " ".join(found) if _is_name(found) else ""


def _words(texts: Iterable[str], language: str) -> set[str]:
    return {word for text in texts for word in cleaning.phrase(text, language)}


def _new(words: tuple[str, ...], known: set[str]) -> Iterator[tuple[str, ...]]:
    """The runs of words that are not known, in their order."""
    rest = list(words)
    while rest:
        run = tuple(takewhile(lambda word: _is_new(word, known), rest))
        if run:
            yield run
        rest = rest[max(1, len(run)) :]


def _is_new(word: str, known: set[str]) -> bool:
    return word not in known and word not in _JOINTS and any(letter.isalpha() for letter in word)


def _trimmed(phrase: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Without qualities at its ends: "red barn" teaches the barn, and "red" alone teaches nothing."""
    words = [str(word) for word in cleaning.without_opening(phrase, languages.primary(language))]
    while words and words[0] in _QUALITIES:
        words.pop(0)
    while words and words[-1] in _QUALITIES:
        words.pop()
    return tuple(words)


def _is_name(phrase: tuple[str, ...]) -> bool:
    return 0 < len(phrase) <= MOST_WORDS and not naming.why_bad(f"{'-'.join(phrase)}.jpg")
