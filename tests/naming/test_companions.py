"""Rule 13: companions keep one stem with their image, each in its own style."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from appliance.naming import Evidence, companion_name, companions


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        (["a.jpg", "a.nef"], {"a.jpg": ("a.nef",)}),
        (["a.JPG", "a.NEF", "a.xmp"], {"a.JPG": ("a.NEF", "a.xmp")}),
        (["a.nef", "a.xmp"], {"a.nef": ("a.xmp",)}),
        (["a.nef", "a.nef.xmp"], {"a.nef": ("a.nef.xmp",)}),
        (["a.jpg", "a.nef", "a.nef.xmp", "a.jpg.xmp"], {"a.jpg": ("a.jpg.xmp", "a.nef", "a.nef.xmp")}),
        (["IMG_1.HEIC", "IMG_1.MOV", "IMG_1.AAE"], {"IMG_1.HEIC": ("IMG_1.AAE", "IMG_1.MOV")}),
        (["a.jpg", "a.thm"], {"a.jpg": ("a.thm",)}),
        (["a.jpg", "a.webp", "a.jpg.webp", "a.avif"], {"a.jpg": ("a.avif", "a.jpg.webp", "a.webp")}),
        (["a.jpg", "a@2x.jpg", "a@3x.jpg", "a@2x.jpg.webp"], {"a.jpg": ("a@2x.jpg", "a@2x.jpg.webp", "a@3x.jpg")}),
        (["a.jpg", "a.jpg.json"], {"a.jpg": ("a.jpg.json",)}),
        (["a.jpg", "a.jpg.supplemental-metadata.json"], {"a.jpg": ("a.jpg.supplemental-metadata.json",)}),
        (["a.jpg", "a.jpg.suppl.json"], {"a.jpg": ("a.jpg.suppl.json",)}),
        (
            ["a.jpg", "a(1).jpg", "a.jpg.json", "a.jpg(1).json"],
            {"a.jpg": ("a.jpg.json",), "a(1).jpg": ("a.jpg(1).json",)},
        ),
        (
            ["a(1).jpg", "a.jpg.supplemental-metadata(1).json"],
            {"a(1).jpg": ("a.jpg.supplemental-metadata(1).json",)},
        ),
    ],
)
def test_rule_13_companions_are_found(listing, expected):
    assert companions(listing) == expected
    assert companions(reversed(listing)) == expected


@pytest.mark.parametrize(
    "listing",
    [
        ["a.jpg", "b.jpg"],
        ["a.jpg", "a.png"],
        ["IMG_1.HEIC", "IMG_1.JPG"],
        ["a.webp"],
        ["a.xmp", "a.mov", "a.mov.xmp"],
        ["a@2x.jpg"],
        ["a.jpg", "a.json"],
        ["a.jpg", "a.txt", "a.jpg.txt", "a.html"],
        ["a.jpg", "ab.xmp", "a b.xmp"],
        [],
    ],
)
def test_rule_13_other_files_follow_no_image(listing):
    assert companions(listing) == {}


def test_rule_13_a_title_that_takeout_cut_finds_its_image():
    image = "a-very-long-title-of-a-photograph-from-some-holiday.jpg"
    sidecar = "a-very-long-title-of-a-photograph-from-some-ho.json"
    assert companions([image, sidecar]) == {image: (sidecar,)}
    assert companion_name(sidecar, image, "beach.jpg") == "beach.jpg.json"


def test_rule_13_a_title_that_could_be_of_two_images_follows_neither():
    first = "a-very-long-title-of-a-photograph-from-some-holiday-1.jpg"
    second = "a-very-long-title-of-a-photograph-from-some-holiday-2.jpg"
    assert companions([first, second, "a-very-long-title-of-a-photograph-from-some-ho.json"]) == {}


def test_rule_13_where_names_differ_in_case_each_image_has_its_own():
    assert companions(["A.jpg", "a.jpg", "a.xmp", "A.xmp"]) == {"A.jpg": ("A.xmp",), "a.jpg": ("a.xmp",)}


def test_rule_13_one_of_two_images_of_a_stem_has_the_companion():
    assert companions(["a.png", "a.jpg", "a.xmp"]) == {"a.jpg": ("a.xmp",)}


@pytest.mark.parametrize(
    ("companion", "image", "expected"),
    [
        ("IMG_1.xmp", "IMG_1.JPG", "beach.xmp"),
        ("IMG_1.JPG.xmp", "IMG_1.JPG", "beach.jpg.xmp"),
        ("IMG_1.jpg.webp", "IMG_1.JPG", "beach.jpg.webp"),
        ("IMG_1.NEF", "IMG_1.JPG", "beach.nef"),
        ("IMG_1.NEF.xmp", "IMG_1.JPG", "beach.nef.xmp"),
        ("IMG_1.MOV", "IMG_1.HEIC", "beach.mov"),
        ("IMG_1@2x.JPEG", "IMG_1.jpg", "beach@2x.jpg"),
        ("IMG_1@2x.jpg.webp", "IMG_1.jpg", "beach@2x.jpg.webp"),
        ("IMG_1.jpg.json", "IMG_1.jpg", "beach.jpg.json"),
        ("IMG_1.jpg.supplemental-metadata.json", "IMG_1.jpg", "beach.jpg.supplemental-metadata.json"),
        ("IMG_1.jpg(2).json", "IMG_1(2).jpg", "beach.jpg.json"),
        ("IMG_1.jpg.supplemental-metadata(2).json", "IMG_1(2).jpg", "beach.jpg.supplemental-metadata.json"),
    ],
)
def test_rule_13_a_companion_keeps_its_style(companion, image, expected):
    assert companion_name(companion, image, "beach.jpg") == expected


def test_a_file_that_is_no_companion_is_refused():
    with pytest.raises(ValueError, match=r"“b\.xmp” does not follow “a\.jpg”: rename it by itself\."):
        companion_name("b.xmp", "a.jpg", "beach.jpg")


def test_a_folder_of_many_thousand_sidecars_is_listed_in_time():
    stems = [f"a-very-long-title-of-a-photograph-from-some-holiday-{n:05}" for n in range(5_000)]
    listing = [name for stem in stems for name in (f"{stem}.jpg", f"{stem}.json")]
    assert len(companions(listing)) == 5_000


MORNING = datetime(2024, 5, 17, 8, 3, 9, tzinfo=timezone(timedelta(hours=2)))
ONE, OTHER = Evidence(content_id="ONE"), Evidence(content_id="OTHER")


@pytest.mark.parametrize(
    ("still", "film", "follows"),
    [
        (Evidence(), Evidence(), True),
        (ONE, ONE, True),
        (ONE, OTHER, False),
        (ONE, Evidence(), True),
        (Evidence(taken_at=MORNING), Evidence(taken_at=MORNING + timedelta(seconds=3)), True),
        (Evidence(taken_at=MORNING), Evidence(taken_at=MORNING + timedelta(minutes=7)), False),
        # A clock without a zone may be hours away, and the minutes still tell.
        (Evidence(taken_at=MORNING.replace(tzinfo=None)), Evidence(taken_at=MORNING.astimezone(UTC)), True),
        (Evidence(taken_at=MORNING), Evidence(taken_at=datetime(2024, 5, 17, 6, 3, 10)), True),  # noqa: DTZ001
        (Evidence(taken_at=MORNING), Evidence(taken_at=datetime(2024, 5, 17, 6, 10, 10)), False),  # noqa: DTZ001
        (Evidence(taken_at=MORNING), Evidence(taken_at=datetime(2024, 5, 20, 6, 3, 9)), False),  # noqa: DTZ001
        (replace(ONE, taken_at=MORNING), replace(ONE, taken_at=MORNING + timedelta(hours=1)), True),
    ],
)
def test_rule_13_a_film_follows_the_still_of_its_identifier_else_of_its_stem_and_time(still, film, follows):
    expected = {"IMG_1.HEIC": ("IMG_1.MOV",)} if follows else {}
    assert companions(["IMG_1.HEIC", "IMG_1.MOV"], {"IMG_1.HEIC": still, "IMG_1.MOV": film}) == expected


def test_rule_13_an_identifier_finds_the_still_under_another_stem():
    evidence = {"IMG_1.HEIC": ONE, "IMG_2.HEIC": OTHER, "IMG_2.MOV": ONE, "film.mov": OTHER}
    assert companions(evidence, evidence) == {"IMG_1.HEIC": ("IMG_2.MOV",), "IMG_2.HEIC": ("film.mov",)}
    assert companion_name("film.mov", "IMG_2.HEIC", "beach.heic") == "beach.mov"


def test_rule_13_an_identifier_that_two_stills_have_goes_by_stem_alone():
    evidence = {"IMG_1.HEIC": ONE, "IMG_E1.HEIC": ONE, "IMG_E1.MOV": ONE, "IMG_3.MOV": ONE}
    assert companions(evidence, evidence) == {"IMG_E1.HEIC": ("IMG_E1.MOV",)}


@pytest.mark.parametrize("extension", ["png", "jpg"])
def test_rule_13_a_sidecar_that_says_for_which_image_it_is_follows_that_one(extension):
    evidence = {"a.xmp": Evidence(extension=extension)}
    assert companions(["a.png", "a.jpg", "a.xmp"], evidence) == {f"a.{extension}": ("a.xmp",)}


@pytest.mark.parametrize(
    ("image", "companion", "expected"),
    [
        ("a.NEF", "a_01.NEF.xmp", "beach_01.nef.xmp"),  # darktable's second version
        ("a.NEF", "a.NEF.pp3", "beach.nef.pp3"),  # RawTherapee
        ("a.NEF", "a.NEF.dop", "beach.nef.dop"),  # DxO
        ("a.NEF", "a.on1", "beach.on1"),
        ("a.JPG", "a.WAV", "beach.wav"),  # a spoken note
        ("PXL_1.MP.jpg", "PXL_1.MP", "beach.mp"),  # a motion photo
    ],
)
def test_rule_13_the_files_of_other_programs(image, companion, expected):
    assert companions([image, companion]) == {image: (companion,)}
    new = f"beach.{image.rpartition('.')[2].lower()}"
    assert companion_name(companion, image, new) == expected
    assert companions([new, expected]) == {new: (expected,)}


def test_rule_13_a_photo_whose_name_ends_like_a_version_has_its_own_sidecar():
    names = ["a.NEF", "a_01.NEF", "a_01.NEF.xmp"]
    assert companions(names) == {"a_01.NEF": ("a_01.NEF.xmp",)}
