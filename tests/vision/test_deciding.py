"""One decision is made over everything that was seen: the narrowest words that the evidence carries, or none."""

import numpy as np
import pytest

from appliance.vision import concepts, deciding, fewshot
from appliance.vision.boxes import Box
from appliance.vision.colours import Colour
from appliance.vision.deciding import Decision, decide
from appliance.vision.detector import KINDS, Thing
from appliance.vision.labels import labels
from appliance.vision.scene import Scene
from appliance.vision.seeing import Seen, Sighted
from appliance.vision.text import Line
from appliance.words import Origin, Role

GREY = Colour("gray", 0.5)
LARGE, MIDDLE, SMALL = Box(0.1, 0.1, 0.9, 0.9), Box(0.3, 0.3, 0.7, 0.7), Box(0.0, 0.0, 0.1, 0.1)
PHOTO, GRAPHIC, UNDER_THE_SKY = Scene(0.1, 0.4, 0.0), Scene(0.9, 0.1, 0.0), Scene(0.1, 0.4, 0.95)


def seen(
    classes: dict[str, float] | None = None,
    *things: Sighted,
    scene: Scene = PHOTO,
    document: float = 0.0,
    lines: tuple[Line, ...] = (),
) -> Seen:
    """`classes` are words of the classifier with their share, spread evenly over the classes of each."""
    probabilities = np.full(1000, 1e-5, np.float32)
    known = {label.text: sorted(label.classes) for label in labels().labels}
    for word, share in (classes or {}).items():
        probabilities[known[word]] = share / len(known[word])
    features = np.zeros((2, 1280), np.float32)
    return Seen(800, 600, probabilities, features, scene, document, GREY, things, lines)


def thing(kind: str, score: float, box: Box = LARGE, colour: Colour = GREY) -> Sighted:
    return Sighted(Thing(kind, score, box), colour)


def words(decision: Decision) -> list[str]:
    return [word.text for word in decision.candidates[0]] if decision.candidates else []


def subject(decision: Decision) -> str:
    return next(iter(words(decision)), "")


def test_a_certain_class_is_named_by_its_own_word():
    assert words(decide(seen({"golden retriever": 0.95}), {})) == ["golden retriever"]


def test_a_breed_needs_more_evidence_than_the_dog():
    decision = decide(seen({"hound": 0.6, "golden retriever": 0.15}), {})
    assert subject(decision) in ("dog", "hound")
    assert "golden retriever" not in words(decision)


def test_a_wider_word_inherits_the_evidence_of_all_it_includes():
    assert subject(decide(seen({"fruit": 0.9}), {})) == "fruit"


def test_of_a_picture_with_no_evidence_nothing_is_said():
    decision = decide(seen(), {})
    assert (decision.candidates, decision.confidence, decision.subject) == ((), 0.0, None)


def test_a_guess_among_many_is_not_said():
    assert words(decide(seen({"sewing machine": 0.1, "lamp": 0.1, "wallet": 0.1}), {})) == []


def test_what_the_classifier_has_no_class_for_is_named_by_the_detector():
    assert subject(decide(seen({}, thing("surfboard", 0.99, MIDDLE)), {})) == "surfboard"
    assert subject(decide(seen({}, thing("person", 0.97)), {})) == "person"


def test_several_persons_are_people():
    decision = decide(seen({}, thing("person", 0.95), thing("person", 0.9, MIDDLE)), {"people": 0.5})
    assert words(decision) == ["people"]


def test_a_person_gives_way_to_what_is_shown_with_much_evidence():
    decision = decide(seen({"violin": 0.95}, thing("person", 0.6, SMALL)), {})
    assert subject(decision) == "violin"


def test_what_the_detector_often_finds_where_there_is_none_needs_another_witness():
    alone = decide(seen({}, thing("pizza", 0.65)), {})
    witnessed = decide(seen({"pizza": 0.9}, thing("pizza", 0.65)), {})
    assert (words(alone), subject(witnessed)) == ([], "pizza")


def test_two_sources_say_together_what_neither_says_alone():
    shares, scores = {"pineapple": 0.30}, {"pineapple": 0.30}
    assert "pineapple" not in words(decide(seen(shares), {}))
    assert "pineapple" not in words(decide(seen(), scores))
    assert subject(decide(seen(shares), scores)) == "pineapple"


def test_an_everyday_word_of_the_few_shot_head_is_said():
    assert subject(decide(seen(), {"t-shirt": 0.97})) == "t-shirt"


def test_a_vague_word_gives_way_to_a_better_one():
    assert subject(decide(seen({"bread": 0.9}), {})) == "bread"
    assert subject(decide(seen({"food": 0.9}), {"bread": 0.2, "cake": 0.2, "soup": 0.3})) == "food"


def test_a_wider_word_stands_by_one_that_is_not_sure_and_by_no_other():
    assert words(decide(seen({"jeans": 0.5, "sweater": 0.3}), {"trousers": 0.6})) == ["trousers", "clothing"]
    assert words(decide(seen({"pineapple": 0.97}), {"pineapple": 0.9})) == ["pineapple"]


def test_a_word_that_is_nearly_sure_has_a_wider_one_by_it_where_that_says_something():
    assert words(decide(seen({"sneakers": 0.6}), {"sneakers": 0.5})) == ["sneakers", "shoes"]
    assert words(decide(seen({"pizza": 0.6}), {"pizza": 0.5})) == ["pizza"]  # and not "food"


def test_a_wider_word_that_repeats_the_narrow_one_adds_nothing():
    assert words(decide(seen({"suspension bridge": 0.95}), {})) == ["suspension bridge"]


