"""The words that people wrote into a picture's file, before those of any model."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from appliance import naming
from appliance.vision import privacy
from appliance.words import Description, FileWords, Origin, Role, Word

TITLE, HEADLINE, CAPTION, KEYWORD = "title", "headline", "caption", "keyword"

_SCORES = {TITLE: 1.0, HEADLINE: 1.0, CAPTION: 0.9, KEYWORD: 0.9}
_FILED = 0.75  # of a name made of keywords alone, whose order says nothing
_SURE = 0.5  # of what was seen, to be said before the keywords
_MOST_WORDS = 8  # of a caption, or its first clause, that may be a name
_MOST_KEYWORDS = 4  # in a name that has nothing else

_HIDDEN = "…"  # what is private is shown nowhere

_CLAUSE = re.compile(r"[.;:!?–—|(\[]\s|\s[–—|(\[-]\s?|,\s|[.!?]$")
_ENDING = re.compile(r"[\s-]*\.(?:jpe?g|png|tiff?|webp|gif|bmp|hei[cf]|avif|psd|nef|cr[23]|arw|dng)$", re.IGNORECASE)


def _whole(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_BY_A_PROGRAM = _whole(
    r"(?:[\w-]+ ){0,2}digital (?:still |video )?camera(?: .{0,20})?",
    r"(?:sony|minolta|konica|kodak|canon|nikon|olympus) ?(?:dsc|dcf|exif)?\W*",
    r"dcf 1\.0|dcim\W?.*|exif[_ -]jpeg.*|jpe?g(?: image)?|default|unknown|none|null|n/?a|test|\W*",
    r"(?:no |my |add (?:a )?)?(?:title|caption|description|headline|comment)s?|image description",
    r"untitled.*|unbenannt.*|sans titre.*|sin título.*|screen ?shot(?:\W*\d.*)?",
    r"(?:created|made|edited|processed|exported|taken|scanned|generated|shot|captured|uploaded|converted|optimi[sz]ed|"
    r"drawn|rendered) (?:with|by|using|in|on|from|via)\b.*",
    r"(?:adobe |gimp\b|picasa|paint\.net|snapseed|instagram|vsco|acdsee|lavc|lead technologies|intel\(r\)|google\b).*",
    r"hdr\+?|raw|edited|favou?rites?|imported|exported|rating\W*\d?|[1-5] stars?",
)
_RIGHTS = re.compile(
    r"©|\(c\)\s*(?:\d{4}|[A-Z])|copyright|all rights reserved|alle rechte|tous droits|todos los derechos|"
    r"tutti i diritti|creative commons|\bcc[ -]by\b|\broyalty.free\b",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:photo(?:s|graph(?:s|y|ed)?)?|foto|image|picture|bild|shot)\s*(?:by|von|par|credit|courtesy|:)|"
    r"(?:photographer|fotograf\w*|photographe|credits?|source|quelle|author|artist|model|courtesy)\s*(?::|of\b|by\b)|"
    r"by\s+(?-i:[A-Z])(?!he\b)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|org|net|de|io)\b|^@\w+$", re.IGNORECASE)
_CODE = re.compile(r"[{}<>\\=^~]")
_LEAST_LETTERS = 0.6  # of a text that is language


@dataclass(frozen=True, slots=True)
class Weighed:
    """A text of the file, of which `kind` it is, and why it stands in no name, "" where it may."""

    text: str
    kind: str
    why_not: str = ""

    @property
    def word(self) -> Word:
        role = Role.KEYWORD if self.kind == KEYWORD else Role.SUBJECT
        return Word(self.text, role, Origin.METADATA, _SCORES[self.kind])


def with_file_words(said: Description, written: FileWords, *, language: str, camera: str = "") -> Description:
    """What was said of the picture, after what a person said of it. `camera` is its make and model.

    A title leads every candidate, so that the second picture of that title is told from the first by what is seen.
    """
    if not written:
        return said
    return _with_texts(_with_words(said, written, language, camera), written, language, camera)


def _with_words(said: Description, written: FileWords, language: str, camera: str) -> Description:
    good = [one for one in weighed(written, language=language, camera=camera) if not one.why_not]
    keywords = tuple(one.word for one in good if one.kind == KEYWORD)
    title = next((one for one in good if one.kind != KEYWORD), None)
    said = replace(said, keywords=(*(word.text for word in keywords), *said.keywords))
    if title is not None:
        return _led(said, title.word, keywords)
    return _filed(said, keywords) if keywords else said


def _with_texts(said: Description, written: FileWords, language: str, camera: str) -> Description:
    """What a person wrote is proposed as it stands there, however long it is, in place of what was seen."""
    titles = (_ENDING.sub("", _in_language(written.titles, language)), written.headline)
    found = {
        "alt": _said([_in_language(written.alts, language)], camera),
        "title": _said(titles, camera),
        "caption": _said([_in_language(written.captions, language)], camera),
    }
    return replace(
        said,
        from_file=tuple(name for name, text in found.items() if text),
        alt=found["alt"] or said.alt,
        title=found["title"] or said.title,
        caption=found["caption"] or said.caption,
    )


def _said(texts: Iterable[str], camera: str) -> str:
    """The first that a person meant to be read. A single word may be a file's name or an address, as in a name."""
    for text in filter(None, texts):
        why_not = _why_not if len(text.split()) == 1 else _is_no_text
        if not why_not(text, camera) and _is_language(text) and not privacy.private(text):
            return text
    return ""


