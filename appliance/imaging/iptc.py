"""Title, headline, caption and keywords in a block of IPTC's Information Interchange Model."""

import struct
from collections.abc import Iterator

from appliance.words import FileWords

_MARK = 0x1C
_HEAD = struct.Struct(">BBBH")
_LONGEST = 0x7FFF  # longer ones give the length of their length, for gigabytes that nobody writes
_MOST = 1000  # data sets
_CHARACTERS = (1, 90)
_TITLE, _KEYWORD, _HEADLINE, _CAPTION = (2, 5), (2, 25), (2, 105), (2, 120)
_UTF_8 = b"\x1b%G"


def words(block: bytes) -> FileWords:
    """What a length that lies leaves readable. Source: IPTC-NAA IIM 4.2, 1.5 and 1.6."""
    if not block:
        return FileWords()
    found: dict[tuple[int, int], list[bytes]] = {}
    for kind, value in _data_sets(block):
        found.setdefault(kind, []).append(value)
    is_utf_8 = found.get(_CHARACTERS, [b""])[0].startswith(_UTF_8)
    texts = {kind: [_text(value, is_utf_8) for value in values] for kind, values in found.items()}
    return FileWords(
        titles=_first(texts, _TITLE),
        headline=texts.get(_HEADLINE, [""])[0],
        captions=_first(texts, _CAPTION),
        keywords=tuple(texts.get(_KEYWORD, [])),
    )


def _first(texts: dict[tuple[int, int], list[str]], kind: tuple[int, int]) -> dict[str, str]:
    return {"": texts[kind][0]} if kind in texts else {}


def _data_sets(block: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    at = 0
    for _ in range(_MOST):
        if at + _HEAD.size > len(block):
            return
        mark, record, number, length = _HEAD.unpack_from(block, at)
        start, at = at + _HEAD.size, at + _HEAD.size + length
        if mark != _MARK or length > _LONGEST or at > len(block):
            return
        yield (record, number), block[start:at]


def _text(value: bytes, is_utf_8: bool) -> str:
    """Many write UTF-8 without saying so, and it is hardly ever anything else that reads as UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode(errors="replace") if is_utf_8 else value.decode("cp1252", "replace")
