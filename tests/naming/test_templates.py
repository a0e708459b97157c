"""Rule 16: templates replace tokens, and their result obeys the profile."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from appliance.naming import PROFILES, Rules, TemplateError, Verdict, plan, templates
from appliance.words import Description, Origin
from tests.naming.samples import alternatives, described, seen, shot

TAKEN_AT = datetime.fromisoformat("2024-05-01T14:05:33")
NOTHING_SEEN = alternatives()
WORDS = described(
    seen("red car"), seen("rusty", "attribute"), seen("tree", "second"), seen("Rome", "place", origin=Origin.PLACE)
)


def named(
    template: str,
    description: Description = WORDS,
    *,
    name: str = "IMG_0001.JPG",
    taken_at: datetime | None = TAKEN_AT,
    folder: str = "2024/Italy trip",
    language: str = "en",
) -> str:
    image = shot(name, description, taken_at=taken_at, camera="Canon EOS R5", folder=folder)
    rules = Rules(template=template, keywords=("Acme", "cars"), only_bad_names=False, language=language)
    (proposal,) = plan([image], {folder: [name]}, rules)
    return proposal.name


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{subject}", "red-car"),
        ("{attribute}-{subject}", "rusty-red-car"),
        ("{subject}_{second}_{place}", "red-car-tree-rome"),
        ("{subject}-{keywords}", "red-car-acme-cars"),
        ("{date}-{subject}", "2024-05-01-red-car"),
        ("{date:%Y%m%d} {time} {subject}", "20240501-14-05-33-red-car"),
        ("{date:%Y}-{place}-{subject}", "2024-rome-red-car"),
        ("{time:%H%M}-{subject}", "1405-red-car"),
        ("{subject} by {camera}", "red-car-by-canon-eos-r5"),
        ("{folder}-{subject}", "italy-trip-red-car"),
        ("{subject}-{original}", "red-car-img-0001"),
        ("{subject}-{counter}", "red-car-01"),
        ("{counter}-{subject}", "01-red-car"),
        ("{subject}-{counter:4}", "red-car-0001"),
        ("{subject}-{counter:1}", "red-car-1"),
        ("{subject}-{sha}", "red-car-a3f2c1"),
        ("Holiday 2024: {subject}", "holiday-2024-red-car"),
    ],
)
def test_rule_16_every_token_is_replaced(template, name):
    templates.check(template)
    assert named(template) == f"{name}.jpg"


def test_rule_16_an_empty_token_goes_with_its_separator():
    assert named("{date}-{subject}", taken_at=None) == "red-car.jpg"
    assert named("{place}-{subject}", described(seen("red car"))) == "red-car.jpg"
    assert named("{folder}_{subject}", folder="") == "red-car.jpg"


def test_rule_16_an_unknown_token_is_an_error_that_lists_the_known_ones():
    with pytest.raises(TemplateError) as error:
        templates.check("{subject}-{flavour}")
    assert str(error.value) == (
        "The template “{subject}-{flavour}” has the unknown token “{flavour}”. The tokens are {subject} {attribute} "
        "{second} {place} {keywords} {date} {time} {camera} {folder} {original} {counter} {sha}."
    )


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{subject", "a brace too many or too few"),
        ("subject}", "a brace too many or too few"),
        ("{{subject}}", "a brace too many or too few"),
        ("{}", "unknown token “{}”"),
        ("{subject.__class__}", "unknown token “{subject.__class__}”"),
        ("{subject!r}", "unknown token"),
        ("{subject:>10}", "Only {date} and {time} have a format"),
        ("{date:%B}", "must be made of %H %M %S %Y %d %j %m %y"),
        ("{date:}", "must be made of"),
        ("holiday", "has no token: every image would get one name"),
    ],
)
def test_rule_16_what_is_no_template_is_refused_with_the_remedy(template, said):
    with pytest.raises(TemplateError) as error:
        templates.check(template)
    assert said in str(error.value)


def test_rule_16_the_original_name_obeys_the_profile_too():
    assert named("{original}", name="Ölbild von Ömer (1).JPG") == "olbild-von-omer-1.jpg"
    assert named("{original}", name="Ölbild von Ömer (1).JPG", language="de") == "oelbild-von-oemer-1.jpg"


def test_rule_16_a_long_original_gives_way_to_the_rest():
    name = named("{date}-{original}-{subject}", name="one two three four five six seven eight nine ten eleven.JPG")
    assert name == "2024-05-01-one-two-three-four-five-red-car.jpg"


def test_rule_9_holds_for_templates():
    image = shot(taken_at=TAKEN_AT)
    assert plan([image], {}, Rules(template="{date:%Y%m%d}"))[0].verdict is Verdict.REVIEW
    assert plan([image], {}, Rules(template="{counter}"))[0].verdict is Verdict.REVIEW


def test_a_template_that_needs_no_words_needs_no_description():
    image = shot(description=NOTHING_SEEN, taken_at=TAKEN_AT, folder="Italy")
    (proposal,) = plan([image], {}, Rules(template="{folder}-{date}-{counter}"))
    assert (proposal.verdict, proposal.name) == (Verdict.RENAME, "italy-2024-05-01-01.jpg")
    assert proposal.confidence == 1.0


def test_a_template_that_needs_words_waits_for_review_without_them():
    image = shot(description=NOTHING_SEEN, taken_at=TAKEN_AT)
    (proposal,) = plan([image], {}, Rules(template="{date}-{subject}"))
    assert (proposal.verdict, proposal.name) == (Verdict.REVIEW, "")


def test_a_counter_counts_each_name_by_itself_in_capture_order():
    images = [
        shot("IMG_1.JPG", "red car", taken_at=datetime.fromisoformat("2024-05-01T12:00:09")),
        shot("IMG_2.JPG", "red car", taken_at=datetime.fromisoformat("2024-05-01T12:00:00")),
        shot("IMG_3.JPG", "blue boat", taken_at=datetime.fromisoformat("2024-05-01T12:00:00")),
    ]
    given = [proposal.name for proposal in plan(images, {}, Rules(template="{subject}-{counter}"))]
    assert given == ["red-car-02.jpg", "red-car-01.jpg", "blue-boat-01.jpg"]


def test_a_counter_goes_on_after_the_names_that_are_there():
    given = plan([shot()], {"": ["trip-01.jpg", "trip-02.jpg"]}, Rules(template="trip {counter}"))
    assert given[0].name == "trip-03.jpg"


def test_the_words_of_a_template_say_where_they_came_from():
    image = shot(description=WORDS, taken_at=TAKEN_AT, camera="Canon", folder="Italy")
    template = "{date}-{subject}-at-{place}-{camera}-{folder}-{original}-{counter}"
    (proposal,) = plan([image], {}, Rules(template=template))
    assert [(word.text, str(word.origin)) for word in proposal.words] == [
        ("2024-05-01", "exif"),
        ("red-car", "pixels"),
        ("at", "person"),
        ("rome", "place"),
        ("canon", "exif"),
        ("italy", "folder"),
        ("img-0001", "original"),
        ("01", "counter"),
    ]


@pytest.mark.parametrize(
    "template",
    [
        "{original}",
        "{date}-{original}",
        "{original}-{date}",
        "{original}-{subject}-{counter}",
        "{counter}-{original}",
        "{subject}-{original}",
        "{subject}-{counter}",
        "{date}-{time}",
        "{folder}-{sha}",
        "{date}-{subject}",
        "{keywords}-{counter}",
    ],
)
def test_a_template_changes_nothing_the_second_time(template):
    rules = Rules(template=template, keywords=("Acme",), only_bad_names=False)
    images = [shot(f"IMG_{n}.JPG", "red car", taken_at=TAKEN_AT, folder="Italy", sha256=f"{n:064x}") for n in range(4)]
    first = [proposal.name for proposal in plan(images, {}, rules)]
    assert len(set(first)) == len(images)
    again = [
        shot(name, "red car", taken_at=TAKEN_AT, folder="Italy", sha256=f"{n:064x}") for n, name in enumerate(first)
    ]
    assert [(p.verdict, p.name) for p in plan(again, {}, rules)] == [(Verdict.KEEP, name) for name in first]


def test_a_template_in_the_archive_profile_has_the_date_where_it_says():
    rules = Rules(template="{subject}-{date}", profile=PROFILES["archive"])
    assert plan([shot(taken_at=TAKEN_AT)], {}, rules)[0].name == "red-car-2024-05-01.jpg"


def test_a_wrong_template_stops_the_plan():
    with pytest.raises(TemplateError, match="unknown token"):
        plan([shot()], {}, Rules(template="{nonsense}"))


def test_the_documentation_lists_every_token():
    page = (Path(__file__).parents[2] / "docs" / "naming.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `\{(\w+)\}` \|", page, re.MULTILINE) == list(templates.KNOWN)
