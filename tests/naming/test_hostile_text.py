"""Whatever text comes in, every name obeys the grammar, the limits and its neighbours.

RENAMER_TEST_EXAMPLES is the number of examples of each test.
"""

import os
import re
import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.naming import (
    PROFILES,
    Rules,
    Shot,
    Verdict,
    check_name,
    companion_name,
    companions,
    fold,
    plan,
    safe_name,
    why_bad,
)
from appliance.words import Description, Origin, Role, Word

EXAMPLES = settings(
    max_examples=int(os.environ.get("RENAMER_TEST_EXAMPLES", "60")),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)

NASTY = [
    "con", "PRN", "com1", "lpt9", "1920x1080", "scaled", "rotated", "e1512345678901", "..", "/", "\\", "\0", "a" * 300,
    "IMG_1234", "image", "photo of", "the", "\u202egnp",
    "\u200b", "\u3164", "é", "e\u0301", "İ", "ı", "ß", "ẞ", "ﬁ",
    "Σ", "ας", "\u0345", "ǅ", "קטה", "قطة", "हिन्दी", "ไทย", "日本", "한국", "🚀", "👩‍👩‍👧", "2024", "½", "①",
    "a380", "Z" * 54,
]  # fmt: skip
LANGUAGES = ["en", "de", "fr", "tr", "el", "uk", "ru", "bg", "da", "sv", "it", "xx", ""]
TEMPLATES = [None, None, None, "{subject}-{counter}", "{date}-{original}", "{original}", "x{attribute}{place}{sha}"]

texts = st.one_of(st.text(max_size=40), st.sampled_from(NASTY), st.lists(st.sampled_from(NASTY)).map(" ".join))
plain = st.sampled_from(["red car", "dog", "golden retriever", "beach", "camera", "portrait"])
words = st.builds(
    Word, st.one_of(texts, plain), st.sampled_from(Role), st.sampled_from(Origin), st.sampled_from([0.3, 0.6, 1.0])
)
descriptions = st.builds(
    Description,
    candidates=st.lists(st.lists(words, max_size=6).map(tuple), max_size=3).map(tuple),
    alt=texts,
    confidence=st.sampled_from([0.2, 0.5, 0.9]),
)
shots = st.builds(
    Shot,
    name=st.one_of(texts, st.sampled_from(["IMG_1.JPG", "red-car.jpg", "Red-Car-2.jpg", "dog-01.jpeg"])),
    folder=st.sampled_from(["", "a", "b/قطة"]),
    extension=st.sampled_from(["jpg", "JPEG", "png", "webp"]),
    sha256=st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}"),
    description=descriptions,
    taken_at=st.none() | st.integers(0, 3).map(lambda n: datetime.fromisoformat("2024-05-01") + timedelta(seconds=n)),
    phash=st.none() | st.integers(0, 7),
    camera=texts,
)


def followed(image: Shot) -> Shot:
    """The image with a sidecar of each style."""
    stem = image.name.rpartition(".")[0] or image.name
    return replace(image, companions=(f"{image.name}.xmp", f"{stem}.NEF"))


shots |= shots.map(followed)
rules = st.builds(
    Rules,
    profile=st.sampled_from(list(PROFILES.values())),
    language=st.sampled_from(LANGUAGES),
    keywords=st.lists(texts, max_size=3).map(tuple),
    template=st.sampled_from(TEMPLATES),
    only_bad_names=st.booleans(),
    name_max=st.sampled_from([255, 255, 143, 80, 40, 25]),
)


def distinct(images: list[Shot]) -> list[Shot]:
    return list({(image.folder, image.name): image for image in images}.values())


plans = st.tuples(st.lists(shots, max_size=8).map(distinct), st.lists(texts, max_size=5), rules)


def taken(images: list[Shot], others: list[str]) -> dict[str, list[str]]:
    folders: dict[str, list[str]] = {image.folder: [*others] for image in images}
    for image in images:
        folders[image.folder] += [image.name, *image.companions]
    return folders


def moved(image: Shot, name: str) -> Shot:
    others = tuple(companion_name(other, image.name, name) for other in image.companions)
    return replace(image, name=name, companions=others)


