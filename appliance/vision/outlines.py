"""Where lines of text stand, from the map that PP-OCR's model makes of them. Liao and others, Real-time Scene Text
Detection with Differentiable Binarization, 2020; with the numbers of PP-OCRv6."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

cv2.setNumThreads(1)  # pictures are looked at side by side, each on one core

INK = 0.3  # of the map, from which a place belongs to a line
LEAST = 0.5  # of the map within a line, in the mean
GROWN = 1.6  # the map has only the core of a line: by how much its outline moves, of area by circumference
SMALLEST_CORE, SMALLEST = 3, 5  # pixels of the map
MOST = 1000

Corners = NDArray[np.float64]  # upper left, upper right, lower right, lower left, in pixels
Map = NDArray[np.float32]


class _Rectangle(NamedTuple):
    """As OpenCV has them: the angle is in degrees."""

    middle: tuple[float, float]
    size: tuple[float, float]
    angle: float

    @property
    def corners(self) -> NDArray[np.float32]:
        return np.asarray(cv2.boxPoints(self), np.float32)

    @property
    def grown(self) -> "_Rectangle":
        width, height = self.size
        more = GROWN * width * height / (width + height)  # twice the distance: once on each side
        return self._replace(size=(width + more, height + more))


def outlines(inked: Map, width: int, height: int) -> list[Corners]:
    """`inked` is the map of a picture that is so large; each has the corners of one line, in the picture's pixels."""
    scale = np.array([width / inked.shape[1], height / inked.shape[0]])
    corners = (_clockwise(rectangle.corners * scale) for rectangle in _rectangles(inked))
    return [one.round().clip(0, (width, height)) for one in corners]


def _rectangles(inked: Map) -> Iterator[_Rectangle]:
    mask = cv2.dilate((inked > INK).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours[:MOST]:
        core = _Rectangle(*cv2.minAreaRect(contour))  # type: ignore[arg-type]  # its stubs say sequences
        if min(core.size) < SMALLEST_CORE or _mean(inked, core.corners) < LEAST:
            continue
        if min(core.grown.size) >= SMALLEST:
            yield core.grown


def _mean(inked: Map, corners: NDArray[np.float32]) -> float:
    """Of the map within the corners."""
    most = np.array(inked.shape[::-1]) - 1
    left, top = np.floor(corners.min(axis=0)).clip(0, most).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).clip(0, most).astype(int)
    within = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    cv2.fillPoly(within, [(corners - (left, top)).astype(np.int32)], (1,))
    return float(cv2.mean(inked[top : bottom + 1, left : right + 1], within)[0])


def _clockwise(corners: Corners) -> Corners:
    order = corners[corners[:, 0].argsort()]
    left, right = order[:2], order[2:]
    upper_left, lower_left = left[left[:, 1].argsort()]
    upper_right, lower_right = right[right[:, 1].argsort()]
    return np.stack([upper_left, upper_right, lower_right, lower_left])
