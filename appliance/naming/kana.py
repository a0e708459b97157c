"""Japanese kana as Hepburn writes them, without marks for long vowels."""

import re
import unicodedata

_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "g": "がぎぐげご", "s": "さしすせそ", "z": "ざじずぜぞ", "t": "たちつてと",
    "d": "だぢづでど", "n": "なにぬねの", "h": "はひふへほ", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ", "m": "まみむめも",
    "r": "らりるれろ",
}  # fmt: skip
_IRREGULAR = {
    "し": "shi", "ち": "chi", "つ": "tsu", "ふ": "fu", "じ": "ji", "ぢ": "ji", "づ": "zu", "や": "ya", "ゆ": "yu",
    "よ": "yo", "わ": "wa", "ゐ": "i", "ゑ": "e", "を": "o", "ん": "n", "ゔ": "vu",
}  # fmt: skip
_KANA = {kana: row + vowel for row, line in _ROWS.items() for kana, vowel in zip(line, "aiueo", strict=True)}
_KANA |= _IRREGULAR
_SMALL = dict(zip("ぁぃぅぇぉゃゅょゎ", ("a", "i", "u", "e", "o", "ya", "yu", "yo", "wa"), strict=True))
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_SYLLABLE = re.compile(f"(っ?)([{''.join(_KANA)}])([{''.join(_SMALL)}]?)|.")


def has_kana(word: str) -> bool:
    return any(unicodedata.name(character, "").startswith(("HIRAGANA", "KATAKANA")) for character in word)


def romanized(word: str) -> str:
    """Kana in a to z; any other character stays, but for the sign of a long vowel."""
    return _SYLLABLE.sub(_written, word.translate(_KATAKANA).replace("ー", ""))


def _written(match: re.Match[str]) -> str:
    doubled, kana, small = match.groups()
    if kana is None:
        return _SMALL.get(match[0], "tsu" if match[0] == "っ" else match[0])
    syllable = _with_small(_KANA[kana], _SMALL.get(small, ""))
    if not doubled or syllable[0] in "aiueon":
        return syllable
    return ("t" if syllable.startswith("ch") else syllable[0]) + syllable


def _with_small(syllable: str, small: str) -> str:
    """きゃ is kya, しゃ sha, ファ fa, ティ ti."""
    if not small:
        return syllable
    start = syllable[:-1]
    if small.startswith("y"):
        return start + (small[1:] if start in {"sh", "ch", "j"} else small)
    return start + small if start else f"w{small}" if syllable == "u" else syllable + small
