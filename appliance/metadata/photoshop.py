"""IPTC's older block (IIM) in a JPEG: where there is one, it says what the XMP says.

Sources: IPTC-NAA IIM 4.2, 1.5, 1.6 and 6; Adobe Photoshop File Formats, Image Resources; Metadata Working Group,
Guidelines 2.0, 3.2.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.metadata.said import Said

HEAD = b"Photoshop 3.0\0"
_MARK, _IIM, _DIGEST = b"8BIM", 0x0404, 0x0425
_DATA_SET = struct.Struct(">BBBH")
_LONGEST = 0x7FFF  # longer ones give the length of their length
_CHARACTERS, _TITLE, _KEYWORD, _CAPTION = (1, 90), (2, 5), (2, 25), (2, 120)
_MOST_BYTES = {_TITLE: 64, _KEYWORD: 64, _CAPTION: 2000}
_UTF_8 = b"\x1b%G"

DataSets = list[tuple[tuple[int, int], bytes]]


class Unclear(Exception):
    """The block is built in a way that is better left alone."""


@dataclass(frozen=True, slots=True)
class _Resource:
    """`whole` is all of it, with its padding."""

    number: int
    head: bytes
    data: bytes
    whole: bytes


def kept_in_step(payload: bytes, said: Said) -> bytes:
    """The payload of the segment, with an IIM block that says this; the same where it has none, or one that is better
    left alone."""
    try:
        resources = list(_resources(payload))
        blocks = [one.data for one in resources if one.number == _IIM]
        if len(blocks) != 1:
            return payload
        block = _written(list(_data_sets(blocks[0])), said)
    except Unclear:
        return payload
    if block == blocks[0].rstrip(b"\0"):
        return payload
    values = {_IIM: block, _DIGEST: hashlib.md5(block, usedforsecurity=False).digest()}
    return HEAD + b"".join(_changed(one, values) for one in resources)


def others(payload: bytes) -> bytes:
    """All of the payload but the IIM block and its digest; all of it where that cannot be told."""
    try:
        return b"".join(one.whole for one in _resources(payload) if one.number not in {_IIM, _DIGEST})
    except Unclear:
        return payload


def _changed(resource: _Resource, values: dict[int, bytes]) -> bytes:
    if resource.number not in values:
        return resource.whole
    data = values[resource.number]
    return resource.head + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)


def _resources(payload: bytes) -> Iterator[_Resource]:
    at = len(HEAD)
    while at < len(payload):
        name_end = at + 7 + payload[at + 6 : at + 7].ljust(1, b"\0")[0]
        size_at = name_end + (name_end - at - 6) % 2
        size = int.from_bytes(payload[size_at : size_at + 4])
        start, end = size_at + 4, size_at + 4 + size + size % 2
        if payload[at : at + 4] != _MARK or start + size > len(payload):
            raise Unclear
        number = int.from_bytes(payload[at + 4 : at + 6])
        yield _Resource(number, payload[at:size_at], payload[start : start + size], payload[at:end])
        at = end


def _data_sets(block: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    at = 0
    block = block.rstrip(b"\0") if not block.strip(b"\0") else block
    while at < len(block):
        if len(block) - at < _DATA_SET.size:
            if block[at:].strip(b"\0"):
                raise Unclear
            return
        mark, record, number, length = _DATA_SET.unpack_from(block, at)
        end = at + _DATA_SET.size + length
        if mark != 0x1C or length > _LONGEST or end > len(block):
            raise Unclear
        yield (record, number), block[at + _DATA_SET.size : end]
        at = end


def _written(sets: DataSets, said: Said) -> bytes:
    """Raises Unclear where its letters are of another code than those that are to be written."""
    before = sets
    for kind, text in ((_TITLE, said.title), (_CAPTION, said.caption)):
        if text:
            sets = _with_text(sets, kind, _cut(text, kind))
    sets = _with_keywords(sets, said)
    sets = _declared(before, sets)
    return b"".join(_DATA_SET.pack(0x1C, *kind, len(value)) + value for kind, value in sets)


def _with_text(sets: DataSets, kind: tuple[int, int], value: bytes) -> DataSets:
    at = next((at for at, (known, _) in enumerate(sets) if known == kind), len(sets))
    rest = [one for one in sets[at:] if one[0] != kind]
    return [*sets[:at], (kind, value), *rest]


def _with_keywords(sets: DataSets, said: Said) -> DataSets:
    wanted = dict.fromkeys(_cut(word, _KEYWORD) for word in said.keywords)
    dropped = {_cut(word, _KEYWORD) for word in said.dropped} - wanted.keys()
    sets = [one for one in sets if one[0] != _KEYWORD or one[1] not in dropped]
    there = {value.lower() for kind, value in sets if kind == _KEYWORD}
    missing: DataSets = [(_KEYWORD, value) for value in wanted if value.lower() not in there]
    last = max((at for at, (kind, _) in enumerate(sets) if kind == _KEYWORD), default=len(sets) - 1)
    return [*sets[: last + 1], *missing, *sets[last + 1 :]]


def _declared(before: DataSets, sets: DataSets) -> DataSets:
    """Says that it is UTF-8, where that must be said."""
    if any(kind == _CHARACTERS and value == _UTF_8 for kind, value in before) or _is_ascii(sets):
        return sets
    added = [one for one in sets if one not in before]
    if _is_ascii(added):
        return sets
    if not _is_ascii(before) or any(kind == _CHARACTERS for kind, _ in before):
        raise Unclear
    at = sum(kind < _CHARACTERS for kind, _ in sets)
    return [*sets[:at], (_CHARACTERS, _UTF_8), *sets[at:]]


def _is_ascii(sets: Sequence[tuple[tuple[int, int], bytes]]) -> bool:
    return all(value.isascii() for (record, _), value in sets if record == 2)  # what is text


def _cut(text: str, kind: tuple[int, int]) -> bytes:
    """As long as the block may hold, without half a letter."""
    return text.encode()[: _MOST_BYTES[kind]].decode(errors="ignore").encode()
