"""How good a name is already, by the rules that names are made by here."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from appliance.naming import cleaning, extensions, grammar, groups, languages
from appliance.naming.badnames import why_bad
from appliance.naming.rules import Rules

BEST = 100


class Rule(StrEnum):
    """What a name may break; each value is how people are told of it."""

    BAD_NAME = "says nothing"
    CONTENT = "extension contradicts the content"
    TAKEN = "same as another name"
    FORBIDDEN = "forbidden name"
    LETTERS = "letters and signs"
    LENGTH = "too long"
    EMPTY = "words that fit every picture"
    REPEATED = "a word twice"
    EXTENSION = "form of the extension"
    ALONE = "without its image"


# What each takes from a hundred. A name that says nothing is nearly worthless, however it is written.
COSTS = {
    Rule.BAD_NAME: 90,
    Rule.CONTENT: 30,
    Rule.TAKEN: 40,
    Rule.FORBIDDEN: 40,
    Rule.LETTERS: 30,
    Rule.LENGTH: 15,
    Rule.EMPTY: 10,
    Rule.REPEATED: 5,
    Rule.EXTENSION: 5,
    Rule.ALONE: 0,  # it is no image, so it counts for none
}


@dataclass(frozen=True, slots=True)
class Fault:
    """`says` is a sentence for a person: what is wrong with this name, and what to do."""

    rule: Rule
    says: str


def score(faults: Iterable[Fault]) -> int:
    """From 0 to 100, which is a name without any."""
    return max(0, BEST - sum(COSTS[rule] for rule in {fault.rule for fault in faults}))


def faults(name: str, rules: Rules, *, actual: str | None = None) -> list[Fault]:
    """What is wrong with an image's name by itself. `actual` is the extension that its bytes ask for, where anybody has
    looked, and "" where they are no image's."""
    stem, extension = grammar.split(unicodedata.normalize("NFC", name))
    return [*_of_stem(name, stem, rules), *_of_extension(extension, actual)]


def _of_stem(name: str, stem: str, rules: Rules) -> Iterator[Fault]:
    if reason := why_bad(name):
        yield Fault(Rule.BAD_NAME, f"It is {reason}: give it words that say what the picture shows.")
        return  # how it is written does not matter
    if not grammar.is_written(stem, rules.profile):
        yield Fault(Rule.LETTERS, _letters(stem, rules))
    words = cleaning.tokens(stem, rules.language, ascii_only=rules.profile.ascii)
    written = "-".join(words)
    if problem := grammar.fault(stem.lower(), rules.reserved_suffixes) or grammar.refusal(name, rules):
        yield Fault(Rule.FORBIDDEN, f"{problem[0].upper()}{problem[1:]}: give it another name.")
    if written and not grammar.fits(written, rules.profile, rules.name_max, unicode_form=rules.unicode_form):
        profile = rules.profile
        yield Fault(
            Rule.LENGTH,
            f"It has {grammar.count_words(written)} words and {len(written)} characters, where {profile.most_words} "
            f"and {profile.most_characters} are the most: shorten it.",
        )
    empty = [word for word in words if word in languages.PICTURE_WORDS]
    if empty and len(empty) < len(words):
        yield Fault(Rule.EMPTY, f"“{empty[0]}” fits every picture: leave it out.")
    if twice := next((word for word in words if not word.isdecimal() and words.count(word) > 1), None):
        yield Fault(Rule.REPEATED, f"“{twice}” stands in it more than once: once is enough.")


def _letters(stem: str, rules: Rules) -> str:
    letters = "small letters a to z" if rules.profile.ascii else "small letters"
    allowed = f"{letters} and digits, with single hyphens between words"
    try:
        return f"Write it “{grammar.safe_stem(stem, rules.profile, rules.name_max, rules.language)}”: {allowed}."
    except ValueError:
        return f"A name has {allowed}: give it another one."


def _of_extension(extension: str, actual: str | None) -> Iterator[Fault]:
    lowered = extension.lower()
    if extension != lowered or lowered == "jpeg":
        yield Fault(Rule.EXTENSION, f"The extension is usually written “.{'jpg' if lowered == 'jpeg' else lowered}”.")
    if actual == "":
        yield Fault(Rule.CONTENT, "Its content is no image that is known here: it may be damaged, or something else.")
    elif actual and not (lowered in extensions.RAW and actual in {"tif", *extensions.RAW}):
        wrong = extensions.disagreement(extension, actual)
        if wrong:
            yield Fault(Rule.CONTENT, f"{wrong.removesuffix('.').replace(' was ', ' is ')}; call it “.{actual}”.")


def alike(names: Iterable[str]) -> dict[str, str]:
    """Of names in one folder, those that a Mac or Windows takes for one, each with another of them."""
    seen: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        seen.setdefault(grammar.fold(name), []).append(name)
    return {
        name: next(other for other in group if other != name)
        for group in seen.values()
        if len(group) > 1
        for name in group
    }


def taken(other: str) -> Fault:
    """The fault of a name that `alike` found."""
    return Fault(Rule.TAKEN, f"Macs and Windows take it and “{other}” for one name: rename one of them.")


def alone(names: Iterable[str]) -> list[str]:
    """Sidecars in one folder beside which nothing stands that they could belong to, be it an image or a film."""
    listed = list(names)
    following = {name for others in groups.companions(listed).values() for name in others}
    there = {text.lower() for name in listed if not groups.is_sidecar(name) for text in (name, grammar.split(name)[0])}
    return [
        name
        for name in listed
        if groups.is_sidecar(name) and name not in following and grammar.split(name)[0].lower() not in there
    ]


ALONE = Fault(Rule.ALONE, "The image that it belongs to is not there: it may have been renamed without it.")
