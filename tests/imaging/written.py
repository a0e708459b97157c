"""Words as programs write them into files."""

import struct
from collections.abc import Mapping, Sequence

from appliance.imaging.xmp import LARGEST

_UTF_8 = b"\x1b%G"


def packet(
    title: str | Mapping[str, str] = "",
    *,
    headline: str = "",
    caption: str = "",
    keywords: Sequence[str] = (),
    hierarchy: Sequence[str] = (),
) -> bytes:
    """A packet of XMP as Lightroom writes it."""
    titles = {"x-default": title} if isinstance(title, str) else title
    parts = [
        _array(
            "dc:title", "Alt", [f'<rdf:li xml:lang="{code}">{text}</rdf:li>' for code, text in titles.items() if text]
        ),
        _array("dc:description", "Alt", [f'<rdf:li xml:lang="x-default">{caption}</rdf:li>'] if caption else []),
        _array("dc:subject", "Bag", [f"<rdf:li>{word}</rdf:li>" for word in keywords]),
        _array("lr:hierarchicalSubject", "Bag", [f"<rdf:li>{path}</rdf:li>" for path in hierarchy]),
    ]
    attribute = f' photoshop:Headline="{headline}"' if headline else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n  <rdf:Description rdf:about=""\n'
        '    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"\n'
        f'    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"{attribute}>\n{"".join(parts)}'
        '  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>'
    ).encode()


def _array(tag: str, kind: str, items: Sequence[str]) -> str:
    return f"   <{tag}><rdf:{kind}>{''.join(items)}</rdf:{kind}></{tag}>\n" if items else ""


def block(
    title: str = "", *, headline: str = "", caption: str = "", keywords: Sequence[str] = (), is_utf_8: bool = True
) -> bytes:
    """A block of IPTC, in UTF-8 that says so or in Windows' Latin."""
    sets = [(5, title), (105, headline), (120, caption), *((25, word) for word in keywords)]
    data = b"\x1c\x01\x5a" + struct.pack(">H", len(_UTF_8)) + _UTF_8 if is_utf_8 else b""
    for number, text in sets:
        if text:
            value = text.encode("utf-8" if is_utf_8 else "cp1252")
            data += b"\x1c\x02" + struct.pack(">BH", number, len(value)) + value
    return data


def jpeg_with_iptc(jpeg: bytes, iptc: bytes) -> bytes:
    resource = b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    body = b"Photoshop 3.0\0" + resource
    return jpeg[:2] + struct.pack(">BBH", 0xFF, 0xED, len(body) + 2) + body + jpeg[2:]


def exif_with_description(text: bytes) -> bytes:
    """Whatever letters they are, which EXIF does not allow."""
    entry = struct.pack("<HHII", 0x010E, 2, len(text) + 1, 26)
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 1) + entry + bytes(4) + text + b"\0"


def billion_laughs() -> bytes:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    data = f"<!DOCTYPE x [{entities}]>".encode() + packet(title="&a9;")
    assert len(data) < LARGEST
    return data
