"""The colour of a thing, in the twelve basic words for one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from appliance.vision.boxes import Box

NAMES = ("black", "white", "gray", "beige", "brown", "red", "orange", "yellow", "green", "blue", "purple", "pink")
PALE = ("black", "white", "gray", "beige")  # of shadows, walls and skies, more often than of the thing
ENOUGH = 0.4  # of a thing, to be its colour
SIDE = 48  # pixels; more of them change no answer
EDGE = 0.12  # of a box, which shows what is behind the thing

Lab = NDArray[np.float32]

# From sRGB to the tristimulus values of CIE 1931 under its white D65: IEC 61966-2-1.
_XYZ = np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]], np.float32)
_WHITE = np.array([0.9505, 1.0, 1.089], np.float32)


@dataclass(frozen=True, slots=True)
class Colour:
    """`share` is of the thing's pixels, of which those in the middle count more."""

    name: str
    share: float

    @property
    def enough(self) -> bool:
        return self.share >= ENOUGH


def colour(picture: Image.Image, box: Box | None = None) -> Colour:
    """The most frequent within the box, or about the middle of the picture."""
    pixels = _lab(np.asarray(_cut(picture, box).resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)))
    names = _names(pixels.reshape(-1, 3))
    across = np.linspace(-1, 1, SIDE)
    weights = np.exp(-(across[:, None] ** 2 + across[None, :] ** 2) / (0.8 if box else 0.5)).reshape(-1)
    weights[names < len(PALE)] *= 0.45
    shares = np.bincount(names, weights, len(NAMES)) / weights.sum()
    return Colour(NAMES[int(shares.argmax())], round(float(shares.max()), 3))


def _cut(picture: Image.Image, box: Box | None) -> Image.Image:
    if box is None:
        return picture
    width, height = picture.size
    across, down = (box.right - box.left) * EDGE, (box.bottom - box.top) * EDGE
    left, top = int((box.left + across) * width), int((box.top + down) * height)
    right, bottom = int((box.right - across) * width), int((box.bottom - down) * height)
    return picture.crop((left, top, max(right, left + 1), max(bottom, top + 1)))


def _lab(rgb: NDArray[np.uint8]) -> Lab:
    """CIE 15: L from 0 to 100, a and b about 0."""
    encoded = rgb.astype(np.float32) / 255
    linear = np.where(encoded > 0.04045, ((encoded + 0.055) / 1.055) ** 2.4, encoded / 12.92)
    relative = linear @ _XYZ / _WHITE
    bent = np.where(relative > 0.008856, np.cbrt(relative), 7.787 * relative + 16 / 116)
    x, y, z = bent[..., 0], bent[..., 1], bent[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _names(lab: Lab) -> NDArray[np.intp]:
    """For each colour its place in NAMES: the first rule that it meets."""
    light, a, b = lab[:, 0], lab[:, 1], lab[:, 2]
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    warm, reddish = (hue >= 50) & (hue < 100), (hue >= 330) | ((hue < 18) & ((chroma < 55) | (light > 55)))
    rules = {
        "black": (light < 14) | ((chroma < 14) & (light < 18)),
        "white": (chroma < 9) & (light > 88),
        "gray": chroma < 14,
        "brown": ((hue >= 18) & (hue < 75) & (light < 48) & (chroma < 45)) | (warm & (chroma < 30) & (light < 45)),
        "beige": warm & (chroma < 28),
        "pink": reddish | ((hue >= 18) & (hue < 50) & (light > 68) & (chroma < 50)),
        "red": hue < 50,
        "orange": hue < 72,
        "yellow": hue < 103,
        "green": hue < 190,
        "blue": (hue < 295) | ((hue < 309) & (chroma > 60)),  # the blue of screens lies beyond that of the sky
        "purple": hue < 330,
    }
    places = np.array([NAMES.index(name) for name in rules])
    first: NDArray[np.intp] = places[np.argmax(np.stack(list(rules.values())), axis=0)]
    return first
