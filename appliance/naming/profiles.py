"""An owner's own profiles: from settings and back, and whether such a profile makes sense."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from appliance.naming import cleaning, wordlists
from appliance.naming.rules import PROFILES, Profile, Rules

__all__ = ["KEYS", "PROFILES", "Profile", "Rules", "check", "from_mapping", "to_mapping"]

_NAME = re.compile(r"[a-z0-9-]{1,40}")
_LANGUAGE = "en"  # lists are looked through without a language's own rules
_LIMITS = {
    "most_words": (1, 12),
    "usual_words": (1, 12),
    "most_characters": (12, 200),
    "usual_characters": (5, 200),
}
_SWITCHES = ("ascii", "dated")
_WORDS = ("allowed", "banned")
_PAIRS = ("brands", "synonyms")
_BASE = "based_on"
KEYS = (_BASE, *_SWITCHES, *_LIMITS, *_WORDS, *_PAIRS)


def from_mapping(name: str, mapping: Mapping[str, object]) -> Profile:
    """The profile that settings (TOML, JSON) describe; what they do not say is as in the profile that it is based on.

    ValueError with a sentence for each thing that is wrong.
    """
    base_name = mapping.get(_BASE, "web")
    if not isinstance(base_name, str) or base_name not in PROFILES:
        raise ValueError(f"The profile “{name}” is based on “{base_name}”: take one of {_listed(PROFILES)}.")
    settings = {key: value for key, value in mapping.items() if key != _BASE}
    _raise([problem for key, value in settings.items() if (problem := _wrong_setting(key, value))])
    profile = _derived(PROFILES[base_name], name, {key: _stored(key, value) for key, value in settings.items()})
    check(profile)
    return profile


def to_mapping(profile: Profile) -> dict[str, object]:
    """What `from_mapping` makes this profile of, in values that TOML and JSON know."""
    usual, mapping = PROFILES["web"], dict[str, object]({_BASE: "web"})
    for key in KEYS[1:]:
        value = getattr(profile, key)
        if value != getattr(usual, key):
            mapping[key] = dict(value) if key in _PAIRS else list(value) if key in _WORDS else value
    return mapping


def check(profile: Profile) -> None:
    """ValueError with a sentence for each thing that is wrong, which names the entry and the remedy."""
    _raise([*_wrong_name(profile), *_wrong_limits(profile), *_without_letters(profile)])
    _raise([*_doubled(profile), *_wrong_brands(profile), *_wrong_synonyms(profile), *_wrong_allowed(profile)])


def _raise(problems: Sequence[str]) -> None:
    if problems:
        raise ValueError("\n".join(problems))


def _wrong_setting(key: str, value: object) -> str | None:
    if key not in _KINDS:
        return f"A profile has no setting “{key}”: it has {_listed(KEYS)}."
    fits, kind = _KINDS[key]
    return None if fits(value) else f"The setting “{key}” must be {kind}, not {value!r}."


def _stored(key: str, value: Any) -> object:
    """A setting as the profile's field has it."""
    if key == "brands" and not isinstance(value, Mapping):
        return tuple((brand, "") for brand in value)
    return tuple(value.items()) if key in _PAIRS else tuple(value) if key in _WORDS else value


def _derived(base: Profile, name: str, values: dict[str, Any]) -> Profile:
    """A lower hard limit lowers the usual one with it, unless that is set too."""
    for unit in ("words", "characters"):
        most = values.get(f"most_{unit}", getattr(base, f"most_{unit}"))
        values.setdefault(f"usual_{unit}", min(most, getattr(base, f"usual_{unit}")))
    return dataclasses.replace(base, name=name, **values)


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) and _is_list([*value.keys(), *value.values()])


def _is_list_or_table(value: object) -> bool:
    return _is_list(value) or _is_table(value)


_KINDS: dict[str, tuple[Callable[[object], bool], str]] = {
    **dict.fromkeys(_SWITCHES, (_is_switch, "true or false")),
    **dict.fromkeys(_LIMITS, (_is_number, "a whole number")),
    **dict.fromkeys(_WORDS, (_is_list, 'a list of words, such as ["sofa", "floor lamp"]')),
    "brands": (_is_list_or_table, 'a list of brands, or a table of how each is written, such as { "H&M" = "hm" }'),
    "synonyms": (_is_table, 'a table of words and what is written instead, such as { "sofa" = "couch" }'),
}


def _wrong_name(profile: Profile) -> Iterator[str]:
    if not _NAME.fullmatch(profile.name):
        yield (
            f"A profile cannot be called “{profile.name}”: take 1 to 40 of the letters a to z, digits and hyphens, "
            "such as “shop”."
        )
    elif profile.name in PROFILES:
        yield f"“{profile.name}” is a profile that the program has already: give yours another name."


