"""The words of a file from several places, as one, and no more of them than anyone reads."""

from collections.abc import Iterable, Mapping

from appliance.words import FileWords

# So that an answer fits into one message.
_MOST_LANGUAGES, _MOST_KEYWORDS = 8, 50
_LONGEST_TITLE, _LONGEST_CAPTION, _LONGEST_KEYWORD = 200, 500, 60  # characters


def merged(sources: Iterable[FileWords]) -> FileWords:
    """Of each sort what the first source has that has any, within bounds and in one line each."""
    found = FileWords()
    for source in map(_tidied, filter(None, sources)):
        found = FileWords(
            found.titles or source.titles,
            found.headline or source.headline,
            found.captions or source.captions,
            found.keywords or source.keywords,
            found.alts or source.alts,
        )
    return found


def _tidied(words: FileWords) -> FileWords:
    keywords = (_line(word, _LONGEST_KEYWORD) for word in words.keywords)
    return FileWords(
        titles=_lines(words.titles, _LONGEST_TITLE),
        headline=_line(words.headline, _LONGEST_TITLE),
        captions=_lines(words.captions, _LONGEST_CAPTION),
        keywords=tuple(dict.fromkeys(word for word in keywords if word))[:_MOST_KEYWORDS],
        alts=_lines(words.alts, _LONGEST_CAPTION),
    )


def _lines(texts: Mapping[str, str], longest: int) -> dict[str, str]:
    lines = {language[:20]: _line(text, longest) for language, text in texts.items()}
    kept = [(language, text) for language, text in lines.items() if text]
    return dict(kept[:_MOST_LANGUAGES])


def _line(text: str, longest: int) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * longest])
    return " ".join(printable.split())[:longest].strip()
