"""Which of the thousand classes of ImageNet a picture shows, as EfficientNet-Lite2 sees it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from appliance.vision import modelfiles
from appliance.vision.runtime import Model

SIDE = 260  # the model's own size, in pixels
MIDDLE, WHOLE = 0, 1  # the views

Probabilities = NDArray[np.float32]
Features = NDArray[np.float32]


class Answer(NamedTuple):
    """`probabilities` of the thousand classes are the mean of the views. `features` are what the last layer decides
    from: one row of 1280 numbers and of length 1 for each view."""

    probabilities: Probabilities
    features: Features


class Classifier:
    """Reads its model when it is first needed, once for all threads."""

    def __init__(self, file: modelfiles.ModelFile = modelfiles.CLASSIFIER) -> None:
        self.file = file
        self.model = Model(file.checked)

    def classify(self, views: Sequence[Image.Image]) -> Answer:
        """`views` are RGB pictures of SIDE x SIDE. Raises ModelUnusable."""
        pixels = np.stack([np.asarray(view) for view in views])
        probabilities, features = self.model.run(["probabilities", "features"], pixels)
        lengths = np.linalg.norm(features, axis=1, keepdims=True)
        return Answer(probabilities.mean(axis=0), features / np.maximum(lengths, np.finfo(np.float32).tiny))


def views(picture: Image.Image) -> tuple[Image.Image, Image.Image]:
    """The square in the middle, and the whole squeezed into a square."""
    width, height = picture.size
    side = min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    return squeezed(picture, (left, top, left + side, top + side)), squeezed(picture, (0, 0, width, height))


def squeezed(picture: Image.Image, box: tuple[float, float, float, float]) -> Image.Image:
    """That part of the picture, in pixels, in the model's size."""
    return picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box, reducing_gap=2.0)
