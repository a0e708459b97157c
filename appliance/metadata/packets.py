"""Packets of XMP: texts are set, and every other byte stays.

Sources: XMP Specification Part 1 (ISO 16684-1), 7; IPTC Photo Metadata Standard 2023.2, Alt Text (Accessibility).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat  # which tells where in the bytes each element stands
from xml.sax.saxutils import escape

from appliance.metadata import edits
from appliance.metadata.edits import Edit
from appliance.metadata.said import Said, Unwritable

LARGEST = 1 << 20  # bytes
_MOST = 50_000  # elements

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_IPTC = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
_MM = "http://ns.adobe.com/xap/1.0/mm/"
_LANGUAGE = ("http://www.w3.org/XML/1998/namespace", "lang")
_DEFAULT = "x-default"

_TITLE, _CAPTION, _KEYWORDS = (_DC, "title"), (_DC, "description"), (_DC, "subject")
_ALT, _ORIGINAL = (_IPTC, "AltTextAccessibility"), (_MM, "PreservedFileName")
_PREFIXES = {_DC: "dc", _IPTC: "Iptc4xmpCore", _MM: "xmpMM"}
_TAG = re.compile(rb"""<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>""")

_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_EMPTY = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF xmlns:rdf="{_RDF}">\n </rdf:RDF>\n</x:xmpmeta>\n'
_TAIL = '<?xpacket end="w"?>'
NEW = f"{_HEAD}{_EMPTY}{_TAIL}".encode()  # a packet that says nothing yet

Name = tuple[str, str]  # namespace and local name


@dataclass
class _Element:
    """The bytes from `start` to `end`; those between its tags from `inner` to `inner_end`, -1 where it has none."""

    name: Name
    prefix: str
    attributes: dict[Name, str]
    prefixes: dict[Name, str]  # of the attributes
    start: int
    inner: int = -1
    inner_end: int = -1
    end: int = -1
    text: str = ""
    children: list["_Element"] = field(default_factory=list)

    def find(self, name: Name) -> list["_Element"]:
        return [child for child in self.children if child.name == name]


def changes(packet: bytes, said: Said) -> list[Edit]:
    """What must change in a packet, or a sidecar, so that it says this; nothing where it does already. Raises
    Unwritable, and never writes what would not be read back so."""
    wanted = list(_changes(packet, _Packet(packet), said))
    after = edits.made(packet, wanted)
    if len(after) > LARGEST:
        raise Unwritable("its XMP would be too large")
    if wanted and not _says(_Packet(after), said):
        raise Unwritable("its XMP is built in a way that cannot be added to")
    return wanted


class _Packet:
    """A parsed packet. Raises Unwritable."""

    def __init__(self, packet: bytes) -> None:
        root = _parsed(packet)
        rdf = root if root.name == (_RDF, "RDF") else next(iter(root.find((_RDF, "RDF"))), None)
        if rdf is None or rdf.inner_end < 0:
            raise Unwritable("its XMP has no place for properties")
        self.rdf = rdf
        self.descriptions = rdf.find((_RDF, "Description"))

    @property
    def about(self) -> str:
        """What all descriptions are of; they say the same."""
        values = (one.attributes.get((_RDF, "about")) for one in self.descriptions)
        return next((value for value in values if value), "")

    def elements(self, name: Name) -> list[_Element]:
        return [found for description in self.descriptions for found in description.find(name)]

    def attributes(self, name: Name) -> list[_Element]:
        return [description for description in self.descriptions if name in description.attributes]


def _parsed(packet: bytes) -> _Element:
    if len(packet) > LARGEST:
        raise Unwritable("its XMP is too large")
    try:
        packet.decode()
        return _Reader(packet).root
    except UnicodeDecodeError as error:
        raise Unwritable("its XMP is not in UTF-8") from error
    except expat.ExpatError as error:
        raise Unwritable("its XMP is damaged") from error


class _Reader:
    """Reads elements with their places. A document type, which could make much of little, is refused."""

    def __init__(self, packet: bytes) -> None:
        self._packet = packet
        self._open: list[_Element] = []
        self._count = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.namespace_prefixes = True
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._roots: list[_Element] = []
        self._parser.Parse(packet.rstrip(b"\0"), True)
        self.root = self._roots[0]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        at = self._parser.CurrentByteIndex
        self._count += 1
        if self._count > _MOST:
            raise Unwritable("its XMP has too many properties")
        tag, prefix = _parted(name)
        values = {_parted(one)[0]: value for one, value in attributes.items()}
        prefixes = dict(_parted(one) for one in attributes)
        element = _Element(tag, prefix, values, prefixes, at)
        match = _TAG.match(self._packet, at)
        if match is None or not (found := match[0]):
            raise Unwritable("its XMP is damaged")
        element.end = match.end() if found.endswith(b"/>") else -1
        element.inner = -1 if found.endswith(b"/>") else match.end()
        (self._open[-1].children if self._open else self._roots).append(element)
        self._open.append(element)

    def _end(self, _: str) -> None:
        element = self._open.pop()
        if element.inner >= 0:
            element.inner_end = self._parser.CurrentByteIndex
            element.end = self._packet.index(b">", element.inner_end) + 1

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text


def _refuse(*_: object) -> None:
    raise Unwritable("its XMP has a document type, which no program writes")


def _parted(name: str) -> tuple[Name, str]:
    """Namespace and local name, and the prefix."""
    parts = name.split(" ")
    if len(parts) == 1:
        return ("", name), ""
    if len(parts) == 2:
        return (parts[0], parts[1]), ""
    return (" ".join(parts[:-2]), parts[-2]), parts[-1]


def _changes(packet: bytes, found: _Packet, said: Said) -> Iterator[Edit]:
    fresh: list[str] = []
    for name, text in ((_TITLE, said.title), (_CAPTION, said.caption), (_ALT, said.alt)):
        if text:
            yield from _set_text(packet, found, name, text, fresh)
    if said.keywords or said.dropped:
        yield from _set_keywords(packet, found, said, fresh)
    if said.original_name and not found.elements(_ORIGINAL) and not found.attributes(_ORIGINAL):
        fresh.append(_element(_ORIGINAL, _written(said.original_name)))
    if fresh:
        indented = len(packet[: found.rdf.inner_end].rstrip(b" \t"))
        yield Edit(indented, b"", _description(found.about, fresh))


def _set_text(packet: bytes, found: _Packet, name: Name, text: str, fresh: list[str]) -> Iterator[Edit]:
    """Languages but the default one are a translator's, and stay."""
    yield from _without_attributes(packet, found, name)
    there = found.elements(name)
    array = _array(there, "Alt")
    if array is None:
        yield from (_gone(packet, element) for element in there)
        fresh.append(_element(name, f'<rdf:Alt><rdf:li xml:lang="{_DEFAULT}">{_written(text)}</rdf:li></rdf:Alt>'))
        return
    items = [item for item in array.find((_RDF, "li")) if item.attributes.get(_LANGUAGE, _DEFAULT) == _DEFAULT]
    for extra in items[1:]:
        yield _gone(packet, extra)
    if items and items[0].inner >= 0 and not items[0].children:
        if items[0].text != text:
            yield Edit(items[0].inner, packet[items[0].inner : items[0].inner_end], _written(text).encode())
        return
    if items:
        yield _gone(packet, items[0])
    yield Edit(array.inner, b"", _item(array, text, f' xml:lang="{_DEFAULT}"'))