def assert_well_formed(name: str, settled: Rules) -> None:
    stem, _, extension = name.rpartition(".")
    assert extension in {"jpg", "png", "webp"}
    assert len(stem) <= 60
    assert len(stem.encode()) <= min(settled.name_max, 143) - 24
    assert unicodedata.is_normalized("NFC", name)
    assert not re.search(r"-(\d+x\d+|scaled|rotated|e\d{10,})$|^\d+$|^(con|prn|aux|nul|com\d|lpt\d)$", stem)
    if settled.profile.ascii:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", stem)
    else:
        assert re.fullmatch(r"[^-]+(-[^-]+)*", stem)
        assert all(character == "-" or unicodedata.category(character)[0] in "LNM" for character in stem)
        assert stem == stem.lower()


@EXAMPLES
@given(plans)
def test_every_name_obeys_the_grammar_and_the_limits(drawn):
    images, others, settled = drawn
    for image, proposal in zip(images, plan(images, taken(images, others), settled), strict=True):
        if proposal.verdict is Verdict.KEEP:
            assert proposal.name == image.name
        elif proposal.name:
            assert_well_formed(proposal.name, settled)
            assert check_name(proposal.name, settled, proposal.name.rpartition(".")[2]) is None
            assert "-".join(word.text for word in proposal.words) == proposal.name.rpartition(".")[0]
        else:
            assert proposal.verdict is Verdict.REVIEW


@EXAMPLES
@given(plans)
def test_no_name_is_given_twice_and_none_that_is_taken(drawn):
    images, others, settled = drawn
    before = taken(images, others)
    given_names: set[tuple[str, str]] = set()
    for image, proposal in zip(images, plan(images, before, settled), strict=True):
        if not proposal.name or proposal.name == image.name:
            continue
        own = {image.name, *image.companions}
        strangers = {fold(name) for name in before[image.folder] if name not in own}
        new = [proposal.name, *(companion_name(other, image.name, proposal.name) for other in image.companions)]
        for key in map(fold, new):
            assert key not in strangers
            assert (image.folder, key) not in given_names
            given_names.add((image.folder, key))


@EXAMPLES
@given(plans)
def test_a_second_plan_over_the_result_keeps_everything(drawn):
    images, others, settled = drawn
    renamed, keep = [], []
    for image, proposal in zip(images, plan(images, taken(images, others), settled), strict=True):
        renamed.append(moved(image, proposal.name) if proposal.verdict is Verdict.RENAME else image)
        keep.append(proposal.verdict is not Verdict.REVIEW)
    again = plan(renamed, taken(renamed, others), settled)
    assert [p.name for p, kept in zip(again, keep, strict=True) if kept] == [
        image.name for image, kept in zip(renamed, keep, strict=True) if kept
    ]


@EXAMPLES
@given(plans)
def test_a_name_made_without_a_template_is_a_good_name(drawn):
    images, others, settled = drawn
    for proposal in plan(images, taken(images, others), replace(settled, template=None)):
        if proposal.verdict is Verdict.RENAME:
            assert why_bad(proposal.name) is None


@EXAMPLES
@given(plans, st.randoms(use_true_random=False))
def test_the_order_of_the_list_makes_no_difference(drawn, chance):
    images, others, settled = drawn
    shuffled = chance.sample(images, len(images))
    first = {(s.folder, s.name): p for s, p in zip(images, plan(images, taken(images, others), settled), strict=True)}
    again = plan(shuffled, taken(shuffled, others), settled)
    assert {(s.folder, s.name): p for s, p in zip(shuffled, again, strict=True)} == first


@EXAMPLES
@given(texts, st.sampled_from(list(PROFILES.values())), st.sampled_from([255, 143, 60, 30]))
def test_a_safe_name_is_safe_and_stays_as_it_is(text, profile, name_max):
    try:
        name = safe_name(text, "jpg", profile, name_max)
    except ValueError:
        return
    assert_well_formed(name, Rules(profile=profile, name_max=name_max))
    assert safe_name(name.removesuffix(".jpg"), "jpg", profile, name_max) == name


@EXAMPLES
@given(st.lists(texts.flatmap(lambda stem: st.sampled_from([stem, f"{stem}.jpg", f"{stem}.jpg.xmp", f"{stem}.NEF"]))))
def test_every_companion_that_is_found_can_follow(names):
    for image, others in companions(names).items():
        for other in others:
            assert companion_name(other, image, "beach.jpg").startswith("beach")


@EXAMPLES
@given(texts)
def test_the_judge_of_names_has_an_answer_for_every_text(text):
    assert why_bad(text) is None or why_bad(text)
    assert check_name(text, Rules(), "jpg") is None or "try “" in str(check_name(text, Rules(), "jpg"))
