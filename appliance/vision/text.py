"""What the text in a picture says of it: its title; and what of it must not be passed on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from appliance.vision import privacy, shown
from appliance.vision.boxes import Box
from appliance.vision.incidental import IDEOGRAPHS, incidental, is_menu_word
from appliance.vision.privacy import private
from appliance.vision.provider import Evidence
from appliance.words import Origin, Role, Word

__all__ = ["Line", "evidence", "private", "public", "title"]

LONGEST = 120  # characters of a title
PAPERS = frozenset({"certificate", "contract", "estimate", "invoice", "menu", "quotation", "receipt", "ticket"})
PAPERS |= {"angebot", "quittung", "rechnung", "vertrag", "contrat", "devis", "facture", "reçu"}
PAPERS |= {"contrato", "factura", "fatura", "recibo", "contratto", "fattura", "ricevuta", "factuur"}
JOINED = 3  # lines of one title
SAME_SIZE = 1.35  # between the heights of two lines of one title
NEAR = 0.8  # heights of a line between two lines of one title; the rows of a list are further apart
ENOUGH = 0.35  # of the height of the tallest letters; smaller lines are text and no title
TOP, BOTTOM, SMALL = 0.06, 0.94, 0.03  # of the height: where small lines are bars, headers and footers
ROW = 0.02  # of the height, within which lines stand beside each other
CERTAIN = 0.95  # of a score, below which some letter of a line was misread as often as not
SHORT, HEADING = 6, 12  # words: up to which a line may be a title whatever its form, and up to which it can be one
TOP_THIRD = 0.3
LONG = 9  # words, above which a line is rather a sentence
BAR = 0.15  # of the height, in which the bar with an app's or a page's title is
CENTRED = 0.04  # of the width, about the middle
LISTED = 3  # commas in a list of people, in an address, in what is said of an ingredient


@dataclass(frozen=True, slots=True)
class Line:
    """`tall` is the height of its letters as a fraction of the picture's. `private` is why the text is left out, and
    the text is then empty."""

    text: str
    score: float
    box: Box
    tall: float
    private: str = ""


def public(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines in the order in which they stand in the picture, but without the text of those that are private, which
    is thereby in no word, no sentence and no log."""
    ordered = sorted(lines, key=lambda line: (round(line.box.top / ROW), line.box.left))
    texts = [shown.clean(line.text) for line in ordered]
    return tuple(
        replace(line, text="" if reason else text, private=reason or "")
        for line, text, reason in zip(ordered, texts, privacy.reasons(texts), strict=True)
    )


def title(lines: Sequence[Line]) -> str:
    """What a person would call the text; empty where it has no title. `lines` are public."""
    certain = [line for line in lines if line.text and line.score >= CERTAIN]
    worthy = [line for line in certain if not _passing(line) or _heads_page(line, lines)]
    tallest = max((line.tall for line in worthy), default=0.0)
    joined = [_joined(group) for group in _groups(worthy) if group[0].tall >= ENOUGH * tallest]
    headings = [heading for heading in joined if not _is_running(heading.text)]
    best = max(headings, key=lambda heading: _worth(heading, tallest), default=None)
    return _shortened(_with_kind(best.text, worthy)) if best else ""


def evidence(line: Line, said: Sequence[Word]) -> Evidence:
    """What is shown of a line to somebody who asks about the words that were said."""
    if line.private:
        word = Word(f"({line.private}, left out)", Role.SECOND, Origin.TEXT, round(line.score, 3))
        return Evidence(word, False, "It is private, and stands in no name and no sentence.")
    word = Word(line.text, Role.SUBJECT, Origin.TEXT, round(line.score, 3))
    if any(one.origin is Origin.TEXT and line.text in one.text for one in said):
        return Evidence(word, True, "It is written in the picture, as its title.")
    return Evidence(word, False, "It is written in the picture, but is not its title, or something else names it.")


def _passing(line: Line) -> bool:
    """What is no title by its words, or by being small letters in a bar, a header or a footer."""
    return incidental(line.text) or (line.tall < SMALL and (line.box.bottom < TOP or line.box.top > BOTTOM))


