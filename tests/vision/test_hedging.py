"""What is said is the narrowest word that the evidence carries."""

import numpy as np

from appliance.vision import hedging
from appliance.vision.hedging import Sight, Weighed
from appliance.vision.labels import labels

GOLDEN, LABRADOR, BEAGLE, PERSIAN, SIAMESE, TEAPOT, MUG, VELVET, CAT, GORILLA, UMBRELLA = (
    207, 208, 162, 283, 284, 849, 504, 885, 285, 366, 879,
)  # fmt: skip


def _sight(shares: dict[int, float]) -> Sight:
    """What is seen where these classes have these probabilities and all others have the rest in equal parts."""
    rest = (1 - sum(shares.values())) / 1000
    probabilities = np.full(1000, rest, np.float32)
    for number, share in shares.items():
        probabilities[number] += share
    return hedging.sight(hedging.weigh(labels(), probabilities))


def _subject(shares: dict[int, float]) -> str | None:
    subject = _sight(shares).subject
    return subject.label.text if subject else None


def test_a_class_with_much_evidence_is_named_itself():
    assert _subject({GOLDEN: 0.7}) == "golden retriever"


def test_two_breeds_of_a_kind_are_named_by_their_kind():
    assert _subject({GOLDEN: 0.38, LABRADOR: 0.32}) == "retriever"


def test_breeds_of_several_kinds_are_a_dog():
    assert _subject({GOLDEN: 0.25, BEAGLE: 0.25, 235: 0.2}) == "dog"


def test_a_dog_or_a_cat_is_an_animal():
    assert _subject({GOLDEN: 0.28, CAT: 0.27, 291: 0.1, 340: 0.1}) == "animal"


def test_a_picture_of_anything_is_of_nothing():
    assert _sight({}) == Sight()


def test_a_texture_needs_more_evidence_than_a_thing():
    assert _score({VELVET: 0.6}) < 0.5 <= _score({TEAPOT: 0.6})
    assert _score({VELVET: 0.75}) >= 0.5


def test_less_evidence_than_a_word_needs_makes_a_guess_that_is_trusted_less_than_half():
    assert _subject({UMBRELLA: 0.3}) == "umbrella"
    assert 0 < _score({UMBRELLA: 0.3}) < 0.5


def test_an_ape_is_not_even_guessed_where_another_animal_would_be_named():
    assert _subject({GORILLA: 0.6}) is None


def test_another_thing_beside_the_subject_is_said_where_it_has_evidence_of_its_own():
    seen = _sight({TEAPOT: 0.5, MUG: 0.42})
    assert seen.subject is not None
    assert seen.beside is not None
    assert (seen.subject.label.text, seen.beside.label.text) == ("teapot", "mug")


def test_the_wider_word_adds_something_to_the_subject():
    seen = _sight({GOLDEN: 0.7})
    assert seen.wider is not None
    assert seen.wider.label.text == "dog"


def test_the_wider_word_is_said_too_while_the_narrow_one_is_not_sure():
    assert [one.label.text for one in _sight({GOLDEN: 0.55}).said] == ["golden retriever", "dog"]
    assert [one.label.text for one in _sight({GOLDEN: 0.95}).said] == ["golden retriever"]


def test_a_vague_word_is_never_the_wider_one():
    assert _sight({340: 0.9}).wider is None  # a zebra is an animal, which nobody needs to be told


def test_the_score_rises_with_the_evidence_and_stays_a_probability():
    scores = [_teapot(share / 100).score for share in range(1, 101)]
    assert scores == sorted(scores)
    assert scores[0] >= 0
    assert scores[-1] < 1


def test_every_word_with_a_share_is_weighed_and_the_most_probable_comes_first():
    weighed = hedging.weigh(labels(), _only(GOLDEN, 1.0), least=0.02)
    assert {one.label.text for one in weighed} == {"golden retriever", "retriever", "dog", "animal"}
    assert [one.share for one in weighed] == sorted((one.share for one in weighed), reverse=True)


def _only(number: int, share: float) -> np.ndarray:
    probabilities = np.zeros(1000, np.float32)
    probabilities[number] = share
    return probabilities


def _teapot(share: float) -> Weighed:
    return next(one for one in hedging.weigh(labels(), _only(TEAPOT, share)) if one.label.text == "teapot")


def _score(shares: dict[int, float]) -> float:
    subject = _sight(shares).subject
    return subject.score if subject else 0.0