def _wrong_limits(profile: Profile) -> Iterator[str]:
    for key, (least, most) in _LIMITS.items():
        value = getattr(profile, key)
        if not least <= value <= most:
            yield f"The setting “{key}” is {value}: take a number from {least} to {most}."
    for unit in ("words", "characters"):
        usual, most = getattr(profile, f"usual_{unit}"), getattr(profile, f"most_{unit}")
        if usual > most:
            yield f"The setting “usual_{unit}” is {usual}, more than “most_{unit}”, which is {most}: lower the first."


def _without_letters(profile: Profile) -> Iterator[str]:
    synonyms = (text for pair in profile.synonyms for text in pair)
    brands = (name for name, _ in profile.brands)
    lists = {"allowed": profile.allowed, "banned": profile.banned, "brands": brands, "synonyms": synonyms}
    for key, entries in lists.items():
        for entry in entries:
            if not cleaning.phrase(entry, _LANGUAGE):
                yield f"The entry “{entry}” of “{key}” has neither letters nor digits: take it out."


def _doubled(profile: Profile) -> Iterator[str]:
    for key, pairs in (("brands", profile.brands), ("synonyms", profile.synonyms)):
        seen: dict[tuple[str, ...], str] = {}
        for name, _ in pairs:
            spellings = wordlists.keys(name, _LANGUAGE)
            if before := next((seen[spelling] for spelling in spellings if spelling in seen), None):
                yield f"“{before}” and “{name}” of “{key}” are the same: take one of them out."
            seen |= dict.fromkeys(spellings, name)


def _wrong_brands(profile: Profile) -> Iterator[str]:
    banned = _phrases(profile.banned)
    for name, given in profile.brands:
        written = given or wordlists.brand_text(name, _LANGUAGE, ascii_only=profile.ascii)
        if not _is_written(written, profile):
            letters = "a to z, digits" if profile.ascii else "letters, digits"
            yield (
                f"The brand “{name}” cannot be written “{written}”: write it in lower case with {letters} and single "
                "hyphens."
            )
        elif len(written) > profile.most_characters or written.count("-") >= profile.most_words:
            yield f"The brand “{name}” is longer than a name may be: write it shorter than “{written}”."
        elif banned.occur_in(tuple(written.split("-"))) or banned.occur_in(cleaning.phrase(name, _LANGUAGE)):
            yield f"The brand “{name}” has a word in it that is banned: take one of the two out."


def _is_written(text: str, profile: Profile) -> bool:
    return bool(text) and "-".join(cleaning.tokens(text, _LANGUAGE, ascii_only=profile.ascii)) == text


def _wrong_synonyms(profile: Profile) -> Iterator[str]:
    words = [word for word, _ in profile.synonyms]
    replaced, banned, allowed = _phrases(words), _phrases(profile.banned), _phrases(profile.allowed)
    names = [name for name, _ in profile.brands]
    brands, either = _phrases(names), _phrases([*profile.allowed, *names])
    for word, instead in profile.synonyms:
        shown = f"“{word}” becomes “{instead}”"
        terms = cleaning.phrase(instead, _LANGUAGE)
        if brands.occur_in(cleaning.phrase(word, _LANGUAGE)):
            yield f"{shown}, but there is a brand in “{word}”, which always stays: take one of the two out."
        if replaced.occur_in(terms):
            yield f"{shown}, in which a word is replaced again: write at once what shall stand in the name."
        if banned.occur_in(terms):
            yield f"{shown}, which has a banned word in it: write another word, or take that one out of “banned”."
        if allowed and not either.cover(terms):
            yield f"{shown}, which is not allowed: add it to “allowed”."


def _wrong_allowed(profile: Profile) -> Iterator[str]:
    banned = _phrases(profile.banned)
    replaced = _phrases(word for word, _ in profile.synonyms)
    for word in profile.allowed:
        terms = cleaning.phrase(word, _LANGUAGE)
        if banned.occur_in(terms):
            yield f"“{word}” is allowed, but it or a word of it is banned: take one of the two out."
        if replaced.occur_in(terms):
            yield f"“{word}” is allowed, but a synonym stands for it or a word of it: take one of the two out."


def _phrases(entries: Iterable[str]) -> wordlists.Phrases:
    return wordlists.Phrases(dict.fromkeys(entries, ()), _LANGUAGE)


def _listed(names: Iterable[str]) -> str:
    *others, last = (f"“{name}”" for name in names)
    return f"{', '.join(others)} and {last}"
