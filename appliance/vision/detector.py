"""Which everyday things a picture shows and where, as SSDLite on MobileNetV2 finds the kinds of COCO."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from appliance.vision import modelfiles
from appliance.vision.boxes import Box
from appliance.vision.runtime import Model

SIDE = 300  # the model's own size, in pixels
LEAST = 0.3  # a score that is worth showing to somebody who asks
NEEDS, OFTEN_WRONG_NEEDS = 0.6, 0.8
SAME = 0.5  # of two boxes together, what they share where they are boxes of one thing
SPREAD = np.array([10.0, 10.0, 5.0, 5.0])  # of the model's offsets: of the middles, and of the sizes

# By their numbers from 1; the numbers in between are kinds that COCO left out.
KINDS = {
    number: kind
    for number, kind in enumerate(
        [
            "person",
            "bicycle",
            "car",
            "motorcycle",
            "airplane",
            "bus",
            "train",
            "truck",
            "boat",
            "traffic light",
            "fire hydrant",
            "",
            "stop sign",
            "parking meter",
            "bench",
            "bird",
            "cat",
            "dog",
            "horse",
            "sheep",
            "cow",
            "elephant",
            "bear",
            "zebra",
            "giraffe",
            "",
            "backpack",
            "umbrella",
            "",
            "",
            "handbag",
            "tie",
            "suitcase",
            "frisbee",
            "skis",
            "snowboard",
            "sports ball",
            "kite",
            "baseball bat",
            "baseball glove",
            "skateboard",
            "surfboard",
            "tennis racket",
            "bottle",
            "",
            "wine glass",
            "cup",
            "fork",
            "knife",
            "spoon",
            "bowl",
            "banana",
            "apple",
            "sandwich",
            "orange",
            "broccoli",
            "carrot",
            "hot dog",
            "pizza",
            "donut",
            "cake",
            "chair",
            "couch",
            "potted plant",
            "bed",
            "",
            "dining table",
            "",
            "",
            "toilet",
            "",
            "tv",
            "laptop",
            "mouse",
            "remote",
            "keyboard",
            "cell phone",
            "microwave",
            "oven",
            "toaster",
            "sink",
            "refrigerator",
            "",
            "book",
            "clock",
            "vase",
            "scissors",
            "teddy bear",
            "hair drier",
            "toothbrush",
        ],
        start=1,
    )
    if kind
}
# What it sees where there is none; found on photos that have nothing of the kind.
OFTEN_WRONG = frozenset(
    [
        "backpack",
        "banana",
        "bed",
        "broccoli",
        "carrot",
        "donut",
        "frisbee",
        "handbag",
        "hot dog",
        "orange",
        "pizza",
        "refrigerator",
        "remote",
        "sandwich",
        "scissors",
        "sink",
        "sports ball",
        "tie",
        "toilet",
        "tv",
        "umbrella",
    ]
)


@dataclass(frozen=True, slots=True)
class Thing:
    """`score` is the model's own from 0 to 1."""

    kind: str
    score: float
    box: Box

    @property
    def needs(self) -> float:
        """The score from which it may be said."""
        return OFTEN_WRONG_NEEDS if self.kind in OFTEN_WRONG else NEEDS

    @property
    def weight(self) -> float:
        """How much of the picture it is about, for the order of several."""
        return float(self.score * self.box.area**0.5)


class Detector:
    """Reads its model when it is first needed, once for all threads."""

    def __init__(self, file: modelfiles.ModelFile = modelfiles.DETECTOR) -> None:
        self.file = file
        self.model = Model(file.checked)

    def detect(self, picture: Image.Image) -> tuple[Thing, ...]:
        """All with at least LEAST, the one with the greatest weight first. Raises ModelUnusable."""
        pixels = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0))[None]
        (offsets,), (scores,), anchors = self.model.run(["boxes", "scores", "anchors"], pixels)
        candidates = np.flatnonzero(scores.max(axis=1) >= LEAST)
        boxes = _boxes(offsets[candidates], anchors[candidates])
        things = [thing for number in KINDS for thing in _things(number, scores[candidates, number - 1], boxes)]
        return tuple(sorted(things, key=lambda thing: -thing.weight))


def _things(number: int, scores: NDArray[np.float32], boxes: NDArray[np.float64]) -> list[Thing]:
    """Of one kind: the best box, then the best that is not of the same thing, and so on."""
    things: list[Thing] = []
    order = [int(i) for i in np.argsort(-scores, kind="stable") if scores[i] >= LEAST]
    for box, score in ((Box(*map(float, boxes[i])), float(scores[i])) for i in order):
        if all(box.shared(other.box) < SAME for other in things):
            things.append(Thing(KINDS[number], score, box))
    return things


def _boxes(offsets: NDArray[np.float32], anchors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Left, top, right, bottom. The model's are y before x. Liu and others, SSD, 2016, section 2.2."""
    sizes = (anchors[:, 2:] - anchors[:, :2]).astype(np.float64)
    middles = anchors[:, :2] + sizes / 2
    scaled = offsets / SPREAD
    middles, sizes = middles + scaled[:, :2] * sizes, sizes * np.exp(scaled[:, 2:])
    corners = np.concatenate([middles - sizes / 2, middles + sizes / 2], axis=1)
    return corners[:, [1, 0, 3, 2]].clip(0, 1)
