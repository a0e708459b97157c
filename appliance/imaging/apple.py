"""What an iPhone writes into its own part of EXIF."""

import re
import struct

_HEAD = b"Apple iOS\0\0\1MM"
_ENTRY = struct.Struct(">HHII")  # tag, type, count, value or where it is
_CONTENT_IDENTIFIER = 0x0011
_TEXT = 2
_IDENTIFIER = re.compile(rb"[0-9A-Za-z-]{8,64}")


def content_id(maker_note: bytes) -> str:
    """The identifier that the still and the film of a Live Photo share, in capitals; "" where there is none.

    Source: ExifTool's table Apple::Main. Offsets count from the start of the note.
    """
    if not maker_note.startswith(_HEAD):
        return ""
    start = len(_HEAD) + 2
    count = int.from_bytes(maker_note[len(_HEAD) : start])
    whole = (len(maker_note) - start) // _ENTRY.size
    for i in range(min(count, whole)):
        tag, kind, length, offset = _ENTRY.unpack_from(maker_note, start + i * _ENTRY.size)
        if tag == _CONTENT_IDENTIFIER and kind == _TEXT:
            text = maker_note[offset : offset + length].rstrip(b"\0")
            return text.decode().upper() if _IDENTIFIER.fullmatch(text) else ""
    return ""
