"""The text in a picture, as PP-OCR reads it."""

import threading
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from appliance.vision import modelfiles, text
from appliance.vision.boxes import Box
from appliance.vision.runtime import Model
from appliance.vision.text import Line

GLANCE = 256  # pixels of the long side, in which letters are found that are large enough for a name
SIDE = 736
STEP = 32  # pixels; the model that finds text wants sides that are multiples of it
LINES = 8  # of which the text is read
SURE = 0.8
SMALLEST = 8  # pixels of the preview; smaller letters are guessed and not read
UPRIGHT = 1.5  # of height by width, from which letters stand on their side
LETTERS, SHORTEST = 48, 320  # the height that the model that reads wants, and its least width, in pixels

RECOGNITION = "PP-OCRv6_rec_small.onnx"

Corners = NDArray[np.float64]  # upper left, upper right, lower right, lower left, in pixels


class Reader:
    """Reads its models when they are first needed, once for all threads."""

    def __init__(self, file: modelfiles.ModelFile = modelfiles.TEXT_DETECTOR) -> None:
        self.file = file
        self._finds = Model(file.checked)
        self._recogniser = _Recogniser()
        self._checked = False
        self._searching = threading.Lock()  # a whole picture takes 100 MB of memory

    def check(self) -> None:
        """Whether its models are there, once; most pictures need none of them. Raises ModelUnusable."""
        if not self._checked:
            self.file.checked()
            _recognition()
            self._checked = True

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
        from appliance.vision.outlines import outlines  # what it stands on takes a while, for nothing in most commands

        (maps,) = self._finds.answer(_pixels(picture, _fitted(picture.size)))
        return [one for one in outlines(maps[0, 0], *picture.size) if min(_size(one)) >= SMALLEST]

    def _line(self, picture: Image.Image, corners: Corners) -> Line | None:
        read, score = self._recogniser.read(_upright(picture, corners))
        if score < SURE or not read:
            return None
        box = Box(*map(float, (*(corners.min(axis=0) / picture.size), *(corners.max(axis=0) / picture.size))))
        return Line(read, score, box, min(_size(corners)) / picture.height)


class _Recogniser:
    """One line of text at a time."""

    def __init__(self) -> None:
        self._model = Model(_recognition)

    def read(self, line: Image.Image) -> tuple[str, float]:
        """What stands there, and how sure that is from 0 to 1."""
        width = max(1, round(LETTERS * line.width / line.height))
        pixels = _pixels(line, (width, LETTERS))
        (answers,) = self._model.answer(np.pad(pixels, [(0, 0), (0, 0), (0, 0), (0, max(0, SHORTEST - width))]))
        best = answers[0].argmax(axis=1)
        kept = best != 0  # the first of them stands for no letter
        kept[1:] &= best[1:] != best[:-1]
        score = float(answers[0].max(axis=1)[kept].mean()) if kept.any() else 0.0
        return "".join(self._letters[number] for number in best[kept]).strip(), score

    @cached_property
    def _letters(self) -> list[str]:
        return ["", *self._model.open().get_modelmeta().custom_metadata_map["character"].splitlines(), " "]


def _recognition() -> Path:
    """Comes with the library, which downloads nothing while it is not imported."""
    found = find_spec("rapidocr")
    path = Path(found.origin if found and found.origin else "").parent / "models" / RECOGNITION
    if not path.is_file():
        raise modelfiles.ModelUnusable(f"{path} is missing: install the package rapidocr again, which contains it.")
    return path


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1, SIDE / max(size))
    width, height = (max(STEP, round(int(side * scale) / STEP) * STEP) for side in size)
    return width, height


def _pixels(picture: Image.Image, size: tuple[int, int]) -> NDArray[np.float32]:
    """From -1 to 1, as 1 x BGR x height x width."""
    import cv2

    pixels = cv2.resize(np.asarray(picture), size)[:, :, ::-1].astype(np.float32)
    return np.ascontiguousarray((pixels / np.float32(127.5) - 1).transpose(2, 0, 1)[None])


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
