"""What is gone and what is new between two names, word by word."""

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

_PIECES = re.compile(r"[^\W_]+|[\W_]", re.UNICODE)


class Piece(NamedTuple):
    text: str
    change: Literal["same", "gone", "new"]


class Change(NamedTuple):
    """The old name and the new one, each whole when its pieces are joined."""

    old: tuple[Piece, ...]
    new: tuple[Piece, ...]


def changed(old: str, new: str) -> Change:
    before, after = _PIECES.findall(old), _PIECES.findall(new)
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    gone = [(before[a:b], "same" if tag == "equal" else "gone") for tag, a, b, _, _ in blocks]
    come = [(after[c:d], "same" if tag == "equal" else "new") for tag, _, _, c, d in blocks]
    return Change(_joined(gone), _joined(come))


def _joined(runs: list[tuple[list[str], str]]) -> tuple[Piece, ...]:
    """A lone separator between two changes belongs to the change, so that the eye sees one."""
    pieces: list[Piece] = []
    for number, (texts, change) in enumerate(runs):
        text = "".join(texts)
        if not text:
            continue
        between = 0 < number < len(runs) - 1 and change == "same" and len(text) == 1
        other = next((run[1] for run in runs if run[1] != "same"), "same") if between else change
        if pieces and pieces[-1].change == other:
            pieces[-1] = Piece(pieces[-1].text + text, pieces[-1].change)
        else:
            pieces.append(Piece(text, other))  # type: ignore[arg-type]  # one of the three
    return tuple(pieces)
