"""A description in, the stems of names out: which words, in which order (rules 2 to 4)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from appliance.naming import cleaning, grammar, series
from appliance.naming.badnames import why_bad
from appliance.naming.proposals import Shot
from appliance.naming.rules import Rules
from appliance.naming.terms import Brand, Term
from appliance.words import Description, Origin, Role, Word

# Below it a word is more likely wrong than right, and one supported word is better than a doubtful second.
DOUBTFUL = 0.5

_MOST_ALTERNATIVES = 5
_USUAL = Rules()
_ORDER = list(Role)

# Elsewhere an article is part of a name: Los Angeles, The North Face.
_SENTENCES = frozenset({Origin.PIXELS, Origin.TEXT, Origin.METADATA, Origin.CONTEXT})

# What a list of allowed words does not hold for: it says which of the recognised words may be used.
_OWNERS = frozenset({Origin.KEYWORD, Origin.PERSON, Origin.ORIGINAL, Origin.PLACE, Origin.EXIF, Origin.COUNTER})


@dataclass(frozen=True, slots=True)
class Stem:
    """Words whose texts, joined by hyphens, are a stem; `slot` is where a template wants its number, and `digits` how
    many that has at least, 0 for as many as usual."""

    words: tuple[Word, ...]
    slot: int | None = None
    digits: int = 0

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
        stem = Stem(without_fault((*date, *words), rules))
        if len(stem.words) > len(date) and not why_bad(stem.text):
            found.setdefault(stem.text, stem)
    return list(found.values())


def without_fault(words: tuple[Word, ...], rules: Rules = _USUAL) -> tuple[Word, ...]:
    """The words, less those at the end that would make a name which rule 9 or the target forbids."""
    while words and grammar.fault(_text(words), rules.reserved_suffixes):
        shorter = rules.lists.without_last(words[-1].text)
        words = (*words[:-1], replace(words[-1], text=shorter)) if shorter else words[:-1]
    return words


def with_subject(description: Description, rules: Rules) -> Description:
    """The description less the candidates of which no subject is among the words that the profile allows, or each is
    banned: an attribute alone is no name.

    Where the first falls, its confidence says nothing of the next: that has its own subject's.
    """
    if not (rules.lists.allowed or rules.lists.banned):
        return description
    candidates = description.candidates
    kept = tuple(
        words
        for i, words in enumerate(candidates)
        if (i == 0 or _is_sure(words, rules.threshold)) and _keeps_subject(words, rules)
    )
    if not kept or kept[0] is candidates[0]:
        return replace(description, candidates=kept)
    return replace(description, candidates=kept, confidence=min(description.confidence, _lowest_subject(kept[0])))


def _keeps_subject(candidate: Sequence[Word], rules: Rules) -> bool:
    subjects = [word for word in candidate if word.role is Role.SUBJECT]
    if not subjects:
        return not rules.lists.allowed
    texts = (fresh(word, (), rules, keep_picture_words=True).text for word in subjects)
    return any(grammar.count_words(text) for text in texts if text)


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
    return _lowest_subject(candidate) >= threshold


def _lowest_subject(candidate: Sequence[Word]) -> float:
    return min((word.score for word in candidate if word.role is Role.SUBJECT), default=0.0)


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
        rules = self.rules
        room = self.prefix + self.room
        return grammar.fits(_text(words), rules.profile, rules.name_max, room=room, unicode_form=rules.unicode_form)


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
    terms = rules.lists.terms(word.text)
    if word.origin in _SENTENCES:
        terms = cleaning.without_opening(terms, rules.language)
    if not keep_picture_words:
        terms = cleaning.without_picture_words(terms)
    terms = rules.lists.admitted(terms, controlled=word.origin not in _OWNERS)
    seen = {token for other in chosen for token in other.text.split("-")}
    return replace(word, text="-".join(_unsaid(terms, seen, rules)))


def _unsaid(terms: Iterable[Term], seen: set[str], rules: Rules) -> Iterator[str]:
    """The terms as they stand in a name, without the words that have been `seen`; a brand goes whole or not at all."""
    for term in terms:
        tokens = _written(term, rules)
        fresh_tokens = [token for token in tokens if token not in seen]
        if fresh_tokens:
            yield from tokens if isinstance(term, Brand) else dict.fromkeys(fresh_tokens)
        seen.update(tokens)


def _written(term: Term, rules: Rules) -> Sequence[str]:
    if isinstance(term, Brand):
        return term.text.split("-")
    return cleaning.written(term, rules.language, ascii_only=rules.profile.ascii)


def _cut(word: Word, limits: _Limits) -> Word:
    """The word cut between its parts to what a name may have at most."""
    while word.text and not limits.hard([word]):
        word = replace(word, text=limits.rules.lists.without_last(word.text))
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
    terms = rules.lists.admitted(rules.lists.terms(text), controlled=False)
    return {token for term in terms for token in _written(term, rules)}


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