def test_another_thing_is_said_beside_the_subject_where_it_is_certain():
    decision = decide(seen({"sofa": 0.5, "cat": 0.1}, thing("couch", 0.95), thing("cat", 0.97, MIDDLE)), {})
    assert set(words(decision)) == {"sofa", "cat"}
    assert [word.role for word in decision.candidates[0]] == [Role.SUBJECT, Role.SECOND]


def test_two_words_of_one_sort_are_one_thing_seen_twice():
    assert words(decide(seen({"jeans": 0.48, "sweatshirt": 0.48}), {"trousers": 0.6})) == ["trousers", "clothing"]


def test_the_colour_is_said_of_a_thing_with_a_box_and_enough_of_it():
    red = Colour("red", 0.8)
    assert words(decide(seen({"car": 0.9}, thing("car", 0.95, colour=red)), {"car": 0.8})) == ["car", "red"]
    for colour in (Colour("red", 0.5), Colour("gray", 0.9)):
        assert words(decide(seen({"car": 0.9}, thing("car", 0.95, colour=colour)), {"car": 0.8})) == ["car"]


def test_people_and_food_have_no_colour():
    red = Colour("red", 0.9)
    assert "red" not in words(decide(seen({}, thing("person", 0.97, colour=red)), {}))
    assert "red" not in words(decide(seen({"strawberry": 0.95}, thing("apple", 0.9, colour=red)), {}))


def test_the_sky_is_said_where_there_is_nothing_else():
    assert words(decide(seen(scene=UNDER_THE_SKY), {})) == ["sky"]
    assert words(decide(seen({"lighthouse": 0.95}, scene=UNDER_THE_SKY), {})) == ["lighthouse"]


def heading(text: str, *, private: str = "") -> Line:
    return Line(text, 0.98, Box(0.1, 0.1, 0.8, 0.2), 0.08, private)


def test_a_document_is_named_by_its_title_and_by_what_it_is():
    decision = decide(seen(scene=GRAPHIC, document=0.9, lines=(heading("Annual Report"),)), {"invoice": 0.95})
    assert [(word.text, word.origin) for word in decision.candidates[0]] == [
        ("Annual Report", Origin.TEXT),
        ("invoice", Origin.PIXELS),
    ]


def test_text_that_is_private_is_in_no_name():
    lines = (heading("", private="an e-mail address"),)
    decision = decide(seen(scene=GRAPHIC, document=0.9, lines=lines), {"invoice": 0.95})
    assert words(decision) == ["invoice"]


def test_what_stands_on_a_thing_is_not_its_name():
    decision = decide(seen({"sewing machine": 0.95}, lines=(heading("Happy Birthday"),)), {})
    assert words(decision) == ["sewing machine"]


def test_a_word_that_somebody_taught_comes_first_and_says_so():
    decision = decide(seen({"sewing machine": 0.95}), {"model t100": 0.93})
    first = decision.candidates[0][0]
    assert (first.text, first.origin, first.role) == ("model t100", Origin.LEARNED, Role.SUBJECT)


def test_a_taught_word_without_evidence_changes_nothing():
    assert words(decide(seen({"sewing machine": 0.95}), {"model t100": 0.05})) == ["sewing machine"]


def test_the_explanation_has_every_word_that_was_weighed_what_is_said_first():
    decision = decide(seen({"sewing machine": 0.9}, thing("cat", 0.4, SMALL)), {"jug": 0.2})
    texts = [one.word.text for one in decision.evidence]
    assert texts[0] == "sewing machine"
    assert {"sewing machine", "cat", "jug"} <= set(texts)
    assert [one.said for one in decision.evidence] == sorted((one.said for one in decision.evidence), reverse=True)


def test_the_explanation_names_the_sources_and_what_came_of_it():
    decision = decide(seen({"cat": 0.9}, thing("cat", 0.95), thing("vase", 0.4, SMALL)), {})
    why = {one.word.text: one.why for one in decision.evidence}
    assert why["cat"].startswith("The classifier gives it 90%")
    assert "the detector found it with 95%" in why["cat"]
    assert why["cat"].endswith("said.")
    assert why["vase"].endswith("too little.")


def test_more_evidence_is_more_confidence():
    confidences = [decide(seen({"sewing machine": share}), {}).confidence for share in (0.7, 0.8, 0.95)]
    assert confidences == sorted(confidences)
    assert 0 < confidences[0] < confidences[-1] < 1


def test_the_same_is_decided_of_the_same():
    picture = seen({"cat": 0.5, "sofa": 0.4}, thing("cat", 0.9))
    assert decide(picture, {"chair": 0.3}) == decide(picture, {"chair": 0.3})


def test_there_is_a_weight_for_each_sort_of_evidence():
    found = deciding.sources(seen({"sewing machine": 0.9}), {}, concepts.concepts())
    row = deciding.row(found[0], seen({"sewing machine": 0.9}), concepts.concepts())
    assert deciding.weights().shape == (len(row), 2)


@pytest.mark.parametrize("word", [*KINDS.values()])
def test_each_kind_of_the_detector_has_a_word(word: str):
    assert any(word in concept.kinds for concept in concepts.concepts().concepts)


def test_each_word_of_the_head_can_be_said():
    assert set(fewshot.head().words) - {fewshot.NONE} <= concepts.concepts().by_text.keys()


def test_each_wider_word_is_a_word_and_none_is_wider_than_itself():
    known = concepts.concepts()
    for concept in known.concepts:
        assert concept.wider <= known.by_text.keys()
        assert concept.text not in concept.wider
