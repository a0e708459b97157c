"""One sentence for those who do not see the picture, made of words that were decided on and are sure."""

from collections.abc import Sequence

from appliance.vision.concepts import Concept, concepts
from appliance.words import Origin, Role, Word

SURE = 0.8  # a probability that a person would say the word; a wrong sentence is worse than none
COLOUR_SURE = 0.7  # a share of the thing
TARGET, LONGEST = 125, 250  # characters: what is read at a stretch, and what is read at all

# Where things are, in other words than "with".
SETTINGS = {
    "beach": "on a beach",
    "city": "in a city",
    "desert": "in a desert",
    "field": "in a field",
    "forest": "in a forest",
    "sky": "under the sky",
    "street": "in a street",
}


def sentence(words: Sequence[Word], *, black_and_white: bool = False) -> str:
    """`words` are the best candidate of a description. Empty where its subject is not sure.

    It does not begin with "image of", as those who hear it know: https://www.w3.org/WAI/tutorials/images/tips.
    """
    subject = next((word for word in words if word.role is Role.SUBJECT), None)
    if subject is None or subject.score < SURE:
        return ""
    others = [word for word in words if word.role is Role.SECOND and word.score >= SURE]
    if subject.origin is Origin.TEXT:
        return _titled(subject.text, others)
    ending = ", in black and white" if black_and_white else ""
    colour = next((word.text for word in words if word.role is Role.ATTRIBUTE and word.score >= COLOUR_SURE), "")
    phrases = [_phrase(subject.text, colour), *_beside(subject.text, others)]
    while len(phrases) > 1 and len(" ".join(phrases) + ending) >= TARGET:
        phrases.pop()
    return _closed(" ".join(phrases) + ending)


def _titled(title: str, kinds: Sequence[Word]) -> str:
    kind = f"{kinds[0].text} with the title" if kinds else "the text"
    return _closed(f"{kind} “{title.strip(' .“”')}”")


def _beside(subject: str, others: Sequence[Word]) -> list[str]:
    """The first in words of its own, and no wider word for the subject: "a pineapple with a fruit"."""
    concept = _concept(subject)
    wider = concept.wider if concept else frozenset[str]()
    return [SETTINGS.get(word.text, f"with {_phrase(word.text)}") for word in others if word.text not in wider][:1]


def _phrase(text: str, colour: str = "") -> str:
    concept = _concept(text)
    article = concept.article if concept else ""
    if article and colour:
        article = "an" if colour[0] in "aeiou" else "a"
    return " ".join(filter(None, (article, colour, text)))


def _concept(text: str) -> Concept | None:
    return concepts().by_text.get(text)


def _closed(phrase: str) -> str:
    if len(phrase) >= LONGEST:
        phrase = phrase[: LONGEST - 2].rpartition(" ")[0] + "…"
    return f"{phrase[0].upper()}{phrase[1:]}."
