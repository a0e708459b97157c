"""Everyday words come with the program, and people teach it others with a few examples."""

import io
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from appliance.vision import classifier, fewshot
from appliance.vision.classifier import Classifier, Features
from appliance.vision.fewshot import NONE, Example, Words
from tests.vision import pictures

LIGHT, RINGS = "our signal", "ring chart"


@cache
def eyes() -> Classifier:
    return Classifier()


def features(picture: Image.Image) -> Features:
    return eyes().classify(classifier.views(picture)).features


@cache
def light(turn: int) -> Features:
    """The same traffic light, tilted a little."""
    picture = Image.open(io.BytesIO(pictures.traffic_light())).convert("RGB")
    return features(picture.rotate(turn, fillcolor=(120, 170, 220)))


@cache
def rings(shift: int) -> Features:
    picture = Image.new("RGB", (480, 480), "white")
    draw = ImageDraw.Draw(picture)
    for radius, colour in ((180, "orange"), (120, "white"), (60, "purple")):
        draw.ellipse((240 + shift - radius, 240 - radius, 240 + shift + radius, 240 + radius), fill=colour)
    return features(picture)


@cache
def grey() -> Features:
    return features(Image.new("RGB", (300, 300), (128, 128, 128)))


def words() -> Words:
    return Words(fewshot.head())


def taught() -> Words:
    known = words()
    known.learn([Example(LIGHT, light(turn)) for turn in (-4, 0, 4)])
    return known


def test_a_picture_like_the_examples_gets_their_word():
    scores = taught().score(light(2))
    assert max(scores, key=scores.__getitem__) == LIGHT
    assert scores[LIGHT] > 0.9


def test_one_example_is_enough_for_a_picture_that_is_nearly_the_same():
    known = words()
    known.learn([Example(LIGHT, light(0))])
    assert known.score(light(1))[LIGHT] > 0.9


def test_another_picture_does_not_get_the_word():
    assert taught().score(rings(0))[LIGHT] < 0.2
    assert taught().score(grey())[LIGHT] < 0.2


def test_of_two_taught_words_a_picture_gets_the_nearer():
    known = taught()
    known.learn([Example(RINGS, rings(shift)) for shift in (-20, 20)])
    assert known.score(rings(0))[RINGS] > known.score(rings(0))[LIGHT]
    assert known.score(light(2))[LIGHT] > known.score(light(2))[RINGS]


def test_a_word_that_was_forgotten_is_not_scored():
    known = taught()
    known.forget(LIGHT)
    assert known.score(light(0)) == words().score(light(0))


def test_to_forget_what_was_never_learned_changes_nothing():
    known = taught()
    before = known.score(light(0))
    known.forget("never heard of")
    assert known.score(light(0)) == before


def test_to_forget_an_own_word_leaves_the_word_that_the_program_comes_with():
    known = words()
    known.learn([Example("laptop", light(0))])
    known.forget("laptop")
    assert known.score(light(0))["laptop"] == words().score(light(0))["laptop"]


def test_an_example_of_a_word_that_comes_with_the_program_adds_to_it():
    known = words()
    known.learn([Example("laptop", light(0))])
    assert words().score(light(0))["laptop"] < 0.1
    assert known.score(light(2))["laptop"] > 0.9


def test_examples_in_two_lessons_count_like_those_in_one():
    apart = words()
    for turn in (-4, 0, 4):
        apart.learn([Example(LIGHT, light(turn))])
    assert apart.score(light(2)) == taught().score(light(2))


def test_only_the_latest_examples_count():
    known = words()
    known.learn([Example(LIGHT, rings(0))] * 30 + [Example(LIGHT, light(0))] * fewshot.LATEST)
    assert known.score(light(2))[LIGHT] > 0.9
    assert known.score(rings(0))[LIGHT] < 0.2


def test_the_scores_are_probabilities_of_which_one_is_true_at_most():
    for known in (words(), taught()):
        for shown in (light(2), rings(0), grey()):
            scores = known.score(shown)
            assert all(0 <= score <= 1 for score in scores.values())
            assert sum(scores.values()) <= 1.0001


def test_none_of_the_words_is_no_word():
    assert fewshot.head().words[-1] == NONE
    assert NONE not in words().score(grey())


def test_of_a_grey_surface_no_word_is_probable():
    assert max(words().score(grey()).values()) < 0.5


def test_whoever_reads_while_it_learns_sees_all_of_a_lesson_or_nothing():
    before, after = words().score(light(2)), taught().score(light(2))
    known = words()
    with ThreadPoolExecutor(4) as threads:
        reading = [threads.submit(known.score, light(2)) for _ in range(20)]
        known.learn([Example(LIGHT, light(turn)) for turn in (-4, 0, 4)])
        reading += [threads.submit(known.score, light(2)) for _ in range(20)]
        read = [one.result() for one in reading]
    assert all(scores in (before, after) for scores in read)
    assert read[-1] == after


def test_the_head_is_small_and_has_every_part():
    head = fewshot.head()
    assert fewshot.FILE.stat().st_size < 1_000_000
    assert head.weights.shape == (len(head.mean), len(head.words))
    assert len(set(head.words)) == len(head.words) == len(head.biases)
    assert np.isfinite(head.weights).all()
