"""What a model wrote, whatever it wrote, as an answer of the form that was asked for."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jiter
import msgspec

MOST_BRACES = 40  # places in a text from which JSON is tried
_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(r"\A.*</(?:think|thinking|thought|reasoning)>", re.DOTALL | re.IGNORECASE)
_DECODER = json.JSONDecoder()

Loose = str | int | float | bool | None
Listed = list[Loose] | Loose


class Unlike(Exception):
    """The text holds no answer of the form that was asked for."""


class Answer(msgspec.Struct, frozen=True):
    """As `prompts` asks for it, but what smaller models make of it is taken too: one word in place of a list, a
    candidate as a phrase, null, keys left out."""

    subject: Loose = None
    attributes: Listed = None
    others: Listed = None
    place: Loose = None
    text: Listed = None
    people: Listed = None
    candidates: list[list[Loose] | Loose] | Loose = None
    certainty: Loose = None
    alt: Loose = None
    title: Loose = None
    caption: Loose = None
    keywords: Listed = None


def parse(text: str, *, cut_off: bool = False) -> Answer:
    """The answer in a text that may have thoughts before it, a fence around it and sentences beside it. `cut_off` is
    one that was ended before its end: what it says until there is taken. Raises Unlike."""
    text = without_thoughts(text)
    for found in _objects(text, cut_off):
        try:
            answer = msgspec.convert(found, Answer)
        except (msgspec.ValidationError, UnicodeError):  # half a character may be escaped in JSON
            continue
        if answer.subject or answer.candidates or answer.text:
            return answer
    raise Unlike


def without_thoughts(text: str) -> str:
    return _THOUGHT_END.sub("", _THOUGHT.sub("", text))


def _objects(text: str, cut_off: bool) -> Iterator[dict[str, Any]]:
    for start in [brace.start() for brace in re.finditer(r"\{", text)][:MOST_BRACES]:
        try:
            found, _ = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            found = _begun(text[start:]) if cut_off else None
        if isinstance(found, dict):
            yield found


def _begun(text: str) -> Any:
    try:
        return jiter.from_json(text.encode("utf-8", "replace"), partial_mode="trailing-strings")
    except ValueError:
        return None


def texts(value: Listed, most: int) -> list[str]:
    """The texts of a list, or of what stands in the place of one."""
    values = value if isinstance(value, list) else [value]
    return [found for found in map(text_of, values[:most]) if found]


def text_of(value: Loose) -> str:
    return "" if value is None or isinstance(value, bool) else str(value).strip()
