"""Where in a picture something is."""

from typing import NamedTuple


class Box(NamedTuple):
    """Fractions of the picture's width and height."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return max(0.0, self.right - self.left)

    @property
    def height(self) -> float:
        return max(0.0, self.bottom - self.top)

    @property
    def area(self) -> float:
        return self.width * self.height

    def shared(self, other: "Box") -> float:
        """Intersection over union."""
        both = self.common(other).area
        return both / max(self.area + other.area - both, 1e-9)

    def common(self, other: "Box") -> "Box":
        corner = max(self.left, other.left), max(self.top, other.top)
        return Box(*corner, min(self.right, other.right), min(self.bottom, other.bottom))
