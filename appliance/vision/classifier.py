"""Which of the thousand classes of ImageNet a picture shows, as EfficientNet-Lite2 sees it."""

import io
import os
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from appliance.vision import modelfiles

SIDE = 260  # the model's own size, in pixels
VIEWS = 2

Probabilities = NDArray[np.float32]


class Classifier:
    """Reads its model when it is first needed, once for all threads."""

    def __init__(self, model: modelfiles.ModelFile = modelfiles.CLASSIFIER) -> None:
        self.model = model
        self._session: Any = None
        self._lock = threading.Lock()

    def open(self) -> Any:
        """The model, ready to run. Raises ModelUnusable."""
        with self._lock:
            if self._session is None:
                self._session = _runtime().InferenceSession(self.model.read(), _options(), ["CPUExecutionProvider"])
        return self._session

    def probabilities(self, preview: bytes) -> Probabilities:
        """Of every class, as the mean of two views: the square in the middle, and the whole squeezed into a square.

        `preview` is a JPEG of ours. Raises ModelUnusable, and OSError where it is no picture.
        """
        (answers,) = self.open().run(["probabilities"], {"pixels": views(preview)})
        mean: Probabilities = answers.mean(axis=0)
        return mean


def _options() -> Any:
    # Pictures are looked at side by side, so that a second thread for one of them would only take another's core, and
    # one that spins while it waits would take it for nothing.
    options = _runtime().SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Both keep memory for the next picture: 50 MB, and not a millisecond less.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    return options


def views(preview: bytes) -> NDArray[np.uint8]:
    """The two views, one after the other: 2 x 260 x 260 x 3."""
    with Image.open(io.BytesIO(preview), formats=["JPEG"]) as picture:
        picture.draft("RGB", (SIDE, SIDE))
        whole = picture.convert("RGB")
    width, height = whole.size
    side = min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    boxes = ((left, top, left + side, top + side), (0, 0, width, height))
    return np.stack([np.asarray(whole.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box)) for box in boxes])


def _runtime() -> Any:
    """onnxruntime, which reads at its import that it shall send nothing about its use to its maker."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime  # type: ignore[import-untyped]  # it ships no types

    return onnxruntime