def weighed(written: FileWords, *, language: str, camera: str = "") -> list[Weighed]:
    """Every text of the file once, what comes first in a name first."""
    texts = [
        (TITLE, _ENDING.sub("", _in_language(written.titles, language))),
        (HEADLINE, written.headline),
        (CAPTION, _in_language(written.captions, language)),
        *((KEYWORD, text) for text in written.keywords),
    ]
    once: dict[str, tuple[str, str]] = {}
    for kind, text in texts:
        once.setdefault(text.casefold(), (kind, text))
    return [_weighed(text, kind, camera) for kind, text in once.values() if text]


def _in_language(texts: dict[str, str], language: str) -> str:
    """In the language of the names, else as it stands there first."""
    code = language.split("-")[0].lower()
    matching = (text for tag, text in texts.items() if tag.split("-")[0] == code)
    return next(matching, "") or texts.get("", "") or next(iter(texts.values()), "")


def _weighed(text: str, kind: str, camera: str) -> Weighed:
    if kind == CAPTION and len(text.split()) > _MOST_WORDS:
        clause = next(_clauses(text))
        if len(clause.split()) > _MOST_WORDS:
            return Weighed(text, kind, why_not="it is too long for a name")
        text = clause
    if private := privacy.private(text):
        return Weighed(_HIDDEN, kind, f"it holds {private}")
    return Weighed(text, kind, _why_not(text, camera))


def _clauses(text: str) -> Iterator[str]:
    return (clause.strip() for clause in _CLAUSE.split(text) if clause.strip())


def _why_not(text: str, camera: str) -> str:
    if reason := _is_no_text(text, camera):
        return reason
    if _ADDRESS.search(text):
        return "it is a web address"
    if bad := naming.why_bad(f"{text}.jpg"):
        return f"as a name it would be {bad}"
    return "" if _is_language(text) else "it is no language"


def _is_no_text(text: str, camera: str) -> str:
    """Why nobody wrote it to say what the picture shows; "" where somebody may have."""
    if _BY_A_PROGRAM.fullmatch(text) or _is_camera(text, camera):
        return "a camera or a program wrote it"
    return "it says whose the picture is" if _RIGHTS.search(text) or _CREDIT.match(text) else ""


def _is_camera(text: str, camera: str) -> bool:
    mine, theirs = text.casefold().split(), camera.casefold().split()
    return bool(mine) and set(mine) <= set(theirs)


def _is_language(text: str) -> bool:
    letters = sum(letter.isalnum() or letter.isspace() for letter in text)
    return not _CODE.search(text) and letters >= _LEAST_LETTERS * len(text)


def _led(said: Description, title: Word, keywords: Sequence[Word]) -> Description:
    behind = ((title, *_beside(candidate), *keywords) for candidate in said.candidates)
    return replace(said, candidates=((title, *keywords), *behind), title=title.text, confidence=title.score)


def _beside(candidate: Sequence[Word]) -> tuple[Word, ...]:
    return tuple(replace(word, role=Role.SECOND) if word.role is Role.SUBJECT else word for word in candidate)


def _filed(said: Description, keywords: tuple[Word, ...]) -> Description:
    """What was seen and is a keyword too comes first, then what was seen for sure, then the keywords alone."""
    tagged = {word.text.casefold() for word in keywords}
    agreed = [one for one in said.candidates if _subject(one) in tagged]
    if agreed:
        others = [one for one in said.candidates if one not in agreed]
        candidates = tuple((*one, *keywords) for one in (*agreed, *others))
        return replace(said, candidates=candidates, confidence=max(said.confidence, _SCORES[KEYWORD]))
    if said.candidates and said.confidence >= _SURE:
        return replace(said, candidates=tuple((*one, *keywords) for one in said.candidates))
    first, *more = keywords[:_MOST_KEYWORDS]
    alone = (replace(first, role=Role.SUBJECT), *(replace(word, role=Role.SECOND) for word in more))
    behind = ((*alone, *_beside(candidate)) for candidate in said.candidates)
    return replace(said, candidates=(alone, *behind), confidence=_FILED)


def _subject(candidate: Sequence[Word]) -> str:
    return next((word.text.casefold() for word in candidate if word.role is Role.SUBJECT), "")
