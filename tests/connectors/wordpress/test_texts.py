"""What the plugin makes of serialized values and of addresses in texts, without a site."""

import base64
import json
import os
import subprocess
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from scripts import fetch_wordpress
from tests.connectors.wordpress.conftest import PLUGIN

HOSTS = ["photos.example", "photos.example:80", "photos.example:443"]
UPLOADS = "/wp-content/uploads"
HERE = f"https://photos.example{UPLOADS}"


def php(**asked: object) -> Any:
    script = os.fspath(PLUGIN.parents[2] / "tests/connectors/wordpress/pure.php")
    command = ["php", script, str(fetch_wordpress.core("trixie")), str(PLUGIN)]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def rewritten(*texts: str, old: str = "2026/11/foo", new: str = "2026/11/red-bicycle", **more: object) -> list[str]:
    return list(counted(*texts, old=old, new=new, **more)[0])


def counted(*texts: str, old: str = "2026/11/foo", new: str = "2026/11/red-bicycle", **more: object) -> list[Any]:
    endings = (".jpg", "-300x200.jpg", "-scaled.jpg", ".jpg.webp")
    mapped = {old + ending: new + ending for ending in endings}
    return list(php(**{"texts": texts, "hosts": HOSTS, "paths": [UPLOADS], "map": mapped, **more}))


def changed(*texts: bytes) -> list[bytes | None]:
    """What the walker makes of them when each `old` in a string becomes `brand-new`."""
    told = php(serialized=[base64.b64encode(text).decode() for text in texts])
    return [None if text is None else base64.b64decode(text) for text in told]


def test_any_serialized_value_parses_afterwards_and_only_its_strings_differ():
    count = int(os.environ.get("RENAMER_TEST_VALUES", "3000"))
    told = php(random=count)
    assert told == [True] * count


def test_private_properties_references_and_unknown_classes_are_kept():
    private = b'O:7:"Unknown":2:{s:13:"\0Unknown\0name";s:3:"old";s:4:"self";r:1;}'
    assert changed(private) == [private.replace(b's:3:"old"', b's:9:"brand-new"')]
    assert changed(b'E:7:"Suit:Ol";') == [b'E:7:"Suit:Ol";']
    assert changed(b'a:1:{s:3:"old";d:-1.5E+25;}') == [b'a:1:{s:3:"old";d:-1.5E+25;}']


def test_what_does_not_parse_is_left_alone():
    broken = (
        b'C:5:"Thing":3:{old}',
        b'a:1:{i:0;C:5:"Thing":3:{old}}',
        b's:4:"old";',
        b'a:2:{i:0;s:3:"old";}',
        b'a:1:{i:0;s:3:"old";}trailing',
        b'O:3:"old',
        b's:99999999999:"old";',
    )
    assert changed(*broken) == [None] * len(broken)


def test_an_opaque_value_is_the_same_to_the_byte_and_counted():
    payload = f'C:5:"Thing":66:{{{HERE}/2026/11/foo.jpg}}'
    text = f'a:1:{{i:0;s:9:"{HERE}/2026/11/foo.jpg";}}'
    told, replaced, _, opaque = counted(payload, text)
    assert told == [payload, text]
    assert (replaced, opaque) == (0, 2)


def test_an_address_is_found_in_every_spelling():
    lefts = [
        HERE,
        f"http://photos.example{UPLOADS}",
        f"//photos.example{UPLOADS}",
        f"https://photos.example:443{UPLOADS}",
        f"https://i0.wp.com/photos.example{UPLOADS}",
        UPLOADS,
    ]
    colons = {"/": ":", "\\/": ":", "\\\\\\/": ":", "%2F": "%3A", "%2f": "%3a", "%252F": "%253A", "%252f": "%253a"}

    def spelled(left: str, slash: str, name: str) -> str:
        address = f"{left}/2026/11/{name}".replace(":", colons[slash]).replace("/", slash)
        return f'<a href="{address}">x</a> url({address}) "{address}?w=1", {address} 300w'

    cases = [(left, slash) for left in lefts for slash in colons]
    told = rewritten(*(spelled(*case, "foo-300x200.jpg") for case in cases))
    assert told == [spelled(*case, "red-bicycle-300x200.jpg") for case in cases]


