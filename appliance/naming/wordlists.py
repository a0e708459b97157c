"""An owner's lists of words: what is found of them in a phrase, and what stands in a name for it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from appliance.naming import cleaning
from appliance.naming.terms import Brand, Term

# Scripts in which two words that are written alike in a to z are one word; Chinese ones are only spoken alike.
_ALPHABETS = ("LATIN", "GREEK", "CYRILLIC")
_BETWEEN_WORDS = re.compile(r"[\s_/-]+")


class Phrases:
    """Words and phrases, each with the terms that it becomes, found without regard to case and accents.

    Of several that begin at one word, the longest is found.
    """

    def __init__(self, becomes: Mapping[str, tuple[Term, ...]], language: str) -> None:
        self._language = language
        self._becomes = {key: terms for phrase, terms in becomes.items() for key in keys(phrase, language)}
        self._lengths = sorted({len(key) for key in self._becomes}, reverse=True)

    def __bool__(self) -> bool:
        return bool(self._becomes)

    def parts(self, terms: tuple[Term, ...]) -> Iterator[tuple[tuple[Term, ...], tuple[Term, ...] | None]]:
        """All terms in their order: what was found together with what it becomes, any other one with None."""
        spellings = list(zip(*(_spellings(term, self._language) for term in terms), strict=True))
        start = 0
        while start < len(terms):
            length, becomes = self._longest(spellings, start)
            yield terms[start : start + length], becomes
            start += length

    def replaced(self, terms: tuple[Term, ...]) -> tuple[Term, ...]:
        if not self._becomes:
            return terms
        return tuple(term for part, becomes in self.parts(terms) for term in (part if becomes is None else becomes))

    def occur_in(self, terms: tuple[Term, ...]) -> bool:
        return bool(self._becomes) and any(becomes is not None for _, becomes in self.parts(terms))

    def cover(self, terms: tuple[Term, ...]) -> bool:
        return all(becomes is not None for _, becomes in self.parts(terms))

    def _longest(self, spellings: Sequence[tuple[str, ...]], start: int) -> tuple[int, tuple[Term, ...] | None]:
        for length in self._lengths:
            for spelling in spellings:
                if (becomes := self._becomes.get(spelling[start : start + length])) is not None:
                    return length, becomes
        return 1, None


class WordLists:
    """The lists of one profile for words of one language. Brands come first: nothing else takes them apart."""

    def __init__(
        self,
        *,
        language: str,
        ascii_only: bool,
        allowed: Iterable[str] = (),
        banned: Iterable[str] = (),
        brands: Iterable[tuple[str, str]] = (),
        synonyms: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._language = language
        written = {name: given or brand_text(name, language, ascii_only=ascii_only) for name, given in brands}
        self._brand_texts = frozenset(written.values())
        self._most_brand_words = max((text.count("-") + 1 for text in self._brand_texts), default=0)
        named = {text: (Brand(text),) for text in written.values()}
        self._brands = Phrases(named | {name: (Brand(text),) for name, text in written.items()}, language)
        self._synonyms = Phrases({word: self.terms(instead) for word, instead in synonyms}, language)
        self.banned = Phrases(dict.fromkeys(banned, ()), language)
        self.allowed = Phrases(dict.fromkeys(allowed, ()), language)

    def terms(self, text: str) -> tuple[Term, ...]:
        """The words of a text in lower case, with the brands among them whole."""
        return self._brands.replaced(cleaning.phrase(text, self._language))

    def admitted(self, terms: tuple[Term, ...], *, controlled: bool) -> tuple[Term, ...]:
        """What may stand in a name: with synonyms in their place, without what is banned, and where the words are
        `controlled` without what is not allowed.
        """
        terms = self._synonyms.replaced(terms)
        while (fewer := self.banned.replaced(terms)) != terms:
            terms = fewer  # what stood around a banned word may be a banned phrase now
        if not (controlled and self.allowed):
            return terms
        return tuple(term for part, found in self.allowed.parts(terms) for term in part if _is_free(term, found))

    def is_banned(self, stem: str) -> bool:
        """Whether a banned word or phrase stands in the stem, wherever its words came from."""
        return self.banned.occur_in(tuple(stem.split("-")))

    def without_last(self, stem: str) -> str:
        """The stem less its last word, or less the whole brand at its end."""
        words = stem.split("-")
        for count in range(min(self._most_brand_words, len(words)), 1, -1):
            if "-".join(words[-count:]) in self._brand_texts:
                return "-".join(words[:-count])
        return "-".join(words[:-1])


def brand_text(name: str, language: str, *, ascii_only: bool) -> str:
    """A brand as people write it in an address: H&M as hm, L'Oréal as loreal, Coca-Cola as coca-cola."""
    words = ("".join(cleaning.tokens(part, language, ascii_only=ascii_only)) for part in _BETWEEN_WORDS.split(name))
    return "-".join(word for word in words if word)


def keys(phrase: str, language: str) -> set[tuple[str, ...]]:
    """The spellings by which a phrase of a list is found; none where it has neither letters nor digits."""
    words = cleaning.phrase(phrase, language)
    written = (_written(word, language) if _is_alphabetic(word) else word for word in words)
    return {spelling for spelling in (words, tuple(map(_plain, words)), tuple(written)) if spelling}


def _spellings(term: Term, language: str) -> tuple[str, str, str]:
    if isinstance(term, Brand):
        return "", "", ""
    return term, _plain(term), _written(term, language)


def _is_free(term: Term, found: tuple[Term, ...] | None) -> bool:
    return found is not None or isinstance(term, Brand) or term.isdecimal()


@lru_cache(maxsize=65_536)
def _plain(word: str) -> str:
    return _written(word, "") if _is_alphabetic(word) else word


@lru_cache(maxsize=65_536)
def _written(word: str, language: str) -> str:
    return "".join(cleaning.written(word, language, ascii_only=True)) or word


@lru_cache(maxsize=65_536)
def _is_alphabetic(word: str) -> bool:
    return all(not letter.isalpha() or unicodedata.name(letter, "").startswith(_ALPHABETS) for letter in word)
