"""Whatever text comes in, every name obeys the grammar, the limits and its neighbours.

RENAMER_TEST_EXAMPLES is the number of examples of each test: 100000 take about a quarter of an hour on one core.
"""

import os
import re
import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.naming import (
    PROFILES,
    Proposal,
    Rules,
    Shot,
    Verdict,
    check_name,
    companion_name,
    companions,
    fold,
    plan,
    profiles,
    safe_name,
    why_bad,
)
from appliance.naming.rules import FORBIDDEN_BY_WINDOWS, UnicodeForm
from appliance.words import Description, Origin, Role, Word

COUNT = int(os.environ.get("RENAMER_TEST_EXAMPLES", "200"))
EXAMPLES = settings(
    max_examples=COUNT,
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

SHOP = profiles.from_mapping(
    "shop",
    {
        "allowed": ["red car", "dog", "beach", "camera", "日本", "ß"],
        "banned": ["portrait", "red bull", "Σ"],
        "brands": ["H&M", "Coca-Cola", "The Great Image"],
        "synonyms": {"golden retriever": "dog", "é": "beach"},
    },
)
PLAIN = ["red car", "dog", "golden retriever", "beach", "camera", "portrait", "H&M", "a Coca-Cola can", "red", "bull"]
SCRIPTS = [
    (0x20, 0x7F), (0x80, 0x250), (0x370, 0x590), (0x590, 0x700), (0x900, 0xE80), (0x1E00, 0x2100), (0x3040, 0x3100),
    (0x4E00, 0x5000), (0xAC00, 0xAD00), (0xFB00, 0xFFF0), (0x1F300, 0x1F600), (0xE0000, 0xE0100),
]  # fmt: skip
TARGETS: list[tuple[UnicodeForm, str]] = [("", ""), ("", ""), ("NFD", ""), ("NFC", FORBIDDEN_BY_WINDOWS)]

texts = st.one_of(st.text(max_size=40), st.sampled_from(NASTY), st.lists(st.sampled_from(NASTY)).map(" ".join))


class Drawing:
    """Plans out of a seed, a hundred times quicker than Hypothesis draws them."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)

    def plan(self) -> tuple[list[Shot], list[str], Rules]:
        images = [self._shot() for _ in range(self._chance.randrange(9))]
        distinct = list({(image.folder, image.name): image for image in images}.values())
        return distinct, [self._text() for _ in range(self._chance.randrange(6))], self._rules()

    def shuffled(self, images: list[Shot]) -> list[Shot]:
        return self._chance.sample(images, len(images))

    def _text(self) -> str:
        kind = self._chance.randrange(4)
        if kind == 0:
            return self._chance.choice(NASTY)
        if kind == 1:
            return " ".join(self._chance.choices(NASTY + PLAIN, k=self._chance.randrange(5)))
        if kind == 2:
            return self._chance.choice(PLAIN)
        return "".join(map(self._character, self._chance.choices(SCRIPTS, k=self._chance.randrange(20))))

    def _character(self, script: tuple[int, int]) -> str:
        return chr(self._chance.randrange(*script))

    def _word(self) -> Word:
        pick = self._chance.choice
        return Word(self._text(), pick(list(Role)), pick(list(Origin)), pick([0.3, 0.6, 1.0]))

    def _description(self) -> Description:
        count = self._chance.randrange
        candidates = tuple(tuple(self._word() for _ in range(count(7))) for _ in range(count(4)))
        return Description(candidates, alt=self._text(), confidence=self._chance.choice([0.2, 0.5, 0.9]))

    def _shot(self) -> Shot:
        pick = self._chance.choice
        taken_at = datetime.fromisoformat("2024-05-01") + timedelta(seconds=self._chance.randrange(4))
        image = Shot(
            name=pick([self._text(), "IMG_1.JPG", "red-car.jpg", "Red-Car-2.jpg", "dog-01.jpeg"]),
            folder=pick(["", "a", "b/قطة"]),
            extension=pick(["jpg", "JPEG", "png", "webp"]),
            sha256=f"{self._chance.getrandbits(256):064x}",
            description=self._description(),
            taken_at=pick([None, taken_at, taken_at]),
            phash=pick([None, self._chance.randrange(8)]),
            camera=pick(["", self._text()]),
        )
        return followed(image) if pick([True, False]) else image

    def _rules(self) -> Rules:
        pick = self._chance.choice
        unicode_form, forbidden = pick(TARGETS)
        return Rules(
            profile=pick([*PROFILES.values(), SHOP, replace(SHOP, ascii=False, allowed=())]),
            language=pick(LANGUAGES),
            keywords=tuple(self._text() for _ in range(self._chance.randrange(4))),
            template=pick(TEMPLATES),
            only_bad_names=pick([True, False]),
            name_max=pick([255, 255, 143, 80, 40, 25]),
            unicode_form=unicode_form,
            forbidden=forbidden,
            reserved_suffixes=pick([(), ("-dog",)]),
        )


def followed(image: Shot) -> Shot:
    """The image with a sidecar of each style."""
    stem = image.name.rpartition(".")[0] or image.name
    return replace(image, companions=(f"{image.name}.xmp", f"{stem}.NEF"))


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
    assert len(stem.encode()) <= min(settled.name_max, 143) - 24
    assert unicodedata.is_normalized(settled.unicode_form or "NFC", name)
    assert not set(name) & set(settled.forbidden)
    stem = unicodedata.normalize("NFC", stem)
    assert len(stem) <= 60
    assert not stem.endswith(settled.reserved_suffixes)
    assert not re.search(r"-(\d+x\d+|scaled|rotated|e\d{10,})$|^\d+$|^(con|prn|aux|nul|com\d|lpt\d)$", stem)
    if settled.profile.ascii:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", stem)
    else:
        assert re.fullmatch(r"[^-]+(-[^-]+)*", stem)
        assert all(character == "-" or unicodedata.category(character)[0] in "LNM" for character in stem)
        assert stem == stem.lower()


def assert_grammar(images: list[Shot], proposals: list[Proposal], settled: Rules) -> None:
    for image, proposal in zip(images, proposals, strict=True):
        if proposal.verdict is Verdict.KEEP:
            assert proposal.name == image.name
        elif proposal.name:
            stem, _, extension = proposal.name.rpartition(".")
            assert_well_formed(proposal.name, settled)
            assert check_name(proposal.name, settled, extension) is None
            assert fold("-".join(word.text for word in proposal.words)) == fold(stem)
            assert not settled.lists.is_banned(unicodedata.normalize("NFC", stem))
            if settled.template is None and proposal.verdict is Verdict.RENAME:
                assert why_bad(proposal.name) is None
        else:
            assert proposal.verdict is Verdict.REVIEW


def assert_free(images: list[Shot], proposals: list[Proposal], before: dict[str, list[str]]) -> None:
    given_names: set[tuple[str, str]] = set()
    for image, proposal in zip(images, proposals, strict=True):
        if not proposal.name or proposal.name == image.name:
            continue
        own = {image.name, *image.companions}
        strangers = {fold(name) for name in before[image.folder] if name not in own}
        new = [proposal.name, *(companion_name(other, image.name, proposal.name) for other in image.companions)]
        for key in map(fold, new):
            assert key not in strangers
            assert (image.folder, key) not in given_names
            given_names.add((image.folder, key))


def assert_settled(images: list[Shot], others: list[str], proposals: list[Proposal], settled: Rules) -> None:
    """A second plan over the result keeps everything."""
    renamed, keep = [], []
    for image, proposal in zip(images, proposals, strict=True):
        renamed.append(moved(image, proposal.name) if proposal.verdict is Verdict.RENAME else image)
        keep.append(proposal.verdict is not Verdict.REVIEW)
    again = plan(renamed, taken(renamed, others), settled)
    assert [p.name for p, kept in zip(again, keep, strict=True) if kept] == [
        image.name for image, kept in zip(renamed, keep, strict=True) if kept
    ]


def by_name(images: list[Shot], proposals: list[Proposal]) -> dict[tuple[str, str], Proposal]:
    return {(image.folder, image.name): one for image, one in zip(images, proposals, strict=True)}


def test_every_plan_obeys_the_grammar_the_limits_and_its_neighbours():
    """All properties on each plan: grammar, limits, lists, no name twice, a second plan, another order."""
    for seed in range(COUNT):
        drawing = Drawing(seed)
        images, others, settled = drawing.plan()
        before = taken(images, others)
        try:
            proposals = plan(images, before, settled)
            assert_grammar(images, proposals, settled)
            assert_free(images, proposals, before)
            assert_settled(images, others, proposals, settled)
            shuffled = drawing.shuffled(images)
            assert by_name(shuffled, plan(shuffled, before, settled)) == by_name(images, proposals)
        except Exception as error:
            raise AssertionError(f"The plan of seed {seed} broke a rule.") from error


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
