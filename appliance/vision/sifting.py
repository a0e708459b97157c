"""What of a model's answer may be said: in words with their origins, without what nobody may read in a name."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from appliance.vision import answers, people, privacy, shown
from appliance.vision.answers import Answer
from appliance.vision.provider import Context, Evidence
from appliance.words import Description, Origin, Role, Word

# What a model's own word for its certainty is worth. A model is no judge of itself, and none of them is calibrated:
# "sure" is far below what a person would mean by it, "likely" just enough for a name, and anything else is not.
CONFIDENCE = {"sure": 0.75, "likely": 0.55, "guess": 0.3}
UNKNOWN = 0.5  # of a model that says nothing of it
RULES = 1  # raised whenever the same answer is taken otherwise
LATER = 0.95  # of the score, for each candidate that comes after another

WORD, WORDS = 50, 5  # characters and words of what is one word of a name
MOST_CANDIDATES, MOST_WORDS, MOST_LISTED = 3, 6, 8
LINES, TEXT = 12, 120  # of the text in the picture, and characters of each
ALT, TITLE, CAPTION = 250, 100, 400  # characters

# Paths, markup, code: no word of any language.
_CODE = re.compile(
    r"[{}<>\\=^~|`$;*\[\]\x22@]|\.\.|://|(?:^|\s)[/.-]|/$|\w\(|--|"
    r"\.(?:exe|bat|cmd|com|scr|dll|js|php|html?|sh|jpe?g|png|gif|webp)$",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[{}<>\\]|\.\./|://")
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.*\b(?:instructions?|prompts?|rules?|above|previous|earlier)\b|"
    r"\b(?:system prompt|as an ai|i cannot|i can't|i'm sorry|you are now|<?null>?|undefined)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+")
_PICTURED = re.compile(r"^(?:an? |the )?(?:image|photo(?:graph)?|picture) (?:of|shows?|showing)\s+", re.IGNORECASE)

_WHY = {
    Origin.PIXELS: "The model sees it.",
    Origin.TEXT: "It is written in the picture, as the model reads it.",
    Origin.KEYWORD: "It is one of your keywords, and the model sees it.",
    Origin.CONTEXT: "It is known of the page or product, and the model sees it.",
    Origin.PLACE: "It is the place where the picture was taken.",
    Origin.FOLDER: "It stands in the name of the folder, and the model sees it.",
}
PERSON = "It is a person's name, of which nothing but the pixels speaks."
PRIVATE = "It is private: {}."
NO_WORD = "It is no word for a name."


@dataclass(frozen=True, slots=True)
class Sifted:
    """`weighed` is every word of the answer, with why it is said or not."""

    description: Description
    weighed: tuple[Evidence, ...]


@dataclass
class Sieve:
    """One answer on its way. `weighed` fills while words are taken from it."""

    answer: Answer
    context: Context
    weighed: list[Evidence] = field(default_factory=list)

    def __post_init__(self) -> None:
        lines = [shown.line(line, TEXT) for text in answers.texts(self.answer.text, LINES) for line in text.split("\n")]
        private = privacy.reasons(lines[:LINES])
        self.lines = [line for line, reason in zip(lines, private, strict=False) if line and not reason]
        hidden = [line for line, reason in zip(lines, private, strict=False) if reason]
        self.secrets = {token for line in hidden for token in _telling(line)}
        self.names = people.unsupported(
            answers.texts(self.answer.people, MOST_LISTED),
            _everything(self.answer),
            [*_written(self.context), *self.lines],
        )
        self.origins = [(origin, set(people.tokens(text))) for origin, text in _sources(self.context, self.lines)]

    def why_not(self, text: str) -> str | None:
        """Why nobody may read it; None where everybody may."""
        if people.names(text, self.names):
            return PERSON
        if reason := privacy.private(text):
            return PRIVATE.format(reason)
        return PRIVATE.format("it stands beside a secret") if not self.secrets.isdisjoint(people.tokens(text)) else None

    def word(self, text: str, role: Role, score: float) -> Word | None:
        """The text as a word; None, with the reason in `weighed`, where it can be none."""
        whole = shown.clean(text[: 8 * WORD])
        word = Word(shown.line(whole, WORD), role, self._origin(whole), round(score, 3))
        reason = self.why_not(whole) if is_word(whole) else NO_WORD
        if reason is None:
            return word
        hidden = word if reason == NO_WORD else replace(word, text="(left out)")
        self.weighed.append(Evidence(hidden, False, reason))
        return None

    def _origin(self, text: str) -> Origin:
        tokens = set(people.tokens(text))
        return next((origin for origin, known in self.origins if tokens and tokens <= known), Origin.PIXELS)

    def sentences(self, text: str, longest: int) -> str:
        """Those sentences of a text that everybody may read, as far as there is room."""
        kept: list[str] = []
        for sentence in _SENTENCE.split(shown.line(_PICTURED.sub("", text.strip(), count=1), 2 * longest)):
            fits = sum(map(len, kept)) + len(kept) + len(sentence) <= longest
            if fits and not self.why_not(sentence) and not _MARKUP.search(sentence) and not _ORDERS.search(sentence):
                kept.append(sentence)
        said = " ".join(kept)
        return said[:1].upper() + said[1:]


def is_word(text: str) -> bool:
    """Whether it is short, and neither a path, markup nor an order."""
    short = len(text) <= WORD and len(text.split()) <= WORDS and any(map(str.isalnum, text))
    return short and not _CODE.search(text) and not _ORDERS.search(text)


def sift(answer: Answer, context: Context) -> Sifted:
    """Every text of the answer, cleaned, within its length, and without what is private or names a person."""
    sieve = Sieve(answer, context)
    certainty = answers.text_of(answer.certainty).casefold()
    confidence = CONFIDENCE.get(certainty, UNKNOWN)
    candidates = tuple(_candidates(sieve, confidence))
    description = Description(
        candidates=candidates,
        text="\n".join(sieve.lines),
        alt=sieve.sentences(answers.text_of(answer.alt), ALT),
        title=sieve.sentences(answers.text_of(answer.title), TITLE),
        caption=sieve.sentences(answers.text_of(answer.caption), CAPTION),
        keywords=_keywords(sieve),
        confidence=confidence if candidates else 0.0,
    )
    return Sifted(description, (*_said(candidates), *dict.fromkeys(sieve.weighed)))


def _candidates(sieve: Sieve, confidence: float) -> Iterator[tuple[Word, ...]]:
    """Those of the answer, and one of its subject and attributes, each once."""
    seen: set[tuple[str, ...]] = set()
    for texts in _alternatives(sieve.answer):
        score = confidence * LATER ** len(seen)
        found = [sieve.word(text, _role(sieve.answer, text, place), score) for place, text in enumerate(texts)]
        if not found or found[0] is None:
            continue  # what is left would be a name without what it is a name of
        words = tuple(_once(word for word in found if word))
        key = tuple(word.text.casefold() for word in words)
        if key not in seen and len(seen) < MOST_CANDIDATES:
            seen.add(key)
            yield words


def _alternatives(answer: Answer) -> Iterator[list[str]]:
    given = answer.candidates if isinstance(answer.candidates, list) else [answer.candidates]
    for one in given[:MOST_CANDIDATES]:
        yield answers.texts(one, MOST_WORDS)
    lists = (answer.subject, answer.attributes, answer.others, answer.place)
    yield [text for value in lists for text in answers.texts(value, MOST_WORDS)]


def _once(words: Iterable[Word]) -> Iterator[Word]:
    seen: set[str] = set()
    for word in words:
        if word.text.casefold() not in seen:
            seen.add(word.text.casefold())
            yield word


def _role(answer: Answer, text: str, place: int) -> Role:
    """Of a word of a candidate: its first is the subject, the others are what the answer says of them elsewhere."""
    if place == 0:
        return Role.SUBJECT
    tokens = set(people.tokens(text))
    if tokens and tokens <= set(people.tokens(answers.text_of(answer.place))):
        return Role.PLACE
    attributes = {token for one in answers.texts(answer.attributes, MOST_LISTED) for token in people.tokens(one)}
    return Role.ATTRIBUTE if tokens and tokens <= attributes else Role.SECOND


def _keywords(sieve: Sieve) -> tuple[str, ...]:
    texts = answers.texts(sieve.answer.keywords, MOST_LISTED)
    words = (sieve.word(text, Role.KEYWORD, UNKNOWN) for text in texts)
    return tuple(dict.fromkeys(word.text for word in words if word))


def _said(candidates: Sequence[tuple[Word, ...]]) -> list[Evidence]:
    best = candidates[0] if candidates else ()
    others = dict.fromkeys(word for candidate in candidates[1:] for word in candidate)
    known = {word.text for word in best}
    return [Evidence(word, True, _WHY[word.origin]) for word in best] + [
        Evidence(word, False, "It stands in another candidate.") for word in others if word.text not in known
    ]


def _sources(context: Context, lines: Sequence[str]) -> list[tuple[Origin, str]]:
    """The texts that a word may come from, the owner's first."""
    return [
        *((Origin.KEYWORD, keyword) for keyword in context.keywords),
        (Origin.CONTEXT, context.site),
        (Origin.PLACE, context.place),
        (Origin.FOLDER, context.folder),
        (Origin.TEXT, " ".join(lines)),
    ]


def _written(context: Context) -> list[str]:
    """What a person wrote, which speaks for the name of a person."""
    accepted = (one.accepted for one in context.examples)
    return [*context.keywords, context.folder, context.site, context.place, *context.glossary, *accepted]


def _everything(answer: Answer) -> list[str]:
    given = answer.candidates if isinstance(answer.candidates, list) else [answer.candidates]
    phrases = [" ".join(answers.texts(one, MOST_WORDS)) for one in given[:MOST_CANDIDATES]]
    texts = map(answers.text_of, (answer.subject, answer.alt, answer.title, answer.caption))
    lists = (answer.attributes, answer.others, answer.keywords)
    return [*phrases, *texts, *(text for value in lists for text in answers.texts(value, MOST_LISTED))]


def _telling(line: str) -> Iterator[str]:
    """Of a private line the words that must stand nowhere: those with digits, and what follows a colon."""
    yield from (token for token in people.tokens(line) if any(map(str.isdigit, token)))
    _, colon, after = line.rpartition(":")
    if colon:
        yield from people.tokens(after)
