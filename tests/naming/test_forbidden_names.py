"""Rules 9 and 10: what a name never is, its extension, and a person's own edit."""

import pytest

from appliance.naming import PROFILES, Rules, Verdict, check_name, plan, safe_name
from tests.naming.samples import described, seen, shot

WEB, UNICODE = PROFILES["web"], PROFILES["unicode"]


@pytest.mark.parametrize("device", ["con", "PRN", "aux", "nul", "com1", "COM9", "lpt1", "Lpt9"])
def test_rule_9_no_name_is_that_of_a_windows_device(device):
    (proposal,) = plan([shot(description=device)], {}, Rules())
    assert (proposal.verdict, proposal.name) == (Verdict.REVIEW, "")
    assert safe_name(f"{device} cable", "jpg", WEB, 255) == f"{device.lower()}-cable.jpg"
    with pytest.raises(ValueError, match="can stand in a name"):
        safe_name(device, "jpg", WEB, 255)


@pytest.mark.parametrize("ending", ["1920x1080", "scaled", "rotated", "e1512345678901"])
def test_rule_9_no_name_ends_like_a_copy_that_wordpress_makes(ending):
    (proposal,) = plan([shot(description=f"harbour {ending}")], {}, Rules())
    assert proposal.name == "harbour.jpg"
    assert safe_name(f"harbour-{ending}", "jpg", WEB, 255) == "harbour.jpg"


def test_rule_9_no_stem_is_of_digits_only():
    assert plan([shot(description="2024")], {}, Rules())[0].verdict is Verdict.REVIEW
    with pytest.raises(ValueError, match="can stand in a name"):
        safe_name("2024", "jpg", WEB, 255)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("...hidden. ", "hidden.jpg"),
        ("-leading and trailing- ", "leading-and-trailing.jpg"),
        ("line\nbreak\ttab\0null", "line-break-tab-null.jpg"),
        ("gnp\u202ecar", "gnpcar.jpg"),
        ("zero\u200bwidth\ufeff", "zerowidth.jpg"),
        ("../../etc/passwd", "etc-passwd.jpg"),
        ("C:\\temp\\car", "c-temp-car.jpg"),
        ("=cmd|'/c calc'!A1", "cmd-c-calc-a1.jpg"),
        ("<script>alert(1)</script>", "script-alert-1-script.jpg"),
        ("100% wool & silk", "100-wool-silk.jpg"),
    ],
)
@pytest.mark.parametrize("profile", [WEB, UNICODE], ids=lambda profile: profile.name)
def test_rule_9_signs_and_what_nobody_sees_never_stand_in_a_name(profile, text, name):
    assert safe_name(text, "jpg", profile, 255) == name


@pytest.mark.parametrize("hidden", ["\u3164", "\u115f", "\u034f", "\u2800", "\ufe0f", "\U000e0041", "\ufff9"])
def test_rule_9_letters_that_nobody_can_see_make_no_name(hidden):
    with pytest.raises(ValueError, match="can stand in a name"):
        safe_name(hidden, "jpg", UNICODE, 255)


@pytest.mark.parametrize(("extension", "written"), [("JPEG", "jpg"), ("jpg", "jpg"), ("PNG", "png"), ("Webp", "webp")])
def test_rule_10_an_extension_is_in_lower_case_and_jpeg_becomes_jpg(extension, written):
    assert plan([shot(extension=extension)], {}, Rules())[0].name == f"red-car.{written}"


def test_rule_10_a_wrong_extension_is_corrected_and_said():
    (proposal,) = plan([shot("IMG_0001.JPG", extension="png")], {}, Rules())
    assert proposal.name == "red-car.png"
    assert proposal.reason == "The extension was wrong: the file is a PNG."


def test_rule_10_a_missing_extension_is_added_and_said():
    (proposal,) = plan([shot("IMG_0001", extension="jpg")], {}, Rules())
    assert (proposal.name, proposal.reason) == ("red-car.jpg", "The extension was missing: the file is a JPEG.")


