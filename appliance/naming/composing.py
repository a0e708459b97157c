"""A description in, the stems of names out: which words, in which order (rules 2 to 4)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from appliance.naming import cleaning, grammar, series
from appliance.naming.badnames import why_bad
from appliance.naming.profiles import Rules
from appliance.naming.proposals import Shot
from appliance.words import Description, Origin, Role, Word

# Below it a word is more likely wrong than right, and one supported word is better than a doubtful second.
DOUBTFUL = 0.5

_MOST_ALTERNATIVES = 5
_ORDER = list(Role)

# Elsewhere an article is part of a name: Los Angeles, The North Face.
_SENTENCES = frozenset({Origin.PIXELS, Origin.TEXT, Origin.METADATA, Origin.CONTEXT})


@dataclass(frozen=True, slots=True)
class Stem:
    """Words whose texts, joined by hyphens, are a stem; `slot` is where a template wants its number."""

    words: tuple[Word, ...]
    slot: int | None = None

    @property
    def text(self) -> str:
        return "-".join(word.text for word in self.words)

    @property
    def around_slot(self) -> tuple[str, str]:
        """What stands before and after a number."""
        slot = len(self.words) if self.slot is None else self.slot
        before = "".join(f"{word.text}-" for word in self.words[:slot])
        return before, "".join(f"-{word.text}" for word in self.words[slot:])

    def numbered(self, number: str) -> "Stem":
        slot = len(self.words) if self.slot is None else self.slot
        word = Word(number, Role.ATTRIBUTE, Origin.COUNTER)
        return Stem((*self.words[:slot], word, *self.words[slot:]))


def stems(shot: Shot, rules: Rules, *, room: int) -> list[Stem]:
    """The names that the description allows, the best first: one for each candidate, then the first one with a word
    more that tells it apart. `room` is kept for a number at the end.
    """
    found: dict[str, Stem] = {}
    date = _date(shot, rules)
    for words in _chosen(shot, rules, room):
        stem = Stem(without_fault((*date, *words)))
        if len(stem.words) > len(date) and not why_bad(stem.text):
            found.setdefault(stem.text, stem)
    return list(found.values())


def without_fault(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words, less those at the end that would make a name which rule 9 forbids."""
    while words and grammar.fault(_text(words)):
        shorter = words[-1].text.rpartition("-")[0]
        words = (*words[:-1], replace(words[-1], text=shorter)) if shorter else words[:-1]
    return words


def _chosen(shot: Shot, rules: Rules, room: int) -> Iterator[list[Word]]:
    sure = [words for i, words in enumerate(shot.description.candidates) if i == 0 or _is_sure(words, rules.threshold)]
    limits = _Limits(rules, _prefix_length(shot, rules), room)
    best: list[Word] = []
    for candidate in sure[:_MOST_ALTERNATIVES]:
        words = _compose(candidate, shot.description, limits)
        best = best or words
        yield words
    if best:
        yield from _told_apart(best, sure, limits)


def _is_sure(candidate: Sequence[Word], threshold: float) -> bool:
    return min((word.score for word in candidate if word.role is Role.SUBJECT), default=0.0) >= threshold


def _date(shot: Shot, rules: Rules) -> tuple[Word, ...]:
    taken_at = series.taken_at(shot)
    if not rules.profile.dated or taken_at is None:
        return ()
    return (Word(taken_at.date().isoformat(), Role.ATTRIBUTE, Origin.EXIF),)


def _prefix_length(shot: Shot, rules: Rules) -> int:
    return sum(len(word.text) + 1 for word in _date(shot, rules))


@dataclass(frozen=True, slots=True)
class _Limits:
    rules: Rules
    prefix: int  # characters before the words
    room: int  # characters after them

    def usual(self, words: Iterable[Word]) -> bool:
        text = _text(words)
        profile = self.rules.profile
        short = self.prefix + len(text) <= profile.usual_characters
        return short and grammar.count_words(text) <= profile.usual_words and self.hard(words)

    def hard(self, words: Iterable[Word]) -> bool:
        return grammar.fits(_text(words), self.rules.profile, self.rules.name_max, room=self.prefix + self.room)


