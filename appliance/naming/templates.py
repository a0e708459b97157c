"""An owner's template for names: tokens are replaced by words, and nothing else happens (rule 16)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from appliance.naming import cleaning, composing, grammar, series
from appliance.naming.composing import Stem
from appliance.naming.profiles import Rules
from appliance.naming.proposals import Shot
from appliance.words import Origin, Role, Word


class TemplateError(ValueError):
    """A template that no name can be made of; the text says why, and which tokens there are."""


_TOKEN = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")
_DIRECTIVE = re.compile("%(.?)")
_DIRECTIVES = frozenset("YymdHMSj")  # digits alone, so that a name does not depend on the machine's language
_TIMES = {"date": "%Y-%m-%d", "time": "%H-%M-%S"}
_ROLES = {"subject": Role.SUBJECT, "attribute": Role.ATTRIBUTE, "second": Role.SECOND, "place": Role.PLACE}
KNOWN = (*_ROLES, "keywords", *_TIMES, "camera", "folder", "original", "counter", "sha")
MEANINGS = {
    "subject": "what the picture shows",
    "attribute": "a colour, a material, a state of it",
    "second": "what else is to be seen",
    "place": "where it is, or its setting",
    "keywords": "your keywords",
    "date": "the day it was taken; {date:%Y%m%d} in another form",
    "time": "the time it was taken; {time:%H%M} in another form",
    "camera": "the camera's make and model",
    "folder": "the name of the folder",
    "original": "the name that it has now",
    "counter": "01, 02 … in the order taken, for each name that is otherwise the same; {counter:4} with four digits",
    "sha": "six digits of the file's content",
}

_SHA_DIGITS = 6
_WIDTHS = "123456"


@dataclass(frozen=True, slots=True)
class _Part:
    name: str = ""  # of a token; "" for text of the owner's
    text: str = ""  # the owner's text, or a token's format

    @property
    def shown(self) -> str:
        """As it stands in the template."""
        return f"{{{self.name}{':' if self.text else ''}{self.text}}}" if self.name else self.text


@dataclass(frozen=True, slots=True)
class _Facts:
    shot: Shot
    rules: Rules
    candidate: Sequence[Word]
    original: str


def check(template: str) -> None:
    """TemplateError for what is no token, and for a template without one."""
    if not any(part.name for part in _parse(template)):
        raise TemplateError(f"The template “{template}” has no token: every image would get one name. {_known()}")


def needs_description(template: str) -> bool:
    """Whether the template asks for a word that only a description has."""
    return any(part.name in _ROLES for part in _parse(template))


def stems(shot: Shot, rules: Rules, template: str, *, room: int) -> list[Stem]:
    """The names that the template allows, the best first: one for each candidate of the description."""
    parts = _parse(template)
    candidates = shot.description.candidates if needs_description(template) else ((),)
    found: dict[str, Stem] = {}
    for candidate in candidates:
        facts = _Facts(shot, rules, candidate, grammar.split(shot.name)[0])
        for stem in _alternatives(parts, facts, room):
            found.setdefault(stem.text, stem)
    return [stem for stem in found.values() if stem.words or stem.slot is not None]


def _alternatives(parts: Sequence[_Part], facts: _Facts, room: int) -> Iterator[Stem]:
    """Before all others a stem of which the old name is the numbered form: it would get a second number otherwise."""
    if {"counter", "original"} <= {part.name for part in parts}:
        words = facts.original.split("-")
        for i in (i for i, word in enumerate(words) if word.isdecimal()):
            original = " ".join((*words[:i], *words[i + 1 :]))
            stem = _stem(parts, replace(facts, original=original), room)
            if stem.numbered(words[i]).text == facts.original:
                yield stem
    yield _stem(parts, facts, room)


def explained(shot: Shot, rules: Rules, template: str) -> list[tuple[str, Word | None]]:
    """What became of each token and text of the template, with the best candidate of the description: the word that
    stands for it, or None where there is none and it goes with its separator. Separators alone are left out."""
    parts = _parse(template)
    candidate = next(iter(shot.description.candidates), ())
    facts = _Facts(shot, rules, candidate, grammar.split(shot.name)[0])
    words = _shortened(_words(parts, facts), parts, rules, grammar.SUFFIX_ROOM)
    return [
        (part.shown, word if word.text else None)
        for part, word in zip(parts, words, strict=True)
        if part.name or cleaning.phrase(part.text, rules.language)
    ]


def _stem(parts: Sequence[_Part], facts: _Facts, room: int) -> Stem:
    words = _words(parts, facts)
    asked = [word for word, part in zip(words, parts, strict=True) if part.name in _ROLES]
    if asked and not any(word.text for word in asked):
        return Stem(())  # the date or the folder alone would not say what the picture shows
    words = _shortened(words, parts, facts.rules, room)
    slots = [i for i, part in enumerate(parts) if part.name == "counter"]
    slot = sum(bool(word.text) for word in words[: slots[0]]) if slots else None
    said = tuple(word for word in words if word.text)
    return Stem(said, slot, int(parts[slots[0]].text or 0)) if slots else Stem(composing.without_fault(said))


def _words(parts: Sequence[_Part], facts: _Facts) -> list[Word]:
    """The word of each part, "" where it has none; whole, and none of them twice."""
    words = [_fixed(part, facts.shot) for part in parts]
    # What else is said goes first: the original gives only what is left, so that a second time changes nothing.
    for i in sorted(range(len(parts)), key=lambda i: parts[i].name == "original"):
        for word in _said(parts[i], facts):
            fresh = composing.fresh(word, words, facts.rules, keep_picture_words=parts[i].name not in _ROLES)
            if fresh.text:
                words[i] = fresh
                break
    return words


def _fixed(part: _Part, shot: Shot) -> Word:
    """The word of a token whose digits belong together and are never left out; "" for any other."""
    taken_at = series.taken_at(shot)
    if part.name in _TIMES and taken_at:
        text = _DIRECTIVE.sub(lambda match: taken_at.strftime(match[0]), part.text or _TIMES[part.name])
        return Word("-".join(cleaning.tokens(text, "en", ascii_only=True)), Role.ATTRIBUTE, Origin.EXIF)
    if part.name == "sha":
        return Word(shot.sha256[:_SHA_DIGITS].lower(), Role.ATTRIBUTE, Origin.COUNTER)
    return Word("", Role.ATTRIBUTE, Origin.COUNTER)


def _said(part: _Part, facts: _Facts) -> Iterator[Word]:
    """What may stand for the token or text, the best first."""
    if part.name in _ROLES:
        words = [word for word in facts.candidate if word.role is _ROLES[part.name]]
        yield from (
            word
            for i, word in enumerate(words)
            if word.score >= composing.DOUBTFUL or (part.name == "subject" and i == 0)
        )
    elif part.name == "keywords":
        yield Word(" ".join(facts.rules.keywords), Role.KEYWORD, Origin.KEYWORD)
    elif part.name == "camera":
        yield Word(facts.shot.camera, Role.ATTRIBUTE, Origin.EXIF)
    elif part.name == "folder":
        yield Word(facts.shot.folder.rpartition("/")[2] or facts.shot.root, Role.PLACE, Origin.FOLDER)
    elif part.name == "original":
        yield Word(facts.original, Role.SUBJECT, Origin.ORIGINAL)
    elif not part.name:
        yield Word(part.text, Role.KEYWORD, Origin.PERSON)


def _shortened(words: list[Word], parts: Sequence[_Part], rules: Rules, room: int) -> list[Word]:
    """The words cut to what a name may have: first the original, then the last ones; a date goes whole."""
    words = list(words)
    order = sorted(range(len(words)), key=lambda i: (parts[i].name != "original", -i))
    while (text := "-".join(word.text for word in words if word.text)) and not grammar.fits(
        text, rules.profile, rules.name_max, room=room, unicode_form=rules.unicode_form
    ):
        i = next(i for i in order if words[i].text)
        shorter = "" if parts[i].name in _TIMES else rules.lists.without_last(words[i].text)
        words[i] = replace(words[i], text=shorter)
    return words


@lru_cache
def _parse(template: str) -> tuple[_Part, ...]:
    parts: list[_Part] = []
    end = 0
    for match in _TOKEN.finditer(template):
        parts.append(_literal(template, template[end : match.start()]))
        parts.append(_token(template, match[1], match[2]))
        end = match.end()
    parts.append(_literal(template, template[end:]))
    return tuple(part for part in parts if part.name or part.text)


def _literal(template: str, text: str) -> _Part:
    if "{" in text or "}" in text:
        raise TemplateError(f"The template “{template}” has a brace too many or too few. {_known()}")
    return _Part(text=text)


def _token(template: str, name: str, format_: str | None) -> _Part:
    if name not in KNOWN:
        raise TemplateError(f"The template “{template}” has the unknown token “{{{name}}}”. {_known()}")
    if format_ is None:
        return _Part(name)
    if name == "counter" and format_ in _WIDTHS:
        return _Part(name, format_)
    if name not in _TIMES:
        raise TemplateError(
            f"Only {{date}} and {{time}} have a format, and {{counter}} a number of digits up to {_WIDTHS[-1]}, not "
            f"“{{{name}:{format_}}}”. {_known()}"
        )
    unknown = [match[0] for match in _DIRECTIVE.finditer(format_) if match[1] not in _DIRECTIVES]
    if unknown or not _DIRECTIVE.search(format_):
        known = " ".join(f"%{directive}" for directive in sorted(_DIRECTIVES))
        raise TemplateError(f"The format “{format_}” must be made of {known}, as in {{date:%Y-%m-%d}}.")
    return _Part(name, format_)


def _known() -> str:
    return "The tokens are " + " ".join(f"{{{name}}}" for name in KNOWN) + "."
