"""What a target can hold: its form of Unicode, characters that it refuses, endings of its own."""

import unicodedata
from dataclasses import replace

import pytest

from appliance.naming import PROFILES, Rules, Verdict, check_name, plan
from appliance.naming.rules import FORBIDDEN_BY_WINDOWS
from tests.naming.samples import alternatives, described, seen, shot

UNICODE = Rules(profile=PROFILES["unicode"])
DECOMPOSED = replace(UNICODE, unicode_form="NFD")
WINDOWS = replace(UNICODE, forbidden=FORBIDDEN_BY_WINDOWS)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def test_a_name_is_given_in_the_form_in_which_the_target_stores_it():
    image = shot(description="Žluťoučký kůň", companions=("IMG_0001.xmp",))
    (proposal,) = plan([image], {}, DECOMPOSED)
    assert proposal.name == nfd("žluťoučký-kůň.jpg")
    assert plan([image], {}, replace(UNICODE, unicode_form="NFC"))[0].name == "žluťoučký-kůň.jpg"
    assert plan([image], {}, UNICODE)[0].name == "žluťoučký-kůň.jpg"


def test_a_name_that_the_target_stores_decomposed_is_kept_the_second_time():
    rules = replace(DECOMPOSED, only_bad_names=False)
    (proposal,) = plan([shot(nfd("kůň.jpg"), "kůň")], {"": [nfd("kůň.jpg")]}, rules)
    assert (proposal.verdict, proposal.name) == (Verdict.KEEP, nfd("kůň.jpg"))


def test_a_name_in_the_other_form_is_the_same_name():
    (proposal,) = plan([shot(description="kůň")], {"": ["kůň.jpg"]}, DECOMPOSED)
    assert proposal.name == nfd("kůň-2.jpg")


def test_the_bytes_of_a_name_are_counted_in_the_form_in_which_it_is_stored():
    text = "한국의 아름다운 바다와 하늘과 구름"
    short = replace(UNICODE, name_max=80)
    for rules in (short, replace(short, unicode_form="NFD")):
        (proposal,) = plan([shot(description=text)], {}, rules)
        assert proposal.verdict is Verdict.RENAME
        assert len(proposal.name.removesuffix(".jpg").encode()) <= 80 - 24
    assert plan([shot(description=text)], {}, short)[0].name.startswith("한국의-아름다운-바다와")


def test_a_person_may_type_a_name_in_either_form():
    assert check_name("kůň.jpg", DECOMPOSED, "jpg") is None
    assert check_name(nfd("kůň.jpg"), DECOMPOSED, "jpg") is None


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
@pytest.mark.parametrize("sign", sorted(FORBIDDEN_BY_WINDOWS))
def test_a_character_that_windows_refuses_stands_in_no_name(profile, sign):
    rules = replace(WINDOWS, profile=profile)
    for template in (None, "{subject}-" + sign + "x", "{original}-{subject}"):
        image = shot(f"IMG{sign}1{sign}.JPG", f"red{sign}car. ")
        (proposal,) = plan([image], {}, replace(rules, template=template, only_bad_names=False))
        assert proposal.verdict is Verdict.RENAME
        assert not set(proposal.name) & set(FORBIDDEN_BY_WINDOWS)


@pytest.mark.parametrize(
    ("companion", "said"),
    [
        ("IMG_0001.JPG.a:b.xmp", "this source takes no “:” in a name"),
        ("IMG_0001.JPG.", "this source takes no dot or blank at the end of a name"),
        ("IMG_0001.JPG.xmp ", "this source takes no dot or blank at the end of a name"),
    ],
)
def test_a_companion_whose_ending_the_target_refuses_leaves_the_group_for_review(companion, said):
    image = shot(companions=(companion,))
    (proposal,) = plan([image], {}, WINDOWS)
    assert (proposal.verdict, proposal.name) == (Verdict.REVIEW, "")
    assert proposal.reason == f"Its companion “{companion}” cannot follow, because {said}: rename that file first."
    assert plan([image], {}, UNICODE)[0].verdict is Verdict.RENAME


def test_a_name_with_a_letter_that_the_target_refuses_makes_way_for_the_next():
    rules = replace(UNICODE, forbidden="ů")
    image = shot(description=alternatives((seen("kůň"),), (seen("zvíře"),)))
    assert plan([image], {}, rules)[0].name == "zvíře.jpg"
    assert str(check_name("kůň.jpg", rules, "jpg")).startswith(
        "A name cannot be “kůň”, because this source takes no “ů” in a name: try “"
    )


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_an_ending_that_the_target_gives_its_own_copies_stands_at_the_end_of_no_name(profile):
    rules = Rules(profile=profile, reserved_suffixes=("-thumb",))
    words = described(seen("dog"), seen("thumb", "second"))
    assert plan([shot(description=words)], {}, rules)[0].name == "dog.jpg"
    assert plan([shot(description=words)], {}, Rules(profile=profile))[0].name == "dog-thumb.jpg"
    assert check_name("dog-thumb.jpg", rules, "jpg") == (
        "A name cannot be “dog-thumb”, because this source adds “-thumb” to its own copies: try “dog.jpg”."
    )


def test_a_template_whose_end_is_reserved_makes_no_such_name():
    rules = Rules(template="{subject}-thumb", reserved_suffixes=("-thumb",))
    (proposal,) = plan([shot(description="dog")], {}, rules)
    assert not proposal.name.endswith("-thumb.jpg")
    assert proposal.name == "dog.jpg"
