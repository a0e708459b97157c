"""Which names of a folder are taken, and which number is the next free one (rule 8)."""

import re
from collections.abc import Iterable, Set

from appliance.naming import grammar

_BEFORE_EXTENSION = re.compile(r"[^.@]*")
_NUMBERED = re.compile(r"(.+)-(\d{1,6})")


class Folder:
    """The names in one folder, found by their stems.

    Two files of one stem belong together (`a.jpg`, `a.xmp`, `a@2x.jpg`, `a.jpg.webp`), so a stem that any other file
    has is taken, whatever the extension. Every question is answered without trying one number after another.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[str, set[str]] = {}
        self._numbers: dict[str, set[int]] = {}
        self._next: dict[str, int] = {}
        self._next_series: dict[str, int] = {}
        self._exact: dict[str, set[str]] = {}
        for name in names:
            self.claim(name)

    def claim(self, name: str) -> None:
        key = grammar.fold(name)
        stem = _stem(key)
        self._exact.setdefault(key, set()).add(name)
        self._names.setdefault(stem, set()).add(name)
        if match := _NUMBERED.fullmatch(stem):
            self._numbers.setdefault(match[1], set()).add(int(match[2]))

    def is_free(self, stem: str, own: Set[str]) -> bool:
        """Whether no file has this stem but those in `own`."""
        return self._names.get(grammar.fold(stem), set()) <= own

    def is_name_free(self, name: str, own: Set[str]) -> bool:
        return self._exact.get(grammar.fold(name), set()) <= own

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
        first = number = self._next_series.get(key, 1)
        while number < first + count:
            if number in taken:
                first = number + 1
            number += 1
        self._next_series[key] = first + count
        return first


def _stem(key: str) -> str:
    match = _BEFORE_EXTENSION.match(key)
    return match[0] if match else key
