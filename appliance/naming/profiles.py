"""How names are made here: a profile says how a stem may look, the rules hold for a whole plan."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """How a stem may look.

    The usual limits hold where words are chosen, the others always; characters include a number at the end.
    """

    name: str
    ascii: bool = True  # a-z and 0-9 alone; otherwise letters and digits of every script
    dated: bool = False  # begins with the day on which the picture was taken
    usual_words: int = 6
    most_words: int = 8
    usual_characters: int = 50
    most_characters: int = 60


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
