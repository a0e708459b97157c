"""Scripts of India in a to z, with the vowel that stands unwritten after a consonant.

Unicode gives every one of them the same order as Devanagari, so that one table does for all.
"""

import re


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


_CONSONANTS = _pairs(
    "क=k ख=kh ग=g घ=gh ङ=n च=ch छ=chh ज=j झ=jh ञ=n ट=t ठ=th ड=d ढ=dh ण=n त=t थ=th द=d ध=dh न=n ऩ=n प=p फ=ph ब=b भ=bh "
    "म=m य=y र=r ऱ=r ल=l ळ=l ऴ=zh व=v श=sh ष=sh स=s ह=h"
)
# With a dot below.
_DOTTED = _pairs("क=q ख=kh ग=g ज=z ड=d ढ=dh फ=f")
_VOWELS = _pairs("अ=a आ=a इ=i ई=i उ=u ऊ=u ऋ=ri ऎ=e ए=e ऐ=ai ऑ=o ऒ=o ओ=o औ=au")
_SIGNS = _pairs("ा=a ि=i ी=i ु=u ू=u ृ=ri ॆ=e े=e ै=ai ॉ=o ॊ=o ो=o ौ=au")
_NASALS = _pairs("ँ=n ं=n ः=h ॰=n")
_FINAL_M = ("ం", "ಂ", "ം")  # Keralam
_DOT, _SILENT = "\u093c", "\u094d"
_UNSPOKEN = frozenset({_DOT, _SILENT, "ॱ", "ऽ"})

_FIRST, _LAST, _BLOCK = 0x0900, 0x0D7F, 0x80
_DEVANAGARI, _BENGALI, _GURMUKHI, _GUJARATI = 0x0900, 0x0980, 0x0A00, 0x0A80
# In the north the vowel falls at the end of a word, in Hindi also after a vowel before another syllable: Tajmahal.
_NORTHERN = frozenset({_DEVANAGARI, _BENGALI, _GURMUKHI, _GUJARATI})
_AT_THE_END = re.compile(r"(?<=.)ə$")
_BETWEEN = re.compile(r"(?<=[aeiouə])([bcdfgjklmnpqrstvyz]h*|h)ə(?=(?:[bcdfgjklmnpqrstvyz]h*|h)[aeiouə])")


def is_indic(word: str) -> bool:
    return any(_FIRST <= ord(character) <= _LAST for character in word)


def romanized(word: str) -> str:
    """The word with its Indic letters in a to z; any other character stays."""
    blocks = {ord(letter) // _BLOCK * _BLOCK for letter in word if _FIRST <= ord(letter) <= _LAST}
    if _BENGALI in blocks:
        word = word.replace("ং", "ঙ্গ্")  # spoken as ng: Bangladesh
    text = "".join(_syllables("".join(map(_as_devanagari, word))))
    if blocks <= _NORTHERN:
        text = _AT_THE_END.sub("", text)
    elif word.endswith(_FINAL_M):
        text = f"{text[:-1]}m"
    if blocks == {_DEVANAGARI}:
        while (shorter := _BETWEEN.sub(r"\1", text, count=1)) != text:
            text = shorter
    return text.replace("ə", "a")


def _as_devanagari(character: str) -> str:
    code = ord(character)
    return chr(_FIRST + code % _BLOCK) if _FIRST <= code <= _LAST else character


def _syllables(word: str) -> list[str]:
    found: list[str] = []
    for i, letter in enumerate(word):
        following = word[i + 1 : i + 2]
        if letter in _CONSONANTS:
            is_dotted = following == _DOT
            found.append(_DOTTED.get(letter, _CONSONANTS[letter]) if is_dotted else _CONSONANTS[letter])
            following = word[i + 2 : i + 3] if is_dotted else following
            found.append("" if following == _SILENT or following in _SIGNS else "ə")
        elif "०" <= letter <= "९":
            found.append(str(ord(letter) - ord("०")))
        elif letter not in _UNSPOKEN:
            found.append(_VOWELS.get(letter) or _SIGNS.get(letter) or _NASALS.get(letter) or letter)
    return found
