"""Rule 12: a good name is left alone, a bad one is known for what it is."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.naming import Rules, Verdict, plan, why_bad
from tests.naming.samples import alternatives, shot


@dataclass(frozen=True)
class Measured:
    precision: float  # of the names that are called bad, how many are
    recall: float  # of the bad names, how many are called so
    wrong: list[str]


def names(file: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def labelled() -> list[dict[str, str]]:
    """`source` says where a name is from: "published" ones stand on public pages and in public code, "format" ones
    follow the form that a device, a program or a person is known to use.
    """
    return names("labelled_names.tsv")


def held_out() -> list[dict[str, str]]:
    """Names that the rules were never changed for: ids "drawn" at random, forms of devices and programs, single words
    of twelve lists of words and cities, and what people call pictures of places and products in many languages.
    """
    return names("held_out_names.tsv")


def measure(rows: Iterable[dict[str, str]]) -> Measured:
    called = [(row["label"] == "bad", why_bad(row["name"]) is not None, row["name"]) for row in rows]
    right = sum(bad and said for bad, said, _ in called)
    return Measured(
        precision=right / sum(said for _, said, _ in called),
        recall=right / sum(bad for bad, _, _ in called),
        wrong=[name for bad, said, name in called if bad != said],
    )


def test_rule_12_good_and_bad_names_are_told_apart():
    measured = measure(labelled())
    print(measured)  # noqa: T201 - pytest shows it with -s
    assert measured.precision >= 0.98
    assert measured.recall >= 0.98


def test_rule_12_no_good_name_that_was_held_out_is_called_bad():
    measured = measure(held_out())
    print(measured)  # noqa: T201 - pytest shows it with -s
    assert measured.precision >= 0.995
    assert measured.recall >= 0.78


def test_rule_12_the_documentation_has_the_figures():
    page = (Path(__file__).parents[2] / "docs" / "naming.md").read_text(encoding="utf-8")
    rows, others = labelled(), held_out()
    published = sum(row["source"] == "published" for row in rows)
    assert measure(rows).precision == measure(others).precision == 1.0
    assert f"On {len(rows)} labelled names, {published} of them found" in page
    assert f"no good name is called bad, and {_missed(rows)}." in page
    assert f"On {len(others)} more, for which nothing was changed" in page
    assert f"no good name is called bad either, and {_missed(others)}," in page


def _missed(rows: list[dict[str, str]]) -> str:
    bad = [row for row in rows if row["label"] == "bad"]
    return f"{sum(why_bad(row['name']) is None for row in bad)} of the {len(bad)} bad ones are missed"


@pytest.mark.parametrize(
    "name",
    ["Qashqai", "Wroclaw", "Llanfairpwll", "Xinjiang", "Zwetschgenknoedel", "EiffelTowerAtNight", "iPhone15ProMax",
     "JPMorganChase", "WH-1000XM5", "SuperBowlXXXVIII", "rhythm", "Hyvinkaa", "R2-D2", "KFCbucket"],
)  # fmt: skip
def test_rule_12_a_word_that_looks_odd_is_no_random_id(name):
    assert why_bad(f"{name}.jpg") is None


@pytest.mark.parametrize(
    "name", ["wkqzpvxjbn", "aZ3kQpB", "n7mfwu0r2q9x", "XkQzWvTnRp", "PRTQXZKWNV", "sdfghjkl", "qzxkvw", "FzXkWqTJpLm"]
)
def test_rule_12_letters_that_no_word_has_in_this_order_are_a_random_id(name):
    assert why_bad(f"{name}.jpg") == "a random id"


@pytest.mark.parametrize("source", ["published", "format"])
def test_rule_12_they_are_told_apart_in_each_part_of_the_list(source):
    measured = measure(row for row in labelled() if row["source"] == source)
    assert measured.precision >= 0.98
    assert measured.recall >= 0.96


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("IMG_1234.JPG", "a camera's number"),
        ("Screenshot 2024-01-02 at 10.11.12.png", "a screenshot's name"),
        ("WhatsApp Image 2024-01-02 at 10.11.12.jpeg", "a messenger's name"),
        ("shutterstock_123456789.jpg", "a stock site's number"),
        ("DALL·E 2024-01-02 10.11.12 - a cat.png", "an image generator's name"),
        ("scan0001.jpg", "a scanner's name"),
        ("Layer 1.png", "a program's name"),
        ("image (1).png", "words that fit every picture"),
        ("20240102_101112.jpg", "numbers or a date alone"),
        ("550e8400-e29b-41d4-a716-446655440000.jpg", "a random id"),
        ("---.jpg", "no word at all"),
        ("red-vintage-car.jpg", None),
    ],
)
def test_a_bad_name_says_what_it_is(name, why):
    assert why_bad(name) == why


def test_rule_12_a_good_name_is_kept_as_it_is():
    (proposal,) = plan([shot("Mont Blanc at dawn.JPG", "mountain")], {}, Rules())
    assert (proposal.verdict, proposal.name) == (Verdict.KEEP, "Mont Blanc at dawn.JPG")
    assert proposal.reason == "Its name is good already."


def test_rule_12_a_good_name_is_kept_whatever_was_recognised():
    assert plan([shot("Mont Blanc.jpg", alternatives())], {}, Rules())[0].verdict is Verdict.KEEP


def test_rule_12_every_image_is_renamed_where_the_owner_says_so():
    (proposal,) = plan([shot("Mont Blanc at dawn.JPG", "mountain")], {}, Rules(only_bad_names=False))
    assert (proposal.verdict, proposal.name) == (Verdict.RENAME, "mountain.jpg")


def test_rule_12_a_name_that_was_made_here_is_good():
    for text in ("camera", "portrait", "document", "may day", "page", "snow", "RTX 4090", "a380", "night sky", "bar"):
        taken = [f"{plan([shot(description=text)], {}, Rules())[0].name}"]
        for _ in range(12):
            (proposal,) = plan([shot(description=text)], {"": taken}, Rules())
            assert proposal.verdict is Verdict.RENAME, text
            assert why_bad(proposal.name) is None, proposal.name
            taken.append(proposal.name)
