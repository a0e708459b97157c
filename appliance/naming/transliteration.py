"""Letters of other alphabets as a-z and 0-9, the way that people who speak the language write them."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from appliance.naming import indic, kana
from appliance.naming.languages import primary

# Scripts that leave vowels unwritten, or do not write them in the order of speech: letter by letter such a word cannot
# be read, so it is left out (rule 5).
_UNREADABLE = (
    *("ARABIC", "HEBREW", "SYRIAC", "SAMARITAN", "MANDAIC", "PHOENICIAN", "IMPERIAL ARAMAIC", "NABATAEAN"),
    *("THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"),
)


def _pairs(text: str) -> dict[str, str]:
    """A table written as "letter=letters" with blanks between; a letter may stand for nothing."""
    return {source: target for source, _, target in (pair.partition("=") for pair in text.split())}


_CYRILLIC = _pairs(
    "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p "
    "р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh ь= ю=yu я=ya"
)
_NORDIC = _pairs("ä=a ö=o å=a")
_DANISH = _pairs("ø=oe å=aa æ=ae ä=ae ö=oe")

_TABLES: dict[str, dict[str, str]] = {
    "de": _pairs("ä=ae ö=oe ü=ue ß=ss"),
    "sv": _NORDIC,
    "fi": _NORDIC,
    "et": _NORDIC,
    "da": _DANISH,
    "nb": _DANISH,
    "tr": _pairs("ı=i ş=s ç=c ğ=g ö=o ü=u â=a î=i û=u"),
    "hr": _pairs("đ=dj"),
    "bs": _pairs("đ=dj"),
    "sr": _CYRILLIC | _pairs("đ=dj ђ=dj ж=z ј=j љ=lj њ=nj ћ=c х=h ц=c ч=c џ=dz ш=s"),
    "mk": _CYRILLIC | _pairs("ѓ=gj ѕ=dz ј=j љ=lj њ=nj ќ=kj х=h ц=c џ=dzh"),
    "ru": _CYRILLIC | _pairs("ё=e щ=shch ъ= ы=y э=e"),
    # Cabinet of Ministers of Ukraine, resolution 55 of 2010; the letters at the start of a word are in _STARTS.
    "uk": _CYRILLIC | _pairs("г=h ґ=g є=ie и=y і=i ї=i й=i щ=shch ю=iu я=ia"),
    # The Bulgarian Transliteration Act of 2009.
    "bg": _CYRILLIC | _pairs("х=h щ=sht ъ=a ь=y"),
    # ELOT 743; its pairs of letters are in _PATTERNS.
    "el": _pairs(
        "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o ϊ=i ϋ=y"
    ),
}

# Letters that no normal form takes apart.
_LETTERS = _pairs("ß=ss æ=ae œ=oe ø=o ł=l đ=d ð=d þ=th ı=i ħ=h ŧ=t ŋ=n ə=e")

_PATTERNS: dict[str, tuple[tuple[str, str], ...]] = {
    "uk": (("зг", "zgh"), ("^є", "ye"), ("^ї", "yi"), ("^й", "y"), ("^ю", "yu"), ("^я", "ya")),
    "bg": (("ия$", "ia"),),
    "el": (
        ("ου", "ou"),
        ("αυ(?=[θκξπστφχψ]|$)", "af"),
        ("ευ(?=[θκξπστφχψ]|$)", "ef"),
        ("ηυ(?=[θκξπστφχψ]|$)", "if"),
        ("αυ", "av"),
        ("ευ", "ev"),
        ("ηυ", "iv"),
        ("γγ", "ng"),
        ("γξ", "nx"),
        ("γχ", "nch"),
        ("^μπ|μπ$", "b"),
    ),
}


def lower(text: str, language: str) -> str:
    if primary(language) in {"tr", "az"}:
        text = text.replace("İ", "i").replace("I", "ı")
    return unicodedata.normalize("NFC", text.lower())


def to_ascii(word: str, language: str) -> str:
    """The word in a-z and 0-9, or "" for one that cannot be written so; signs between them may come along."""
    word = lower(unicodedata.normalize("NFC", word), language)
    if word.isascii():
        return word
    code = primary(language)
    if any(_is_unreadable(character) for character in word) or _is_japanese(word, code):
        return ""
    word = indic.romanized(word) if indic.is_indic(word) else kana.romanized(word)
    if code == "el":
        word = _without_accents(word)
    for pattern, letters in _PATTERNS.get(code, ()):
        word = re.sub(pattern, letters, word)
    table = _TABLES.get(code, {})
    return "".join(
        table.get(character, _LETTERS.get(character)) or _letter(character, table) for character in word
    ).lower()


@lru_cache(maxsize=4096)
def _is_unreadable(character: str) -> bool:
    return character.isalpha() and unicodedata.name(character, "").startswith(_UNREADABLE)


def _is_japanese(word: str, code: str) -> bool:
    """Whether there are Chinese characters in a Japanese word: they would be read as in Chinese, Tokyo as Dongjing."""
    has_characters = any(unicodedata.name(character, "").startswith("CJK UNIFIED") for character in word)
    return has_characters and (code == "ja" or kana.has_kana(word))


def _without_accents(word: str) -> str:
    """Greek without its accents; a diaeresis stays, since it says that two vowels are no pair."""
    return unicodedata.normalize("NFC", re.sub("[\u0300\u0301\u0342]", "", unicodedata.normalize("NFD", word)))


def _letter(character: str, table: dict[str, str]) -> str:
    if character.isascii() or character in table or character in _LETTERS:
        return character if character.isascii() else ""
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    plain = "".join(_LETTERS.get(part, part) for part in plain)
    return plain if plain.isascii() else str(anyascii(character))
