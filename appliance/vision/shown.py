"""Text from outside on one line: nothing hidden in it, and no longer than it may be."""

import unicodedata


def clean(text: str) -> str:
    """Without characters that are not seen or that turn the direction of what follows."""
    normal = unicodedata.normalize("NFC", text)
    seen = "".join(" " if char.isspace() else char for char in normal if char.isspace() or char.isprintable())
    return " ".join(seen.split())


def line(text: str, longest: int) -> str:
    """The same, cut between two words."""
    whole = clean(text[: 4 * longest])
    return whole if len(whole) <= longest else whole[: longest + 1].rpartition(" ")[0] or whole[:longest]
