"""XMP sidecars name the files around them by their new names, and nothing else in them changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.naming.sidecars import extension_for, new_name, of_image, renamed
from tests.companions import adobe, darktable

NAMES = {"IMG_1.NEF": "red-barn.nef", "IMG_1.jpeg": "red-barn.jpg", "IMG_1.xmp": "red-barn.xmp"}


def test_darktables_reference_gets_the_new_name_and_the_first_name_stays():
    expected = darktable("IMG_1.NEF").replace('DerivedFrom="IMG_1.NEF"', 'DerivedFrom="red-barn.nef"')
    assert renamed(darktable("IMG_1.NEF").encode(), NAMES) == expected.encode()


def test_camera_raws_reference_gets_the_new_name():
    expected = adobe("NEF", "red-barn.nef")
    assert renamed(adobe("NEF", "IMG_1.NEF").encode(), NAMES) == expected.encode()


@pytest.mark.parametrize(("before", "after"), [("NEF", "NEF"), ("jpeg", "jpg"), ("TIF", "TIF")])
def test_the_extension_of_the_image_changes_where_more_than_its_case_does(before: str, after: str):
    assert renamed(adobe(before).encode(), NAMES) == adobe(after).encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<xmpMM:DerivedFrom>IMG_1.NEF</xmpMM:DerivedFrom>", "<xmpMM:DerivedFrom>red-barn.nef</xmpMM:DerivedFrom>"),
        ("xmpMM:DerivedFrom = 'IMG_1.NEF'", "xmpMM:DerivedFrom = 'red-barn.nef'"),
        ('stRef:filePath="/photos/2024/IMG_1.NEF"', 'stRef:filePath="/photos/2024/red-barn.nef"'),
        ('xmpMM:DerivedFrom="IMG_2.NEF"', 'xmpMM:DerivedFrom="IMG_2.NEF"'),
        ('xmpMM:PreservedFileName="IMG_1.NEF"', 'xmpMM:PreservedFileName="IMG_1.NEF"'),
        ("<dc:title>IMG_1.NEF</dc:title>", "<dc:title>IMG_1.NEF</dc:title>"),
        ("", ""),
    ],
)
def test_attributes_and_elements_and_paths(before: str, after: str):
    assert renamed(before.encode(), NAMES).decode() == after


def test_a_name_that_xml_must_escape():
    before, after = 'crs:RawFileName="Tom &amp; Co.NEF"', 'crs:RawFileName="barn &lt;1&gt;.nef"'
    assert renamed(before.encode(), {"Tom & Co.NEF": "barn <1>.nef"}).decode() == after


def test_where_the_way_back_would_lead_elsewhere_nothing_changes():
    both = 'xmpMM:DerivedFrom="IMG_1.NEF" crs:RawFileName="red-barn.nef"'
    assert renamed(both.encode(), NAMES) == both.encode()


@pytest.mark.parametrize("text", ['photoshop:SidecarForExtension="NEF"', "<photoshop:SidecarForExtension>nef</x>"])
def test_the_image_for_which_a_sidecar_was_written(text: str):
    assert extension_for(text.encode()) == "nef"
    assert extension_for(darktable("IMG_1.NEF").encode()) == ""


@given(st.binary(max_size=200), st.sampled_from(["IMG_1.NEF", "red-barn.nef", "IMG_1.jpeg", "\u00e4.nef"]))
def test_there_and_back_again_are_the_same_bytes(noise: bytes, name: str):
    contents = noise + darktable(name).encode() + noise + adobe("jpeg", name).encode() + noise
    back = {new: old for old, new in NAMES.items()}
    there = renamed(contents, NAMES)
    assert there == contents or renamed(there, back) == contents


@pytest.mark.parametrize(
    ("image", "names", "expected"),
    [
        ("a.jpg", "a.jpg", "a.jpg.xmp"),
        ("a.cr2", "a.cr2", "a.xmp"),
        ("a.jpg", "a.jpg b.jpg b.xmp", "a.xmp"),
        ("a.jpg", "a.jpg b.jpg b.xmp c.jpg c.jpg.xmp", "a.jpg.xmp"),
        ("a.cr2", "a.cr2 b.cr2 b.cr2.xmp", "a.cr2.xmp"),
        ("a.png", "a.png a.jpg b.jpg b.xmp", "a.png.xmp"),
        ("a.jpg", "a.jpg a.cr2", "a.jpg.xmp"),
    ],
)
def test_a_new_sidecar_is_called_as_its_neighbours_are_and_belongs_to_no_other_image(
    image: str, names: str, expected: str
):
    assert new_name(image, names.split()) == expected


@pytest.mark.parametrize(
    ("image", "names", "expected"),
    [
        ("a.jpg", "a.jpg a.xmp a.jpg.xmp b.jpg.xmp", ["a.jpg.xmp", "a.xmp"]),
        ("a.JPG", "a.JPG A.jpg.XMP", ["A.jpg.XMP"]),
        ("a.png", "a.png a.jpg a.xmp", []),
        ("a.nef", "a.nef a_01.nef.xmp", []),
    ],
)
def test_the_sidecars_of_an_image_are_told_from_those_of_others(image: str, names: str, expected: list[str]):
    assert of_image(image, names.split()) == expected