def test_rule_10_a_good_name_with_a_wrong_extension_is_left_alone_with_a_warning():
    (proposal,) = plan([shot("blue-boat.jpg", extension="png")], {}, Rules())
    assert (proposal.verdict, proposal.name) == (Verdict.KEEP, "blue-boat.jpg")
    assert proposal.warnings == ("The extension was wrong: the file is a PNG.",)


@pytest.mark.parametrize("name", ["blue-boat.JPG", "blue-boat.jpeg"])
def test_rule_10_a_good_name_with_another_writing_of_its_extension_is_left_alone(name):
    (proposal,) = plan([shot(name)], {}, Rules())
    assert (proposal.verdict, proposal.name, proposal.warnings) == (Verdict.KEEP, name, ())


@pytest.mark.parametrize("extension", ["", "j/pg", "jpg\n", "..", "é"])
def test_what_is_no_extension_is_refused(extension):
    with pytest.raises(ValueError, match="cannot be the extension"):
        safe_name("car", extension, WEB, 255)


def test_a_name_that_the_target_has_no_room_for_is_refused():
    with pytest.raises(ValueError, match="can stand in a name"):
        safe_name("car", "jpg", WEB, 24)


def test_a_persons_good_name_is_accepted():
    assert check_name("red-car.jpg", Rules(), "jpg") is None
    assert check_name("2024-05-01-anna-und-tom.jpg", Rules(), "JPEG") is None
    assert check_name("кошка-на-окне.jpg", Rules(profile=UNICODE), "jpg") is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "Red Car.jpg",
            "A name has only a to z in lower case and digits, with single hyphens between words: try “red-car.jpg”.",
        ),
        (
            "red--car.jpg",
            "A name has only a to z in lower case and digits, with single hyphens between words: try “red-car.jpg”.",
        ),
        (
            "a/b.jpg",
            "A name has only a to z in lower case and digits, with single hyphens between words: try “a-b.jpg”.",
        ),
        ("red-car", "The name must end in “.jpg”, which is what the file is: try “red-car.jpg”."),
        ("red-car.png", "The name must end in “.jpg”, which is what the file is: try “red-car.jpg”."),
        ("v1.2 car", "The name must end in “.jpg”, which is what the file is: try “v1-2-car.jpg”."),
        ("", "The name must end in “.jpg”, which is what the file is: try “red-vintage-car.jpg”."),
        (
            "con.jpg",
            "A name cannot be “con”, because “con” is the name of a device on Windows: try “red-vintage-car.jpg”.",
        ),
        ("1234.jpg", "A name cannot be “1234”, because digits alone say nothing: try “red-vintage-car.jpg”."),
        (
            "car-scaled.jpg",
            "A name cannot be “car-scaled”, because WordPress adds “-scaled” to its own copies: try “car.jpg”.",
        ),
    ],
)
def test_a_persons_name_that_breaks_a_rule_is_refused_with_one_that_would_do(name, said):
    assert check_name(name, Rules(), "jpg") == said


def test_a_persons_name_that_is_too_long_is_refused_with_the_limits():
    said = check_name(f"{'a' * 30}-{'b' * 30}.jpg", Rules(), "jpg")
    assert said == f"A name has at most 8 words, 60 characters and 119 bytes: try “{'a' * 30}.jpg”."


def test_the_suggestion_is_in_the_owners_language():
    said = check_name("Schöne Grüße.jpg", Rules(language="de"), "jpg")
    assert said is not None
    assert said.endswith("try “schoene-gruesse.jpg”.")


def test_words_of_a_picture_that_look_like_a_camera_give_no_name():
    assert plan([shot(description=described(seen("IMG 1234")))], {}, Rules())[0].verdict is Verdict.REVIEW


def test_a_name_that_is_no_text_at_all_can_still_be_judged_and_replaced():
    not_utf8 = "IMG_\udcff1.JPG"
    assert plan([shot(not_utf8)], {"": [not_utf8]}, Rules(only_bad_names=False))[0].name == "red-car.jpg"
    assert plan([shot(not_utf8)], {"": [not_utf8]}, Rules(template="{original}", only_bad_names=False))[0].name == (
        "img-1.jpg"
    )
    assert "try “img-1.jpg”" in str(check_name(not_utf8, Rules(), "jpg"))
