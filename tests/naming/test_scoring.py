"""A score for names that exist, by the rules that names are made by."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.naming import PROFILES, Rules, Verdict, plan
from appliance.naming.scoring import BEST, COSTS, Rule, alike, alone, faults, score, taken
from tests.naming.samples import described, seen, shot


def broken(name: str, rules: Rules | None = None, *, actual: str | None = None) -> set[Rule]:
    return {fault.rule for fault in faults(name, rules or Rules(), actual=actual)}


@pytest.mark.parametrize("name", ["red-barn.jpg", "red-barn-2.png", "golden-gate-bridge.webp", "a380-landing.jpg"])
def test_a_name_that_keeps_every_rule_has_a_hundred(name: str):
    assert faults(name, Rules(), actual=name.rpartition(".")[2]) == []
    assert score([]) == BEST


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("IMG_1234.JPG", {Rule.BAD_NAME, Rule.EXTENSION}),
        ("Red_Barn.jpg", {Rule.LETTERS}),
        ("red barn.jpg", {Rule.LETTERS}),
        ("Größe-messen.jpg", {Rule.LETTERS}),
        ("red--barn.jpg", {Rule.LETTERS}),
        ("red-barn.jpeg", {Rule.EXTENSION}),
        ("red-barn-scaled.jpg", {Rule.FORBIDDEN}),
        ("photo-of-a-red-barn.jpg", {Rule.EMPTY}),
        ("red-barn-photo.jpg", {Rule.EMPTY}),
        ("the-red-barn.jpg", set()),
        ("barn-red-barn.jpg", {Rule.REPEATED}),
        ("one-two-three-four-five-six-seven-eight-nine-ten.jpg", {Rule.LENGTH}),
    ],
)
def test_each_rule_that_is_broken_is_named(name: str, expected: set[Rule]):
    assert broken(name) == expected


@pytest.mark.parametrize(
    ("name", "actual", "wrong"),
    [
        ("barn.jpg", "jpg", False),
        ("barn.jpeg", "jpg", False),
        ("barn.png", "jpg", True),
        ("barn.jpg", "", True),
        ("barn.jpg", None, False),
        ("barn.nef", "tif", False),
        ("barn.nef", "jpg", True),
    ],
)
def test_an_extension_that_contradicts_the_content_is_a_fault(name: str, actual: str | None, wrong: bool):
    assert (Rule.CONTENT in broken(name, actual=actual)) is wrong


def test_a_remedy_is_part_of_each_sentence():
    assert "“red-barn”" in faults("Red_Barn.jpg", Rules())[0].says
    assert "call it “.jpg”" in faults("barn.png", Rules(), actual="jpg")[0].says
    assert taken("Barn.jpg").says == "Macs and Windows take it and “Barn.jpg” for one name: rename one of them."


def test_another_profile_has_other_rules():
    unicode = Rules(profile=PROFILES["unicode"])
    assert broken("кошка-на-окне.jpg", unicode) == set()
    assert broken("кошка-на-окне.jpg") == {Rule.LETTERS}


def test_a_name_that_says_nothing_is_worth_next_to_nothing_and_one_in_the_wrong_dress_is_in_the_middle():
    assert score(faults("IMG_1234.jpg", Rules())) <= 10
    assert 50 <= score(faults("My_Red Car.JPG", Rules())) <= 80


def test_names_that_differ_in_case_or_form_alone_are_found():
    names = ["Barn.jpg", "barn.jpg", "Mu\u0308hle.jpg", "M\u00fchle.jpg", "tree.jpg"]
    assert alike(names) == {
        "Barn.jpg": "barn.jpg",
        "barn.jpg": "Barn.jpg",
        "Mu\u0308hle.jpg": "M\u00fchle.jpg",
        "M\u00fchle.jpg": "Mu\u0308hle.jpg",
    }


def test_sidecars_whose_image_is_gone_are_found():
    names = ["a.jpg", "a.xmp", "b.xmp", "c.AAE", "settings.json", "d.mov", "d.xmp", "e.AVI", "e.thm", "d.mov.xmp"]
    assert alone(names) == ["b.xmp", "c.AAE"]


def test_every_rule_has_its_price():
    assert set(COSTS) == set(Rule)


WORDS = st.lists(
    st.sampled_from(
        ["red", "barn", "golden retriever", "Großer Hund", "château", "кошка", "beach", "sunset", "a coca-cola can"]
    ),
    min_size=1,
    max_size=6,
)


@given(st.lists(WORDS, min_size=1, max_size=6), st.sampled_from(sorted(PROFILES)), st.sampled_from(["", "NFC", "NFD"]))
def test_a_name_that_was_made_here_has_a_hundred(
    pictures: list[list[str]], profile: str, form: Literal["", "NFC", "NFD"]
):
    rules = Rules(profile=PROFILES[profile], unicode_form=form)
    shots = [
        shot(f"IMG_{number:04}.JPG", described(*(seen(word) for word in words)), sha256=f"{number:064x}")
        for number, words in enumerate(pictures)
    ]
    for proposal in plan(shots, {}, rules):
        if proposal.verdict is Verdict.RENAME:
            assert faults(proposal.name, rules, actual="jpg") == []


@given(st.text(min_size=1, max_size=80))
def test_any_text_has_a_score(name: str):
    assert 0 <= score(faults(name, Rules(), actual="jpg")) <= BEST
