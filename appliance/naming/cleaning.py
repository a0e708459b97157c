"""Text of any kind in, words for a name out."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from appliance.naming import languages, transliteration
from appliance.naming.terms import Term

_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘ʼ`´ʹ＇", "'"))

# Paral·lel: a sign inside a word that is left out in an address.
_CATALAN = re.compile("l·l|ŀl", re.IGNORECASE)

# Letters and marks that nobody can see: Unicode's Default_Ignorable_Code_Point, without the format characters (Cf).
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0000-\U000e0fff]"
)


def tokens(text: str, language: str, *, ascii_only: bool) -> list[str]:
    """The words of a text in lower case and in its order: letters and digits only, nothing hidden, nothing left out but
    what cannot be written.
    """
    return [token for word in phrase(text, language) for token in written(word, language, ascii_only=ascii_only)]


@lru_cache(maxsize=65_536)
def without_opening(words: tuple[Term, ...], language: str) -> tuple[Term, ...]:
    """The words of a phrase without leading articles, "photo of" and the like; a brand is neither."""
    articles = languages.ARTICLES.get(languages.primary(language), frozenset())
    while len(words) > 1:
        if words[:2] == ("close", "up"):
            words = ("closeup", *words[2:])
        elif words[0] in articles or set(words[:2]) <= languages.PICTURE_WORDS:
            words = words[1:]
        elif len(words) > 2 and words[0] in languages.PICTURE_WORDS and words[1] in languages.LINKS:
            words = words[2:]
        else:
            break
    return words


def without_picture_words(words: Iterable[Term]) -> tuple[Term, ...]:
    return tuple(word for word in words if word not in languages.PICTURE_WORDS)


@lru_cache(maxsize=65_536)
def written(word: str, language: str, *, ascii_only: bool) -> tuple[str, ...]:
    """A word as it stands in a name; nothing where it cannot be written, several words where its letters ask for it."""
    if not ascii_only:
        return (word,)
    return tuple(re.findall(r"[a-z0-9]+", transliteration.to_ascii(word, language)))


@lru_cache(maxsize=65_536)
def phrase(text: str, language: str) -> tuple[str, ...]:
    """The words of a text in lower case and in their own letters; nothing hidden comes along."""
    text = _UNSEEN.sub("", unicodedata.normalize("NFC", text)).translate(_APOSTROPHES)
    text = _CATALAN.sub("ll", text)
    text = text.replace("'", " " if languages.primary(language) in languages.ELIDING else "")
    spaced = "".join(_kept(character) for character in text if unicodedata.category(character) != "Cf")
    lowered = transliteration.lower(spaced, language)
    # A mark without a letter before it would join what stands before the name.
    return tuple(word for word in (_without_leading_marks(word) for word in lowered.split()) if word)


def _kept(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else " "
    category = unicodedata.category(character)
    if category[0] == "L" or category in {"Nd", "Mn", "Mc"}:
        return character
    digit = unicodedata.digit(character, None)
    return " " if digit is None or category != "No" else str(digit)


def _without_leading_marks(word: str) -> str:
    while word and unicodedata.category(word[0])[0] == "M":
        word = word[1:]
    return unicodedata.normalize("NFC", word)