def _text(words: Iterable[Word]) -> str:
    return "-".join(word.text for word in words)


def _compose(candidate: Sequence[Word], description: Description, limits: _Limits) -> list[Word]:
    for keep_picture_words in (False, True):
        chosen = _said(candidate, limits, keep_picture_words)
        if chosen:
            return _ordered([*chosen, *_keyword(candidate, description, chosen, limits)])
    return []


def _said(candidate: Sequence[Word], limits: _Limits, keep_picture_words: bool) -> list[Word]:
    """What the candidate says without its keywords, in order of importance and as long as there is room."""
    chosen: list[Word] = []
    for word in sorted(candidate, key=lambda word: word.role is not Role.SUBJECT):
        if word.role is Role.KEYWORD or (chosen and word.score < DOUBTFUL):
            continue
        word = fresh(word, chosen, limits.rules, keep_picture_words=keep_picture_words)
        if not chosen:
            word = _cut(word, limits)
        if word.text and (not chosen or limits.usual([*chosen, word])):
            chosen.append(word)
    return chosen


def fresh(word: Word, chosen: Iterable[Word], rules: Rules, *, keep_picture_words: bool = False) -> Word:
    """The word as it stands in the name, without what the name says already."""
    parts = cleaning.phrase(word.text, rules.language)
    if word.origin in _SENTENCES:
        parts = cleaning.without_opening(parts, rules.language)
    if not keep_picture_words:
        parts = cleaning.without_picture_words(parts)
    seen = {token for other in chosen for token in other.text.split("-")}
    said: dict[str, None] = {}
    for part in parts:
        for token in cleaning.written(part, rules.language, ascii_only=rules.profile.ascii):
            if token not in seen:
                said[token] = None
    return replace(word, text="-".join(said))


def _cut(word: Word, limits: _Limits) -> Word:
    """The word cut between its parts to what a name may have at most."""
    while word.text and not limits.hard([word]):
        word = replace(word, text=word.text.rpartition("-")[0])
    return word


def _keyword(
    candidate: Sequence[Word], description: Description, chosen: Sequence[Word], limits: _Limits
) -> list[Word]:
    """At most one keyword: an owner's that the picture supports, else the candidate's, else the owner's first."""
    rules = limits.rules
    owners = [Word(text, Role.KEYWORD, Origin.KEYWORD) for text in rules.keywords if _tokens(text, rules)]
    said = _vocabulary(description, rules)
    supported = [word for word in owners if _tokens(word.text, rules) <= said]
    theirs = [word for word in candidate if word.role is Role.KEYWORD and word.score >= DOUBTFUL]
    for word in (*supported, *theirs, *owners[:1]):
        word = fresh(word, chosen, rules, keep_picture_words=word.origin is Origin.KEYWORD)
        if not word.text:
            return []  # the name has it already
        if limits.usual([*chosen, word]):
            return [word]
    return []


def _vocabulary(description: Description, rules: Rules) -> set[str]:
    texts = [description.text, description.alt, description.title, description.caption, *description.keywords]
    words = (word.text for candidate in description.candidates for word in candidate)
    return _tokens(" ".join((*texts, *words)), rules)


def _tokens(text: str, rules: Rules) -> set[str]:
    return set(cleaning.tokens(text, rules.language, ascii_only=rules.profile.ascii))


def _ordered(words: Iterable[Word]) -> list[Word]:
    return sorted(words, key=lambda word: _ORDER.index(word.role))


def _told_apart(best: list[Word], candidates: Iterable[Sequence[Word]], limits: _Limits) -> Iterator[list[Word]]:
    """The best name with one word more, from any candidate, that it does not have yet."""
    words = [word for candidate in candidates for word in candidate]
    words = [word for word in words if word.role not in {Role.SUBJECT, Role.KEYWORD} and word.score >= DOUBTFUL]
    for word in _ordered(words)[:_MOST_ALTERNATIVES]:
        word = fresh(word, best, limits.rules)
        longer = _ordered([*best, word])
        if word.text and limits.hard(longer):
            yield longer
