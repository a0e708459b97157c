"""Two engines look at one picture: what both see is surer, what only one sees is less sure."""

import pytest

from appliance import vision
from appliance.vision import NO_CONTEXT, Context
from appliance.vision.local import Local
from appliance.vision.opinions import Seconded, Weighed
from appliance.words import Description, Origin, Role, Word
from tests.vision.asking import RED, asked
from tests.vision.pictures import traffic_light


def said(*candidates: str, confidence: float = 0.75) -> Description:
    """Each candidate is a subject, a comma, and what else is seen."""
    words = []
    for candidate in candidates:
        subject, *others = candidate.split(", ")
        words.append(
            (
                Word(subject, Role.SUBJECT, Origin.PIXELS, confidence),
                *(Word(other, Role.SECOND, Origin.PIXELS, confidence) for other in others),
            )
        )
    return Description(tuple(words), confidence=confidence)


def confidence(first: str, second: str, *, heard: float = 0.9) -> float:
    return Weighed(said(first), said(second, confidence=heard)).description.confidence


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("golden retriever", "golden retriever"),
        ("golden retriever puppy", "dog"),
        ("dogs", "dog"),
        ("dog", "golden retriever"),
    ],
)
def test_a_subject_that_both_see_is_surer(first: str, second: str):
    assert confidence(first, second) == 0.85


@pytest.mark.parametrize(("first", "second"), [("teapot", "dog"), ("red car", "banana")])
def test_another_subject_makes_it_less_sure(first: str, second: str):
    assert confidence(first, second) == pytest.approx(0.525)


def test_one_who_is_not_sure_is_not_heard():
    assert confidence("teapot", "dog", heard=0.4) == 0.75
    assert Weighed(said("teapot"), Description()).description.confidence == 0.75


def test_what_stands_elsewhere_in_the_answer_is_no_disagreement():
    first = said("teapot, dog")
    assert Weighed(first, said("dog", confidence=0.9)).description.confidence == 0.75


def test_nothing_is_surer_than_it_can_be():
    first, second = said("dog", confidence=0.95), said("dog", confidence=0.9)
    assert Weighed(first, second).description.confidence == 0.95


def test_a_word_that_the_second_knows_and_does_not_see_loses_and_one_that_it_does_not_know_stays():
    first = said("dog, banana, dihydrogen monoxide", confidence=0.6)
    (words,) = Weighed(first, said("dog", confidence=0.9)).description.candidates

    scores = {word.text: word.score for word in words}
    assert scores == {"dog": 0.7, "banana": pytest.approx(0.51), "dihydrogen monoxide": 0.6}


def test_what_is_written_in_the_picture_is_no_matter_of_seeing():
    title = Word("Teapot", Role.SUBJECT, Origin.TEXT, 0.75)
    first = Description(((title,),), confidence=0.75)

    assert Weighed(first, said("dog", confidence=0.9)).description == first


def test_a_model_that_lies_is_held_against_what_the_embedded_engine_sees():
    with asked("eyes+lies") as (model, _):
        alone = model.describe(traffic_light(), language="en")
        seconded = Seconded(model, Local()).describe(traffic_light(), language="en")

    assert alone.confidence == 0.75
    assert seconded.confidence < 0.55
    assert [word.text for word in seconded.candidates[0]] == ["elephant", "purple"]


def test_the_explanation_says_who_sees_each_word():
    with asked("eyes+lies") as (model, _):
        evidence = Seconded(model, Local()).explain(traffic_light(), language="en")

    why = {one.word.text: one.why for one in evidence}
    assert "The second opinion (local) knows the word, and does not see it" in why["elephant"]
    assert why["traffic light"] == "Only the second opinion (local) claims it."


def test_in_another_language_the_embedded_engine_is_not_heard_and_that_is_said():
    with asked("eyes+lies") as (model, _):
        seconded = Seconded(model, Local())
        assert seconded.describe(traffic_light(), language="de").confidence == 0.75
        evidence = seconded.explain(traffic_light(), language="de")

    assert "does not speak 'de', and was not heard" in evidence[-1].why


def test_a_second_opinion_that_fails_leaves_the_first():
    class Failing(Local):
        def describe(self, preview: bytes, *, language: str, context: Context = NO_CONTEXT) -> Description:
            raise vision.VisionError("No eyes today.")

    with asked("eyes") as (model, _):
        assert Seconded(model, Failing()).describe(RED, language="en").confidence == 0.75


def test_descriptions_with_and_without_a_second_opinion_are_kept_apart():
    with asked("eyes") as (model, _), asked("eyes", second_opinion=True) as (seconded, _):
        assert (seconded.name, seconded.model) == (model.name, model.model)
        assert seconded.prompt != model.prompt
        assert seconded.describe(RED, language="en").prompt == seconded.prompt
        assert isinstance(seconded, vision.Closes)
        assert isinstance(seconded, vision.Priced)
