"""Every word that the classifier can say reads well in a file name."""

import re

import pytest

from appliance.vision.labels import labels

ALL = {label.text: label for label in labels().labels}


def _of(number: int) -> set[str]:
    return {label.text for label in ALL.values() if number in label.classes}


def test_every_word_is_plain_english():
    assert [text for text in ALL if not re.fullmatch(r"[A-Za-z]+([ -][A-Za-z]+)*", text)] == []


def test_every_word_stands_for_at_least_one_class():
    assert [text for text, label in ALL.items() if not label.classes] == []


def test_all_classes_are_those_of_imagenet_and_few_are_never_said():
    said = frozenset().union(*(label.classes for label in ALL.values()))
    assert max(said) == 999
    assert 960 <= len(said) < 1000


def test_the_evidence_that_a_word_needs_is_a_probability():
    assert all(0.3 <= label.needs <= 0.9 for label in ALL.values())


def test_a_wide_word_needs_no_more_evidence_than_the_narrow_ones_in_it():
    dog = ALL["dog"]
    breeds = [label for label in ALL.values() if label.classes < dog.classes]
    assert len(breeds) > 100
    assert all(breed.needs >= dog.needs for breed in breeds)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (207, {"golden retriever", "retriever", "dog", "animal"}),
        (101, {"elephant", "animal"}),  # "tusker"
        (970, {"mountain", "landscape"}),  # "alp"
        (975, {"lake", "waterfront", "landscape"}),  # "lakeside"
        (285, {"cat", "animal"}),  # "Egyptian cat", which most cats are taken for
        (673, {"computer mouse"}),  # "mouse"
    ],
)
def test_the_classes_have_the_words_that_people_use(number: int, words: set[str]):
    assert _of(number) == words


@pytest.mark.parametrize("number", [459, 529, 583, 680, 903, 399])
def test_some_classes_are_never_said(number: int):
    assert _of(number) == set()


def test_no_ape_or_monkey_is_said_without_overwhelming_evidence():
    primates = range(365, 383)
    assert min(label.needs for label in ALL.values() if label.classes.intersection(primates)) >= 0.9


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("umbrella", "An umbrella."),
        ("hourglass", "An hourglass."),
        ("unicycle", "A unicycle."),
        ("jeans", "Jeans."),
        ("German shepherd", "A German shepherd."),
    ],
)
def test_a_word_makes_a_sentence(text: str, sentence: str):
    assert ALL[text].sentence == sentence


def test_words_in_the_plural_have_no_article():
    proper = {"Bouvier des Flandres", "chest of drawers", "Great Pyrenees", "triceratops"}
    with_article = {label.text for label in ALL.values() if label.article}
    assert {text for text in with_article if re.search(r"[^siu]s$", text)} == proper