def _set_keywords(packet: bytes, found: _Packet, said: Said, fresh: list[str]) -> Iterator[Edit]:
    """Keywords that stand there stay, but those that we wrote and that are wanted no more."""
    yield from _without_attributes(packet, found, _KEYWORDS)
    there = found.elements(_KEYWORDS)
    array = _array(there, "Bag") or _array(there, "Seq")
    if array is None:
        yield from (_gone(packet, element) for element in there)
        kept = (item.text for element in there for item in _items(element) if item.text not in said.dropped)
        if words := dict.fromkeys([*kept, *said.keywords]):
            items = "".join(f"<rdf:li>{_written(word)}</rdf:li>" for word in words)
            fresh.append(_element(_KEYWORDS, f"<rdf:Bag>{items}</rdf:Bag>"))
        return
    items_there = array.find((_RDF, "li"))
    dropped = {word for word in said.dropped if word not in said.keywords}
    yield from (_gone(packet, item) for item in items_there if item.text in dropped and not item.children)
    known = {item.text.casefold() for item in items_there}
    missing = [word for word in said.keywords if word.casefold() not in known]
    if missing:
        yield Edit(array.inner_end, b"", b"".join(_item(array, word) for word in missing))


def _without_attributes(packet: bytes, found: _Packet, name: Name) -> Iterator[Edit]:
    """What some write as an attribute, though it is a list, is one of the values."""
    for description in found.attributes(name):
        tag = _TAG.match(packet, description.start)
        written = f"{description.prefixes[name]}:{name[1]}".encode()
        pattern = re.compile(rb"\s" + re.escape(written) + rb"""\s*=\s*("[^"]*"|'[^']*')""")
        attribute = pattern.search(packet, description.start, tag.end()) if tag else None
        if attribute is None:
            raise Unwritable("its XMP is built in a way that cannot be added to")
        yield Edit(attribute.start(), attribute[0], b"")


