"""The sentence for those who do not see the picture says what is sure, and nothing else."""

import pytest

from appliance.vision import alt
from appliance.words import Origin, Role, Word


def seen(text: str, role: Role = Role.SUBJECT, score: float = 0.95) -> Word:
    return Word(text, role, Origin.PIXELS, score)


def read(title: str) -> Word:
    return Word(title, Role.SUBJECT, Origin.TEXT, 0.9)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([seen("dog")], "A dog."),
        ([seen("dog"), seen("brown", Role.ATTRIBUTE)], "A brown dog."),
        ([seen("cup"), seen("orange", Role.ATTRIBUTE)], "An orange cup."),
        ([seen("dog"), seen("brown", Role.ATTRIBUTE), seen("beach", Role.SECOND)], "A brown dog on a beach."),
        ([seen("cat"), seen("laptop", Role.SECOND)], "A cat with a laptop."),
        ([read("Invoice 2024"), seen("screenshot", Role.SECOND)], "Screenshot with the title “Invoice 2024”."),
        ([read("No Littering!")], "The text “No Littering!”."),
    ],
)
def test_the_sentence_is_made_of_the_words(words: list[Word], said: str):
    assert alt.sentence(words) == said


def test_without_a_sure_subject_there_is_no_sentence():
    assert alt.sentence([]) == ""
    assert alt.sentence([seen("dog", score=0.79)]) == ""


def test_what_is_not_sure_is_left_out_of_it():
    doubtful = [seen("brown", Role.ATTRIBUTE, 0.5), seen("laptop", Role.SECOND, 0.7)]
    assert alt.sentence([seen("dog"), *doubtful]) == "A dog."


def test_a_wider_word_for_the_subject_is_not_said_beside_it():
    assert alt.sentence([seen("golden retriever"), seen("dog", Role.SECOND)]) == "A golden retriever."


def test_a_picture_without_colour_is_said_to_be_one():
    assert alt.sentence([seen("dog")], black_and_white=True) == "A dog, in black and white."


def test_it_is_short_and_never_longer_than_can_be_read():
    long = " ".join(["thing"] * 20)
    assert alt.sentence([seen(long), seen("laptop", Role.SECOND)]).count("laptop") == 0
    assert len(alt.sentence([read("word " * 100)])) <= 250