def _heads_page(line: Line, lines: Sequence[Line]) -> bool:
    """Whether the word of a menu or a button is the title of a page, as "Settings": as tall as what follows, and alone
    in its bar."""
    if line.box.top >= BAR or not is_menu_word(line.text):
        return False
    others = [other for other in lines if other is not line]
    alone = not any(_beside(line, other) for other in others)
    return alone and line.tall >= 0.9 * max((other.tall for other in others), default=0.0)


def _beside(line: Line, other: Line) -> bool:
    return abs(other.box.top - line.box.top) < ROW and abs(other.box.left - line.box.left) < 0.5


def _with_kind(heading: str, lines: Sequence[Line]) -> str:
    """The name on a letterhead says little without what it stands on: "Contoso Ltd. invoice"."""
    kinds = [line.text.casefold() for line in lines if line.text.casefold() in PAPERS]
    if not kinds or any(word in PAPERS for word in heading.casefold().split()):
        return heading
    return f"{heading} {kinds[0]}"


def _is_running(text: str) -> bool:
    """Text that goes on, or that is a sentence, and no title."""
    words = len(text.split())
    if words > HEADING:
        return True
    return words > SHORT and (_ends(text) or ". " in text or text[0].islower() or text[0] in "(\"'“")


def _ends(text: str) -> bool:
    return text.rstrip("\"'”)").endswith((".", ",", ";", "-"))


def _worth(line: Line, tallest: float) -> float:
    """Tall letters first, then a place near the top and in the middle; a single word says less, and a part of a
    sentence too. The name of a kind of paper alone says less than the name beside it, and signs that no name of a file
    can keep less than letters."""
    length = _fullness(line)
    field = 0.5 if _is_field(line.text) else 1.0
    begins = 0.7 if line.text[0].islower() else 1.0
    listed = 0.4 if line.text.count(",") >= LISTED else 1.0
    kind = 0.6 if line.text.casefold() in PAPERS else 1.0
    spelled = 0.7 if sum(char >= IDEOGRAPHS for char in line.text) > len(line.text) / 2 else 1.0
    middle = 1.15 if abs(line.box.left + line.box.width / 2 - 0.5) < CENTRED else 1.0
    form = length * field * begins * listed * kind * spelled * middle
    return line.tall / tallest * (1 - 0.4 * line.box.top) * form


def _fullness(line: Line) -> float:
    """Of a single word, that is not where a page's title is; a part of a sentence; many words, but at the top."""
    if " " not in line.text:
        return 1.0 if line.box.top < BAR and line.box.left < 0.5 else 0.75
    if _ends(line.text) and not line.text.isupper():
        return 0.5
    return 0.7 if len(line.text.split()) > LONG and line.box.top > TOP_THIRD else 1.0


def _is_field(text: str) -> bool:
    """As "Date: 5 May" and "Customer: Contoso", but not "Bees: why they matter to us all"."""
    before, colon, after = text.partition(": ")
    return bool(colon) and len(before.split()) <= 2 and len(after.split()) <= 4


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines of the same size that follow each other are one title. Each line begins one group at most."""
    left = sorted(lines, key=lambda line: (line.box.top, line.box.left))
    while left:
        group = [left.pop(0)]
        for line in list(left):
            if len(group) < JOINED and _continues(group[-1], line) and _words([*group, line]) <= HEADING:
                group.append(line)
                left.remove(line)
        yield group


def _words(lines: Sequence[Line]) -> int:
    return sum(len(line.text.split()) for line in lines)


def _continues(line: Line, other: Line) -> bool:
    sizes = sorted((line.tall, other.tall))
    gap = other.box.top - line.box.bottom
    if sizes[1] > sizes[0] * SAME_SIZE or not -0.6 * sizes[1] <= gap <= NEAR * sizes[1]:
        return False
    return line.box.common(other.box).width > 0.5 * min(line.box.width, other.box.width) and _flows(line.text)


def _flows(text: str) -> bool:
    """Whether a title may go on after this."""
    return not text.endswith((".", "!", "?", ":", ";"))


def _joined(group: Sequence[Line]) -> Line:
    first, *others = group
    words = first.text
    for line in others:
        hyphenated = words.endswith("-") and line.text[:1].islower()
        words = words[:-1] + line.text if hyphenated else f"{words} {line.text}"
    return replace(first, text=words, tall=sum(line.tall for line in group) / len(group))


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST + 1].rpartition(" ")[0] or text[:LONGEST]
