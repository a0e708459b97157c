"""Names of persons, which stand in nothing that is said of a picture unless more than its pixels speaks for them.

Two nets: the names that the model itself lists, and what looks like a name. The second one has holes: a name that the
model does not list, that has no common given name in it and no title before it, is not noticed, nor is one in a script
without capitals. And a model that says that it has read a name in the picture is believed.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "given_names.txt"
_WORD = re.compile(r"\w+(?:['’]\w+)*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    "mr mrs ms miss dr prof president chancellor minister senator congressman congresswoman governor mayor sir dame "
    "actor actress singer rapper footballer politician comedian influencer celebrity named called nicknamed "
    "herr frau präsident präsidentin bundeskanzler bundeskanzlerin kanzler kanzlerin schauspieler schauspielerin "
    "sänger sängerin politiker politikerin namens monsieur madame président présidente acteur actrice chanteur "
    "chanteuse señor señora presidente presidenta cantante actriz signor signora"
)
_ARTICLES = _words("a an the ein eine der die das un une le la el una il lo o um uma een en")
# Whom anybody sees, of whatever name.
_ANYBODY = _words(
    "adult athlete baby boy bride child children couple crowd cyclist dancer family girl group groom kid kids man men "
    "musician people person player runner skier surfer toddler tourist unknown woman women worker none null "
    "baby braut familie frau frauen gruppe junge kind kinder leute mann männer mensch menschen mädchen paar person "
    "personen bébé enfant enfants famille femme femmes fille garçon groupe homme hommes personne personnes bebé "
    "familia hombre hombres mujer mujeres niña niño niños persona personas bambina bambino donna famiglia uomo"
)
# What is named after somebody, and is no person: "Charles Bridge", "St Peter's Basilica".
_NAMESAKES = _words(
    "airport arena avenue basilica bay bridge building castle cathedral chapel church college dam falls fort "
    "garden gardens glacier hall hospital house island islands lake library memorial monument mountain museum "
    "national palace park peak plaza point port range river rose school spaniel square stadium station statue "
    "street temple tower university valley basilika brücke denkmal dom flughafen gasse hütte insel kirche "
    "museum münster palais platz see straße turm universität"
)


def tokens(text: str) -> list[str]:
    """The words of a text without a possessive ending, in lower case."""
    return [re.sub(r"['’]s?$", "", word) for word in _WORD.findall(text.casefold())]


def unsupported(claimed: Iterable[str], said: Iterable[str], support: Iterable[str]) -> frozenset[str]:
    """The words of names that nothing but pixels speaks for. `claimed` are names that the model lists, `said` all texts
    of its answer, `support` what a person wrote or what is written in the picture."""
    known, listed = {token for text in support for token in tokens(text)}, list(claimed)
    names = [_listed(name) for name in listed] + [
        name for text in (*listed, *said) for name in _looking_like_names(text)
    ]
    return frozenset(token for name in names if not known.issuperset(name) for token in name if len(token) > 1)


def names(text: str, those: frozenset[str]) -> bool:
    """Whether the text has a word of one of the names."""
    return not those.isdisjoint(tokens(text))


def _listed(entry: str) -> list[str]:
    """The name that a model lists. Smaller models list "woman in red" as well, which is none."""
    words = [word for word in _WORD.findall(entry) if word.casefold() not in _ARTICLES]
    if not words or not _ANYBODY.isdisjoint(tokens(words[0])):
        return []
    return tokens(" ".join(word for word in words if not word[0].islower()))


def _looking_like_names(text: str) -> Iterator[list[str]]:
    """A given name and the capitals that follow it; capitals that follow a title, as in "President Smith"."""
    words = _WORD.findall(text)
    for place, word in enumerate(words):
        folded, following = "".join(tokens(word)), _capitals(words[place + 1 :])
        if not _NAMESAKES.isdisjoint(following):
            continue
        if folded in _given_names():
            yield [folded, *following]
        elif folded in _TITLES and following:
            yield following


def _capitals(words: list[str]) -> list[str]:
    """Of the next two words those before the first that has no capital."""
    following = []
    for word in words[:2]:
        if not word[0].isupper():
            break
        following += tokens(word)
    return following


@cache
def _given_names() -> frozenset[str]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
