"""Title, headline, caption, keywords and alternative text in a packet of XMP."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from xml.etree.ElementTree import Element  # what defusedxml makes

from defusedxml import ElementTree  # type: ignore[import-untyped]  # it ships no types

from appliance.words import FileWords

LARGEST = 1 << 20  # bytes
_MOST = 100  # of anything that is looked through
_WORTH_READING = (
    b":title",
    b":description",
    b":subject",
    b":Headline",
    b":hierarchicalSubject",
    b":AltTextAccessibility",
)
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_HEADLINE = "{http://ns.adobe.com/photoshop/1.0/}Headline"
_ALT = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}AltTextAccessibility"
_HIERARCHY = "{http://ns.adobe.com/lightroom/1.0/}hierarchicalSubject"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DEFAULT = "x-default"


def words(packet: bytes) -> FileWords:
    """Never raises. Only children are looked for where they must be, since a search through all that is below takes
    a time that grows with the square of a hostile packet.

    Source: XMP Specification Part 1 (ISO 16684-1), 7; IPTC Photo Metadata Standard.
    """
    if len(packet) > LARGEST or not any(name in packet for name in _WORTH_READING):
        return FileWords()
    with suppress(Exception):
        return _words(_descriptions(_parsed(packet.strip(b"\0 \r\n\t"))))
    return FileWords()


def _parsed(packet: bytes) -> Element:
    try:
        root: Element = ElementTree.fromstring(packet, forbid_dtd=True)
    except ElementTree.ParseError:  # some write what is not UTF-8, and say that it is
        root = ElementTree.fromstring(packet.decode("cp1252", "replace"), forbid_dtd=True)
    return root


def _descriptions(root: Element) -> list[Element]:
    rdf = root if root.tag == f"{_RDF}RDF" else root.find(f"{_RDF}RDF")
    return [] if rdf is None else rdf.findall(f"{_RDF}Description")[:_MOST]


def _words(descriptions: list[Element]) -> FileWords:
    flat = tuple(_listed(descriptions, f"{_DC}subject"))
    return FileWords(
        titles=_by_language(descriptions, f"{_DC}title"),
        headline=_simple(descriptions, _HEADLINE),
        captions=_by_language(descriptions, f"{_DC}description"),
        keywords=flat or tuple(path.split("|")[-1] for path in _listed(descriptions, _HIERARCHY)),
        alts=_by_language(descriptions, _ALT),
    )


def _items(descriptions: list[Element], tag: str) -> Iterator[Element]:
    for description in descriptions:
        for holder in description.findall(tag)[:_MOST]:
            for array in ("Alt", "Bag", "Seq"):
                yield from islice(holder.iterfind(f"{_RDF}{array}/{_RDF}li"), _MOST)


def _by_language(descriptions: list[Element], tag: str) -> dict[str, str]:
    """The default one under ""."""
    found: dict[str, str] = {}
    for item in _items(descriptions, tag):
        language = item.get(_LANGUAGE, _DEFAULT).lower()
        found.setdefault("" if language == _DEFAULT else language, item.text or "")
    simple = "" if found else _simple(descriptions, tag)
    return {"": simple} if simple else found


def _listed(descriptions: list[Element], tag: str) -> Iterator[str]:
    return (item.text or "" for item in islice(_items(descriptions, tag), _MOST))


def _simple(descriptions: list[Element], tag: str) -> str:
    """A value that is an attribute, or the text of an element."""
    values = (description.get(tag) or description.findtext(tag) or "" for description in descriptions)
    return next((value for value in values if value.strip()), "")
