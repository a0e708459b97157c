"""Text from outside, made fit to be shown."""


def printable(text: str, but: str = "") -> str:
    """Text from a file's name or content, with what would steer a terminal or the order of letters spelled out; `but`
    are characters that may stay."""
    return "".join(
        char if char.isprintable() or char in but else char.encode("unicode_escape").decode() for char in text
    )
