"""What is to stand in a picture's metadata, and why it may not be written."""

from dataclasses import dataclass


class Unwritable(Exception):
    """The file cannot be given these texts safely; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is empty is not written, and what stands there then stays. `dropped` are keywords that we wrote before and
    that are wanted no more."""

    alt: str = ""
    title: str = ""
    caption: str = ""
    keywords: tuple[str, ...] = ()
    original_name: str = ""
    dropped: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.alt or self.title or self.caption or self.keywords or self.dropped)
