"""Which names of a folder are taken, and which number is the next free one (rule 8)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Set

from appliance.naming import grammar

_BEFORE_EXTENSION = re.compile(r"[.@].*", re.DOTALL)
_NUMBERED = re.compile(r"(.+)-(\d{1,6})")


class Folder:
    """The names in one folder, found by their stems.

    Two files of one stem belong together (`a.jpg`, `a.xmp`, `a@2x.jpg`, `a.jpg.webp`), so a stem that any other file
    has is taken, whatever the extension. Every question is answered without trying one number after another.
    """

    def __init__(self) -> None:
        self._names = defaultdict[str, set[str]](set)
        self._stems = defaultdict[str, set[str]](set)
        self._numbers = defaultdict[str, set[int]](set)
        self._next: dict[str, int] = {}
        self._next_in_series: dict[str, int] = {}
        self._next_count: dict[tuple[str, str], int] = {}

    @property
    def size(self) -> int:
        return len(self._names)

    def claim(self, names: Iterable[str]) -> None:
        for name in names:
            key = grammar.fold(name)
            stem = _BEFORE_EXTENSION.sub("", key)
            self._names[key].add(name)
            self._stems[stem].add(name)
            if match := _NUMBERED.fullmatch(stem):
                self._numbers[match[1]].add(int(match[2]))

    def is_stem_free(self, stem: str, own: Set[str]) -> bool:
        """Whether no file has this stem but those in `own`."""
        return self._stems.get(grammar.fold(stem), set()) <= own

    def are_free(self, names: Iterable[str], own: Set[str]) -> bool:
        """Whether no file has one of these names but those in `own`."""
        return all(self._names.get(grammar.fold(name), set()) <= own for name in names)

    def count(self, around: tuple[str, str]) -> int:
        """The next number from 1 between these two texts; each call gives another, which may be taken."""
        number = self._next_count.get(around, 1)
        self._next_count[around] = number + 1
        return number

    def number(self, stem: str) -> int:
        """The least number from 2 that no name of this stem ends in; each call gives another."""
        key = grammar.fold(stem)
        taken = self._numbers.get(key, set())
        number = self._next.get(key, 2)
        while number in taken:
            number += 1
        self._next[key] = number + 1
        return number

    def series(self, stem: str, count: int) -> int:
        """The first of so many numbers in a row, from 1, that no name of this stem ends in; each call gives others."""
        key = grammar.fold(stem)
        taken = self._numbers.get(key, set())
        first = number = self._next_in_series.get(key, 1)
        while number < first + count:
            if number in taken:
                first = number + 1
            number += 1
        self._next_in_series[key] = first + count
        return first
