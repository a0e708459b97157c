"""The text in a picture, as PP-OCR reads it."""

import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from appliance.vision import modelfiles, runtime, text
from appliance.vision.boxes import Box
from appliance.vision.text import Line

GLANCE = 256  # pixels of the long side, in which letters are found that are large enough for a name
SIDE = 736
LINES = 8  # of which the text is read
SURE = 0.8
SMALLEST = 8  # pixels of the preview; smaller letters are guessed and not read
UPRIGHT = 1.5  # of height by width, from which letters stand on their side

RECOGNITION = "PP-OCRv6_rec_small.onnx"
QUIET = {
    "Global.log_level": "critical",
    "Global.use_cls": False,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}

Options = dict[str, Any]
Corners = NDArray[np.float64]  # upper left, upper right, lower right, lower left, in pixels


class Reader:
    """Reads its models when they are first needed, once for all threads."""

    def __init__(self, file: modelfiles.ModelFile = modelfiles.TEXT_DETECTOR) -> None:
        self.file = file
        self._engines: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._searching = threading.Lock()  # a whole picture takes 100 MB of memory

    def open(self) -> Any:
        """Its model that finds text, ready to run. Raises ModelUnusable."""
        options = {"Global.use_rec": False, "Det.limit_type": "max", "Det.limit_side_len": SIDE}
        return self._engine("finds", options, lambda: {"Det.model_path": str(self.file.checked())})

    def has_text(self, picture: Image.Image) -> bool:
        """Whether there is text that is large enough for a name, at a tenth of the cost of reading it. Raises
        ModelUnusable."""
        small = picture.copy()
        small.thumbnail((GLANCE, GLANCE), Image.Resampling.BILINEAR)
        return bool(self._found(small))

    def read(self, picture: Image.Image) -> tuple[Line, ...]:
        """The most prominent lines that were read for certain, without the text of private ones, in the order in which
        they stand in the picture. Raises ModelUnusable."""
        with self._searching:
            found = self._found(picture)
        prominent = sorted(found, key=lambda one: _prominence(one, picture), reverse=True)[:LINES]
        lines = (self._line(picture, corners) for corners in prominent)
        return text.public([line for line in lines if line is not None])

    def _found(self, picture: Image.Image) -> list[Corners]:
        found = self.open()(_as_opencv(picture)).boxes
        boxes = [] if found is None else [np.asarray(one, np.float64) for one in found]
        return [one for one in boxes if min(_size(one)) >= SMALLEST]

    def _line(self, picture: Image.Image, corners: Corners) -> Line | None:
        answer = self._recogniser()(_as_opencv(_upright(picture, corners)))
        if not answer.txts or answer.scores[0] < SURE or not answer.txts[0].strip():
            return None
        box = Box(*map(float, (*(corners.min(axis=0) / picture.size), *(corners.max(axis=0) / picture.size))))
        return Line(answer.txts[0].strip(), float(answer.scores[0]), box, min(_size(corners)) / picture.height)

    def _recogniser(self) -> Any:
        return self._engine("reads", {"Global.use_det": False}, lambda: {"Rec.model_path": str(_recognition())})

    def _engine(self, name: str, options: Options, model: Callable[[], Options]) -> Any:
        with self._lock:
            if name not in self._engines:
                runtime.onnxruntime()
                from rapidocr import RapidOCR  # takes a second, for nothing where no picture has text

                self._engines[name] = RapidOCR(params=QUIET | options | model())
        return self._engines[name]


def _recognition() -> Path:
    """Comes with the library. Given by its path, since the library downloads what it is not given."""
    found = find_spec("rapidocr")
    path = Path(found.origin if found and found.origin else "").parent / "models" / RECOGNITION
    if not path.is_file():
        raise modelfiles.ModelUnusable(f"{path} is missing: install the package rapidocr again, which contains it.")
    return path


def _size(corners: Corners) -> tuple[float, float]:
    """Width and height in pixels."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    return float(max(sides[0], sides[2])), float(max(sides[1], sides[3]))


def _prominence(corners: Corners, picture: Image.Image) -> float:
    """Tall letters before long lines, and the top of a page of text before what follows."""
    down = float(corners[:, 1].min()) / picture.height
    return float(min(_size(corners)) * max(_size(corners)) ** 0.3) * (1 - 0.4 * down)


def _upright(picture: Image.Image, corners: Corners) -> Image.Image:
    width, height = (max(1, round(side)) for side in _size(corners))
    quad = corners[[0, 3, 2, 1]].reshape(-1).tolist()
    cut = picture.transform((width, height), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    return cut.transpose(Image.Transpose.ROTATE_90) if height >= UPRIGHT * width else cut


def _as_opencv(picture: Image.Image) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])
