"""A second opinion: what two engines say of one picture, weighed against each other.

The first one has the words. The second one, which is the embedded engine, raises or lowers how sure they are: it knows
far fewer words, so that its silence says nothing of a word that it does not know.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from appliance.vision import people
from appliance.vision.concepts import PEOPLE, Concept, concepts
from appliance.vision.provider import NO_CONTEXT, Closes, Context, Evidence, Priced, Provider, VisionError
from appliance.words import Description, Origin, Role, Word

RULES = 1  # raised whenever two answers are weighed otherwise
HEARD = 0.5  # of the second one's confidence, below which it is taken for silent
AGREED, MOST = 0.1, 0.9  # added where both say it, and the most that a confidence can then be
OPPOSED = 0.7  # of the confidence, where the second one sees another subject
ALONE = 0.85  # of a word's score, where the second one knows the word and does not see it
LONGEST_PHRASE = 3  # words of what a concept is called

_BOTH = "{why} The second opinion ({name}) agrees."
_ALONE = "{why} The second opinion ({name}) knows the word, and does not see it: less sure."
_ONLY_SECOND = "Only the second opinion ({name}) claims it."
_UNHEARD = "The second opinion ({name}) does not speak {language!r}, and was not heard."


@dataclass(frozen=True)
class Seconded:
    """Answers as `main` does, in its words. `second` answers in English; in any other language it is not heard."""

    main: Provider
    second: Provider

    @property
    def name(self) -> str:
        return self.main.name

    @property
    def model(self) -> str:
        return self.main.model

    @property
    def prompt(self) -> str:
        return f"{self.main.prompt}+{self.second.model}-{RULES}"

    @property
    def languages(self) -> frozenset[str] | None:
        return self.main.languages

    @property
    def most_cost(self) -> int:
        return sum(one.most_cost for one in (self.main, self.second) if isinstance(one, Priced))

    def check(self) -> None:
        self.main.check()
        self.second.check()

    def describe(self, preview: bytes, *, language: str, context: Context = NO_CONTEXT) -> Description:
        """The main one's errors are errors; where the second one fails, the main one's word stands."""
        said = self.main.describe(preview, language=language, context=context)
        other = self._second(preview, language)
        weighed = Weighed(said, other).description if other else said
        usage = said.usage.plus(other.usage) if other else said.usage
        return replace(weighed, prompt=self.prompt, usage=usage)

    def explain(self, preview: bytes, *, language: str) -> list[Evidence]:
        evidence, other = self.main.explain(preview, language=language), self._second(preview, language)
        if other is None:
            unheard = Word(f"({self.second.name})", Role.SECOND, Origin.PIXELS, 0.0)
            return [*evidence, Evidence(unheard, False, _UNHEARD.format(name=self.second.name, language=language))]
        weighed = Weighed(Description(), other)
        heard = [self._explained(one, weighed) for one in evidence]
        said = {one.word.text.casefold() for one in evidence}
        only = [word for word in _first(other) if word.text.casefold() not in said and not _agrees([word.text], said)]
        return [*heard, *(Evidence(word, False, _ONLY_SECOND.format(name=self.second.name)) for word in only)]

    def close(self) -> None:
        for one in (self.main, self.second):
            if isinstance(one, Closes):
                one.close()

    def _second(self, preview: bytes, language: str) -> Description | None:
        if self.second.languages is not None and language not in self.second.languages:
            return None
        try:
            return self.second.describe(preview, language=language)
        except VisionError:
            return None

    def _explained(self, one: Evidence, weighed: "Weighed") -> Evidence:
        word = weighed.word(one.word)
        if not one.said or word.score == one.word.score:
            return one
        sentence = _BOTH if word.score > one.word.score else _ALONE
        return replace(one, word=word, why=sentence.format(why=one.why, name=self.second.name))


@dataclass(frozen=True)
class Weighed:
    """What is left of one description beside another."""

    said: Description
    other: Description

    @property
    def description(self) -> Description:
        candidates = tuple(tuple(map(self.word, candidate)) for candidate in self.said.candidates)
        return replace(self.said, candidates=candidates, confidence=round(self._confidence, 3))

    @cached_property
    def heard(self) -> list[str]:
        """What the second one says, where it is sure enough to be heard."""
        return [word.text for word in _first(self.other)] if self.other.confidence >= HEARD else []

    def word(self, word: Word) -> Word:
        """With the score that it has beside the other description. What is no matter of seeing stays as it is."""
        if not self.heard or word.origin is not Origin.PIXELS:
            return word
        if _agrees([word.text], self.heard):
            return replace(word, score=round(max(word.score, min(word.score + AGREED, MOST)), 3))
        return replace(word, score=round(word.score * ALONE, 3)) if _concepts(word.text) else word

    @property
    def _confidence(self) -> float:
        confidence, subject = self.said.confidence, _subject(self.said)
        if not self.heard or subject is None or subject.origin is not Origin.PIXELS:
            return confidence
        if _agrees([subject.text], self.heard):
            return max(confidence, min(confidence + AGREED, MOST))
        seen = _subject(self.other)
        words = [word.text for candidate in self.said.candidates for word in candidate]
        opposed = seen is not None and seen.origin is Origin.PIXELS and not _akin([seen.text], words)
        return confidence * OPPOSED if opposed else confidence


def _first(said: Description) -> Sequence[Word]:
    return said.candidates[0] if said.candidates else ()


def _subject(said: Description) -> Word | None:
    return next((word for word in _first(said) if word.role is Role.SUBJECT), None)


def _agrees(texts: Iterable[str], others: Iterable[str]) -> bool:
    """Whether they have a word in common, or one has a wider word for what the other has."""
    texts, others = list(texts), list(others)
    if not _tokens(texts).isdisjoint(_tokens(others)):
        return True
    pairs = ((one, other) for one in _concepts(*texts) for other in _concepts(*others))
    return any(_is_wider(one, other) or _is_wider(other, one) for one, other in pairs)


def _akin(texts: Iterable[str], others: Iterable[str]) -> bool:
    """Whether they may be words for one thing."""
    texts, others = list(texts), list(others)
    pairs = ((one, other) for one in _concepts(*texts) for other in _concepts(*others))
    return _agrees(texts, others) or any(one.akin(other) for one, other in pairs)


def _is_wider(one: Concept, other: Concept) -> bool:
    return one.text in other.wider or (one.text in PEOPLE and other.text in PEOPLE)


def _tokens(texts: Iterable[str]) -> set[str]:
    return {token.removesuffix("s") for text in texts for token in people.tokens(text) if len(token) > 2}


def _concepts(*texts: str) -> list[Concept]:
    """The embedded engine's words that stand in the texts, in the singular or as they are."""
    known = concepts().by_text
    phrases = chain.from_iterable(_phrases(people.tokens(text)) for text in texts)
    return [known[phrase] for phrase in dict.fromkeys(phrases) if phrase in known]


def _phrases(tokens: list[str]) -> Iterator[str]:
    for length in range(1, LONGEST_PHRASE + 1):
        for start in range(len(tokens) - length + 1):
            phrase = " ".join(tokens[start : start + length])
            yield from (phrase, phrase.removesuffix("s"))
