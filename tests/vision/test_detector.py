"""Everyday things are found where they are, each once."""

import io

import numpy as np
import pytest
from PIL import Image

from appliance.vision import detector
from appliance.vision.boxes import Box
from appliance.vision.detector import Detector, Thing
from tests.vision import pictures


def test_a_traffic_light_is_found_once_and_where_it_stands():
    with Image.open(io.BytesIO(pictures.traffic_light())) as picture:
        found = Detector().detect(picture.convert("RGB"))
    (light,) = [thing for thing in found if thing.kind == "traffic light" and thing.score >= thing.needs]
    assert light.box.shared(Box(160 / 480, 60 / 640, 320 / 480, 430 / 640)) > 0.7


def test_what_it_often_sees_where_there_is_none_needs_more():
    box = Box(0, 0, 1, 1)
    assert Thing("banana", 0.7, box).needs > 0.7 > Thing("dog", 0.7, box).needs


def test_a_large_thing_comes_before_a_small_one_that_is_surer():
    large, small = Thing("dog", 0.7, Box(0, 0, 0.9, 0.9)), Thing("cup", 0.95, Box(0, 0, 0.1, 0.1))
    assert large.weight > small.weight


@pytest.mark.parametrize(
    ("other", "shared"),
    [(Box(0, 0, 0.5, 1), 1.0), (Box(0.25, 0, 0.75, 1), 1 / 3), (Box(0.5, 0, 1, 1), 0.0), (Box(0.6, 0, 1, 1), 0.0)],
)
def test_two_boxes_share_their_intersection_over_their_union(other: Box, shared: float):
    assert Box(0, 0, 0.5, 1).shared(other) == pytest.approx(shared)


def test_of_boxes_around_one_thing_the_best_is_kept():
    boxes = np.array([[0.1, 0.1, 0.5, 0.5], [0.12, 0.1, 0.5, 0.5], [0.6, 0.6, 0.9, 0.9]])
    scores = np.array([0.7, 0.9, 0.8], np.float32)
    things = detector._things(18, scores, boxes)
    assert [(thing.kind, round(thing.score, 1)) for thing in things] == [("dog", 0.9), ("dog", 0.8)]


def test_every_kind_of_coco_has_a_name_and_none_has_two():
    assert len(detector.KINDS) == len(set(detector.KINDS.values())) == 80
    assert set(detector.KINDS.values()) > detector.OFTEN_WRONG
