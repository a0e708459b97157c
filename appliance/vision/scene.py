"""What kind of picture it is, by rules on its pixels: drawn or photographed, without colour, the sky."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 96  # pixels
GRAPHIC = 0.55  # of neighbouring pixels that are equal, from which a picture was drawn and not photographed

Channel = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Scene:
    """All from 0 to 1. `flat` is the share of neighbouring pixels that are equal, `colourful` the mean saturation,
    `sky` the share of an even blue in the upper third."""

    flat: float
    colourful: float
    sky: float

    @property
    def graphic(self) -> bool:
        return self.flat > GRAPHIC

    @property
    def black_and_white(self) -> bool:
        return self.colourful < 0.02

    @property
    def shows_sky(self) -> bool:
        return self.sky > 0.55


def scene(picture: Image.Image) -> Scene:
    small = picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    pixels = np.asarray(small, np.float32) / np.float32(255)
    brightest, darkest = pixels.max(axis=-1), pixels.min(axis=-1)
    saturation = (brightest - darkest) / np.maximum(brightest, 1e-6)
    return Scene(_flat(picture), round(float(saturation.mean()), 3), _sky(pixels, brightest, saturation))


def _flat(picture: Image.Image) -> float:
    # Nearest neighbours, since averages of pixels differ where the pixels do not.
    grey = np.asarray(picture.convert("L").resize((256, 256), Image.Resampling.NEAREST), np.int16)
    return round(float((np.diff(grey, axis=1) == 0).mean()), 3)


def _sky(pixels: Channel, brightness: Channel, saturation: Channel) -> float:
    """0 where the upper third is not even: a blue wall of bricks, a blue dress."""
    top = slice(0, SIDE // 3)
    uneven = float(np.abs(np.diff(brightness, axis=1)).mean(axis=1)[top].mean())
    if uneven >= 0.035:
        return 0.0
    blue = _blue(pixels) & (saturation > 0.12) & (brightness > 0.35)
    return round(float(blue[top].mean()), 3)


def _blue(pixels: Channel) -> NDArray[np.bool_]:
    """Hues from 185 to 260 degrees, which lie about 240, the hue of blue."""
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    spread = np.maximum(pixels.max(axis=-1) - pixels.min(axis=-1), 1e-6)
    hue = 240 + 60 * (red - green) / spread
    found: NDArray[np.bool_] = (blue >= red) & (blue >= green) & (hue > 185) & (hue < 260)
    return found