def test_letters_outside_ascii_and_spaces_are_found_in_every_spelling():
    def named(path: str) -> str:
        return path.replace("é", "&eacute;").replace("ö", "&ouml;")

    def numbered(path: str) -> str:
        return path.replace("é", "&#233;").replace("ö", "&#246;")

    def in_json(path: str) -> str:
        return json.dumps(path)[1:-1]

    spellings: list[Callable[[str], str]] = [
        str,
        named,
        numbered,
        quote,
        in_json,
        lambda path: quote(path).replace("%C3%A9", "%c3%a9").replace("%C3%B6", "%c3%b6"),
        lambda path: in_json(path).replace("/", "\\/"),
        lambda path: in_json(in_json(path)).replace("/", "\\\\\\/"),
        lambda path: quote(path, safe=""),
        lambda path: quote(quote(path, safe=""), safe=""),
    ]
    old, new = "2026/11/café noir", "2026/11/schöner-tag"
    told = rewritten(*(f'"{spell(f"{UPLOADS}/{old}.jpg")}"' for spell in spellings), old=old, new=new)
    assert told == [f'"{spell(f"{UPLOADS}/{new}.jpg")}"' for spell in spellings]


def test_what_only_looks_like_it_stays():
    lookalikes = [
        f"https://other.example{UPLOADS}/2026/11/foo.jpg",
        f"https://photos.example.org{UPLOADS}/2026/11/foo.jpg",
        f"https://myphotos.example{UPLOADS}/2026/11/foo.jpg",
        f"https://photos.example:8080{UPLOADS}/2026/11/foo.jpg",
        f"{HERE}/2026/11/foo.jpgx",
        f"{HERE}/2026/11/foo.jpg.bak",
        f"{HERE}/2026/11/foo.jpg-old",
        f"{HERE}/2026/11/foo-bar.jpg",
        f"{HERE}/2026/11/xfoo.jpg",
        f"{HERE}/2026/1/foo.jpg",
        f"{HERE}/foo.jpg",
        f"{HERE}/2026/11/foo-300x200.png",
        "2026/11/foo.jpg",
        "foo.jpg",
    ]
    assert rewritten(*lookalikes) == lookalikes


def test_addresses_on_other_hosts_are_counted():
    assert counted(f"https://other.example{UPLOADS}/2026/11/foo.jpg {HERE}/2026/11/foo.jpg")[1:3] == [1, 1]


def test_the_end_of_a_sentence_is_no_part_of_a_name():
    assert rewritten(f"See {HERE}/2026/11/foo.jpg. Or not.") == [f"See {HERE}/2026/11/red-bicycle.jpg. Or not."]


def test_json_stays_as_it_was_but_for_the_address():
    data = [{"id": "a1", "settings": {"image": {"url": f"{HERE}/2026/11/foo.jpg", "id": 7}, "text": "ö \u2028 <b>"}}]
    text = json.dumps(data).replace("/", "\\/")
    (told,) = rewritten(text)
    assert told == text.replace("foo", "red-bicycle")
    assert json.loads(told)[0]["settings"]["image"]["url"] == f"{HERE}/2026/11/red-bicycle.jpg"


def test_a_folder_called_like_the_file_keeps_its_name():
    old, new = "2026/11/11.jpg", "2026/11/day-one.jpg"
    sizes = {"large": {"file": "11-300x200.jpg"}}
    value = {"file": old, "sizes": sizes, "image_meta": {"caption": "11.jpg", "title": old}}
    mapped = {old: new, "2026/11/11-300x200.jpg": "2026/11/day-one-300x200.jpg"}
    assert php(metadata=[old, value], map=mapped) == [
        new,
        {**value, "file": new, "sizes": {"large": {"file": "day-one-300x200.jpg"}}},
    ]
