"""What a name may look like: the one boundary that every name passes."""

import re
import unicodedata

from appliance.naming import cleaning, extensions
from appliance.naming.rules import Profile, Rules, UnicodeForm

# "-" and six digits, or six hex digits: what may be added to tell two names apart.
SUFFIX_ROOM = 7

# What WordPress adds for sizes (-1536x1536, -scaled) and our own .webp after that need room in the target's bytes, and
# an encrypted volume (eCryptfs) allows 143 bytes where the disk below allows 255.
_ADDED_LATER = 24
_ENCRYPTED_NAME_MAX = 143

_ASCII_STEM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})
_DIGITS_ONLY = re.compile(r"\d+")
_ADDED_BY_WORDPRESS = re.compile(r"-(\d+x\d+|scaled|rotated|e\d{10,})$")


def fold(name: str) -> str:
    """The key by which two names are the same one: file systems differ in case and in Unicode's forms."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def split(name: str) -> tuple[str, str]:
    """The stem and the extension without its dot, which is "" where there is none."""
    stem, dot, extension = name.rpartition(".")
    return (stem, extension) if dot and stem else (name, "")


def most_bytes(name_max: int) -> int:
    """The bytes that a stem may have."""
    return min(name_max, _ENCRYPTED_NAME_MAX) - _ADDED_LATER


def stored(text: str, unicode_form: UnicodeForm) -> str:
    """The text in the form of Unicode in which the target keeps names."""
    return unicodedata.normalize(unicode_form, text) if unicode_form else text


def fits(stem: str, profile: Profile, name_max: int, *, room: int = 0, unicode_form: UnicodeForm = "") -> bool:
    """Whether the stem keeps the limits that are never passed, with room for a number of so many characters."""
    return (
        len(stem) + room <= profile.most_characters
        and len(stored(stem, unicode_form).encode()) + room <= most_bytes(name_max)
        and count_words(stem) + bool(room) <= profile.most_words
    )


def count_words(stem: str) -> int:
    """Numbers, and so dates, are no words."""
    return sum(not word.isdecimal() for word in stem.split("-"))


def fault(stem: str, reserved_suffixes: tuple[str, ...] = ()) -> str | None:
    """What rule 9 or the target forbids in a stem of the right letters, or None."""
    if stem in _DEVICES:
        return f"“{stem}” is the name of a device on Windows"
    if _DIGITS_ONLY.fullmatch(stem):
        return "digits alone say nothing"
    if match := _ADDED_BY_WORDPRESS.search(stem):
        return f"WordPress adds “{match[0]}” to its own copies"
    if ending := next((ending for ending in reserved_suffixes if stem.endswith(ending)), None):
        return f"this source adds “{ending}” to its own copies"
    return None


def refusal(name: str, rules: Rules) -> str | None:
    """What the target does not take in a name of any file, an image's companion included, or None."""
    refused = sorted(set(name) & set(rules.forbidden))
    if refused:
        return f"this source takes no “{refused[0]}” in a name"
    if rules.forbidden and name.endswith((".", " ")):
        return "this source takes no dot or blank at the end of a name"
    return None


def without_fault(words: list[str]) -> list[str]:
    """The words, less those at the end that would make a name which rule 9 forbids."""
    while words and fault("-".join(words)):
        words = words[:-1]
    return words


def is_written(stem: str, profile: Profile) -> bool:
    """Whether the stem has the letters of the profile and hyphens between them, and nothing else."""
    if profile.ascii:
        return bool(_ASCII_STEM.fullmatch(stem))
    return bool(stem) and "-".join(cleaning.tokens(stem, "en", ascii_only=False)) == stem


def safe_stem(stem: str, profile: Profile, name_max: int, language: str = "en") -> str:
    """The stem as the profile writes it, cut between words. ValueError when nothing is left."""
    words = cleaning.tokens(stem, language, ascii_only=profile.ascii)
    while words and not fits("-".join(words), profile, name_max):
        words = words[:-1]
    words = without_fault(words)
    if not words:
        raise ValueError(f"Nothing of “{stem}” can stand in a name; choose other words, or the profile “unicode”.")
    return "-".join(words)


def written_name(stem: str, extension: str, rules: Rules) -> str:
    """The whole name of a stem that breaks no rule, as the target keeps it."""
    return stored(f"{stem}.{extensions.written(extension)}", rules.unicode_form)


def safe_name(stem: str, extension: str, profile: Profile, name_max: int) -> str:
    """The whole name. ValueError when nothing is left of the stem."""
    return f"{safe_stem(stem, profile, name_max)}.{extensions.written(extension)}"


def check_name(name: str, rules: Rules, extension: str) -> str | None:
    """None where a person may give this name to an image with such an extension; else what is wrong, and what to do."""
    if rules.unicode_form:
        name = unicodedata.normalize("NFC", name)
    stem, given = split(name)
    wanted = extensions.written(extension)
    if given != wanted:
        return f"The name must end in “.{wanted}”, which is what the file is: try “{_better(name, rules, wanted)}”."
    if not is_written(stem, rules.profile):
        letters = "a to z in lower case and digits" if rules.profile.ascii else "letters in lower case and digits"
        wrong = f"A name has only {letters}, with single hyphens between words"
    else:
        wrong = problem(stem, rules) or ""
    return f"{wrong}: try “{_better(stem, rules, wanted)}”." if wrong else None


def problem(stem: str, rules: Rules) -> str | None:
    """What is wrong with a stem of the right letters, or None."""
    if wrong := fault(stem, rules.reserved_suffixes) or refusal(stem, rules):
        return f"A name cannot be “{stem}”, because {wrong}"
    if not fits(stem, rules.profile, rules.name_max, unicode_form=rules.unicode_form):
        profile = rules.profile
        limits = (
            f"{profile.most_words} words, {profile.most_characters} characters and {most_bytes(rules.name_max)} bytes"
        )
        return f"A name has at most {limits}"
    return None


def _better(text: str, rules: Rules, wanted: str) -> str:
    """A name that would do."""
    stem, given = split(text)
    words = cleaning.tokens(
        stem if extensions.is_known(given) else text, rules.language, ascii_only=rules.profile.ascii
    )
    while words and problem("-".join(words), rules):
        words = words[:-1]
    return f"{'-'.join(words) or 'red-vintage-car'}.{wanted}"
