"""Texts in a packet of XMP: what is wanted is set, and every other byte stays."""

import pytest

from appliance import metadata
from appliance.imaging import xmp
from appliance.metadata import Said, Unwritable
from appliance.words import FileWords
from tests import companions

SAID = Said(
    alt="A <cat> & a dog", title="Tom", caption="Tömas at home", keywords=("cat", "sofa"), original_name="I.JPG"
)
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def packet(inside: str, attributes: str = "") -> bytes:
    described = f'<rdf:Description rdf:about="uuid:1" {DC} {attributes}>{inside}</rdf:Description>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF}>{described}</rdf:RDF></x:xmpmeta>'.encode()


def written(before: bytes, said: Said = SAID) -> bytes:
    """Every way there leads back to the very bytes."""
    edits = metadata.in_sidecar(before, said)
    after = metadata.made(before, edits)
    assert metadata.made(after, metadata.turned_round(edits)) == before
    assert metadata.restored(metadata.stored(edits)) == edits
    return after


def test_a_new_sidecar_says_all_of_it():
    sidecar = metadata.new_sidecar(SAID)

    assert xmp.words(sidecar) == FileWords(
        {"": "Tom"}, captions={"": "Tömas at home"}, keywords=("cat", "sofa"), alts={"": "A <cat> & a dog"}
    )
    assert b">A &lt;cat&gt; &amp; a dog<" in sidecar.partition(b"AltTextAccessibility")[2]
    assert b"<xmpMM:PreservedFileName>I.JPG<" in sidecar


def test_what_it_says_already_is_not_written_again():
    assert metadata.in_sidecar(metadata.new_sidecar(SAID), SAID) == []


def test_an_editors_sidecar_keeps_every_line_of_its_own():
    before = companions.darktable("IMG_1.CR2").replace("<rdf:RDF>", f"<rdf:RDF {RDF} xmlns:darktable='d'>").encode()

    after = written(before)

    assert all(line in after for line in before.splitlines())
    assert xmp.words(after).titles == {"": "Tom"}
    assert after.count(b"PreservedFileName") == 1


def test_a_text_in_another_language_and_the_keywords_of_others_stay():
    before = packet(
        '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Cat</rdf:li><rdf:li xml:lang="de">Kater</rdf:li></rdf:Alt>'
        "</dc:title><dc:subject><rdf:Bag><rdf:li>Sofa</rdf:li><rdf:li>mine</rdf:li></rdf:Bag></dc:subject>"
    )

    words = xmp.words(written(before))

    assert words.titles == {"": "Tom", "de": "Kater"}
    assert words.keywords == ("Sofa", "mine", "cat")


def test_a_keyword_that_was_ours_and_is_wanted_no_more_goes():
    before = metadata.new_sidecar(SAID)
    assert xmp.words(written(before, Said(keywords=("cat",), dropped=SAID.keywords))).keywords == ("cat",)


def test_what_is_empty_takes_nothing_away():
    before = packet('<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Cat</rdf:li></rdf:Alt></dc:title>')
    assert xmp.words(written(before, Said(alt="A cat."))).titles == {"": "Cat"}


@pytest.mark.parametrize(
    "inside",
    [
        '<dc:title><rdf:Alt><rdf:li xml:lang="x-default"/></rdf:Alt></dc:title>',
        "<dc:title><rdf:Alt/></dc:title>",
        "<dc:title/>",
        "<dc:title>Cat</dc:title>",
        '<dc:title><rdf:Alt><rdf:li xml:lang="de">Kater</rdf:li></rdf:Alt></dc:title>',
        "<dc:subject/><dc:subject><rdf:Seq><rdf:li>mine</rdf:li></rdf:Seq></dc:subject>",
        "<dc:subject>mine</dc:subject>",
    ],
)
def test_a_property_is_understood_however_it_is_written(inside: str):
    words = xmp.words(written(packet(inside)))
    assert (words.titles[""], words.captions[""], set(words.keywords) - {"mine"}) == (
        "Tom",
        "Tömas at home",
        {"cat", "sofa"},
    )


def test_a_text_that_is_an_attribute_gives_way():
    after = written(packet("", """dc:description='a > b' dc:title="Cat" other="x" """))

    assert xmp.words(after).captions == {"": "Tömas at home"}
    assert b'other="x"' in after
    assert b"a > b" not in after


def test_the_name_that_a_file_had_first_stays():
    before = packet("", 'xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmpMM:PreservedFileName="first.jpg"')
    assert written(before).count(b"PreservedFileName") == 1


def test_namespaces_under_other_prefixes_are_the_same_namespaces():
    before = (
        b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about="" '
        b'xmlns:d="http://purl.org/dc/elements/1.1/"><d:subject><r:Bag><r:li>mine</r:li></r:Bag></d:subject>'
        b"</r:Description></r:RDF>"
    )
    assert xmp.words(written(before)).keywords == ("mine", "cat", "sofa")


@pytest.mark.parametrize(
    ("contents", "why"),
    [
        (b"", "damaged"),
        (b"\0" * 20, "damaged"),
        (b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", "no place"),
        (b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>", "damaged"),
        (packet("").decode().encode("utf-16"), "UTF-8"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + packet("&a;"), "document type"),
        (packet(" " * (1 << 20)), "too large"),
    ],
    ids=["empty", "zeros", "bare", "cut", "utf-16", "entities", "large"],
)
def test_what_cannot_be_changed_safely_is_left_alone(contents: bytes, why: str):
    with pytest.raises(Unwritable, match=why):
        metadata.in_sidecar(contents, SAID)