def _array(elements: list[_Element], kind: str) -> _Element | None:
    """The one array of a property, where there is something between its tags."""
    found = [array for element in elements for array in element.find((_RDF, kind))]
    return found[0] if len(elements) == 1 and len(found) == 1 and found[0].inner >= 0 else None


def _items(element: _Element) -> Iterator[_Element]:
    for kind in ("Bag", "Seq", "Alt"):
        for array in element.find((_RDF, kind)):
            yield from array.find((_RDF, "li"))


def _gone(packet: bytes, element: _Element) -> Edit:
    return Edit(element.start, packet[element.start : element.end], b"")


def _item(array: _Element, text: str, attributes: str = "") -> bytes:
    """As its neighbours are written."""
    tag = f"{array.prefix}:li" if array.prefix else "li"
    return f"<{tag}{attributes}>{_written(text)}</{tag}>".encode()


def _element(name: Name, inside: str) -> str:
    tag = f"{_PREFIXES[name[0]]}:{name[1]}"
    return f"   <{tag}>{inside}</{tag}>\n"


def _description(about: str, properties: list[str]) -> bytes:
    """One that needs nothing from what stands around it."""
    used = [space for space, prefix in _PREFIXES.items() if any(f"<{prefix}:" in one for one in properties)]
    spaces = " ".join(f'xmlns:{_PREFIXES[space]}="{space}"' for space in used)
    quoted = escape(about, {'"': "&quot;"})
    opening = f'  <rdf:Description xmlns:rdf="{_RDF}" rdf:about="{quoted}" {spaces}>\n'
    return f"{opening}{''.join(properties)}  </rdf:Description>\n".encode()


def _written(text: str) -> str:
    return escape(text)


def _says(found: _Packet, said: Said) -> bool:
    texts = ((_TITLE, said.title), (_CAPTION, said.caption), (_ALT, said.alt))
    keywords = {item.text.casefold() for element in found.elements(_KEYWORDS) for item in _items(element)}
    return all(not text or _default(found, name) == [text] for name, text in texts) and (
        keywords >= {word.casefold() for word in said.keywords}
    )


def _default(found: _Packet, name: Name) -> list[str]:
    items = (item for element in found.elements(name) for item in _items(element))
    return [item.text for item in items if item.attributes.get(_LANGUAGE) == _DEFAULT]
