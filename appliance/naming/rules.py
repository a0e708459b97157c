"""How names are made here: a profile says how a stem may look, the rules hold for a whole plan."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from appliance.naming.wordlists import WordLists

UnicodeForm = Literal["", "NFC", "NFD"]


@dataclass(frozen=True, slots=True)
class Profile:
    """How a stem may look, and which words may stand in it.

    The usual limits hold where words are chosen, the others always; characters include a number at the end.
    """

    name: str
    ascii: bool = True  # a-z and 0-9 alone; otherwise letters and digits of every script
    dated: bool = False  # begins with the day on which the picture was taken
    usual_words: int = 6
    most_words: int = 8
    usual_characters: int = 50
    most_characters: int = 60
    allowed: tuple[str, ...] = ()  # where it is not empty, no other words are taken from what was recognised
    banned: tuple[str, ...] = ()  # stand in no name but one that a person typed
    brands: tuple[tuple[str, str], ...] = ()  # each with how it is written; "" is without its signs, H&M as hm
    synonyms: tuple[tuple[str, str], ...] = ()  # each with what is written instead

    def __hash__(self) -> int:
        return hash(self.name)  # it is asked for at every word, and the lists may be long


PROFILES = {
    profile.name: profile
    for profile in (Profile("web"), Profile("archive", dated=True), Profile("unicode", ascii=False))
}


@dataclass(frozen=True, slots=True)
class Rules:
    """One object for a whole plan."""

    profile: Profile = PROFILES["web"]
    language: str = "en"
    keywords: tuple[str, ...] = ()  # the owner's
    template: str | None = None
    only_bad_names: bool = True  # a good name is left alone
    threshold: float = 0.5  # below this confidence the old name stays, for a person to see
    name_max: int = 255  # the bytes that the target allows in one name
    case_sensitive: bool = True  # for information: names are always compared without case
    unicode_form: UnicodeForm = ""  # in which the target stores every name; "" where it keeps what it is given
    forbidden: str = ""  # characters that the target refuses
    reserved_suffixes: tuple[str, ...] = ()  # endings that the target gives its own copies, besides WordPress's

    @property
    def lists(self) -> WordLists:
        return _lists(self.profile, self.language)


# Windows, exFAT, NTFS and most servers that speak SMB refuse these; a dot or a blank at the end they drop.
FORBIDDEN_BY_WINDOWS = '<>:"/\\|?*' + "".join(map(chr, range(32)))


@lru_cache(maxsize=64)
def _lists(profile: Profile, language: str) -> WordLists:
    return WordLists(
        language=language,
        ascii_only=profile.ascii,
        allowed=profile.allowed,
        banned=profile.banned,
        brands=profile.brands,
        synonyms=profile.synonyms,
    )
