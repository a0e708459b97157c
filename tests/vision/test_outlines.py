"""Where lines of text stand, by maps that are drawn here."""

import cv2
import numpy as np
import pytest

from appliance.vision.outlines import Corners, Map, outlines


def inked(*lines: tuple[tuple[float, float], tuple[float, float], float], ink: float = 0.9) -> Map:
    """A map of 320 x 160 with lines of that middle, size and angle."""
    drawn = np.zeros((160, 320), np.float32)
    for line in lines:
        cv2.fillPoly(drawn, [cv2.boxPoints(line).astype(np.int32)], (ink,))
    return drawn


def sides(corners: Corners) -> tuple[float, float]:
    """Width and height."""
    return float(np.linalg.norm(corners[1] - corners[0])), float(np.linalg.norm(corners[3] - corners[0]))


def test_a_line_is_as_much_larger_than_its_core_as_the_model_was_taught_and_in_pixels_of_the_picture():
    (corners,) = outlines(inked(((160, 80), (200, 20), 0)), 640, 320)
    width, height = sides(corners)
    assert corners.mean(axis=0) == pytest.approx((320, 160), abs=4)
    assert width == pytest.approx(2 * (200 + 29), abs=8)
    assert height == pytest.approx(2 * (20 + 29), abs=8)


@pytest.mark.parametrize("angle", [0, 20, -20])
def test_the_corners_go_round_from_the_upper_left_however_the_line_is_turned(angle: float):
    (corners,) = outlines(inked(((160, 80), (150, 16), angle)), 320, 160)
    upper_left, upper_right, lower_right, lower_left = corners
    assert upper_left[0] < upper_right[0]
    assert lower_left[0] < lower_right[0]
    assert upper_left[1] < lower_left[1]
    assert upper_right[1] < lower_right[1]
    tilt = np.degrees(np.arctan2(*(upper_right - upper_left)[::-1]))
    assert tilt == pytest.approx(angle, abs=2)


def test_two_lines_are_two_and_stay_within_the_picture():
    found = outlines(inked(((160, 6), (300, 10), 0), ((100, 120), (120, 12), 0)), 320, 160)
    assert len(found) == 2
    assert all(((one >= 0) & (one <= (320, 160))).all() for one in found)


def test_what_is_faint_or_a_mere_speck_is_no_line():
    assert outlines(inked(((160, 80), (200, 20), 0), ink=0.4), 320, 160) == []
    assert outlines(inked(((160, 80), (1, 1), 0)), 320, 160) == []
    assert outlines(inked(), 320, 160) == []
