"""Whether a run of letters and digits is an id that a program drew, and not a word or a model's number."""

import re

from appliance.naming import letterpairs

_SEGMENTS = re.compile(r"\d+|[A-Z]*[a-z]+|[A-Z]+")
_RUNS = re.compile(r"[A-Z]{2,}|[A-Z]?[a-z]+|[A-Z]")
_LETTERS = re.compile("[a-z]+")
_HEX = re.compile(r"[0-9a-f]+", re.IGNORECASE)
_VOWELS = re.compile("[aeiouy]", re.IGNORECASE)

# In bits by which letters and their case are likelier by chance. At this much one word of thirty thousand is lost.
_LEAST_LETTERS = 6
_CERTAIN = 8.5
_CERTAIN_OF_LONG = 0.5  # for each letter: a long word may have more than one odd pair
_CHANGE_OF_CASE = 5.0  # PowerPoint has one


def is_random(token: str) -> bool:
    """For letters and digits without anything between; letters beyond a to z are no program's."""
    if token.isdecimal() or not token.isascii():
        return False
    segments = _SEGMENTS.findall(token)
    has_digits = any(segment.isdecimal() for segment in segments)
    if _HEX.fullmatch(token) and has_digits and (len(token) >= 16 or len(segments) >= 3):
        return True
    if len(segments) >= 5 and len(token) / len(segments) <= 2.5:
        return True
    if len(token) >= 7 and not has_digits and not _VOWELS.search(token):
        return True
    return _is_unlike_words(token)


def _is_unlike_words(token: str) -> bool:
    runs, lowered = _RUNS.findall(token), _LETTERS.findall(token.lower())
    letters = sum(map(len, runs))
    if letters < _LEAST_LETTERS:
        return False
    together = sum(letterpairs.likeness(run) for run in lowered if len(run) > 1)
    apart = sum(letterpairs.likeness(run.lower()) for run in runs if not _is_acronym(run))
    changes = len(runs) - len(lowered)
    case = min(0.0, letters - 2 - _CHANGE_OF_CASE * changes) if changes else 0.0
    return max(together, apart) + case < -max(_CERTAIN, _CERTAIN_OF_LONG * letters)


def _is_acronym(run: str) -> bool:
    return len(run) <= 4 and run.isupper()
