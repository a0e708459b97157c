"""Everything that is measured in a picture, once; what of it is said is decided elsewhere."""

import io
from dataclasses import dataclass, field, replace
from functools import cache

from PIL import Image

from appliance.vision import classifier, colours, scene
from appliance.vision.boxes import Box
from appliance.vision.classifier import Classifier, Features, Probabilities
from appliance.vision.colours import Colour
from appliance.vision.detector import Detector, Thing
from appliance.vision.labels import labels
from appliance.vision.reading import Reader
from appliance.vision.scene import Scene
from appliance.vision.text import Line

RULES = 4  # raised whenever a picture is measured otherwise, so that descriptions which are kept are made anew
PRINTED = frozenset({"document", "comic book"})
DOCUMENT = 0.5  # probability from which a picture is a document
# Kinds of which the classifier knows many more, and is asked of the thing alone.
CLOSER = frozenset({"bear", "bird", "boat", "bus", "car", "cat", "dog", "elephant", "truck"})
CLOSER_SIDE = 60  # pixels of the preview, below which nothing more is to be seen
CLOSER_THINGS = 2
CLOSER_PART = 0.5  # of the picture; a thing that takes more is what the views of the whole show
LARGE_ENOUGH = 400  # pixels of the long side
MARGIN = 0.08  # of a thing's box


@dataclass(frozen=True, slots=True, eq=False)
class Sighted:
    """A thing that was found and its colour. `closer` is what the classifier says of the thing alone, where it is of a
    kind of which the classifier knows more and neither too small nor most of the picture."""

    thing: Thing
    colour: Colour
    closer: Probabilities | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """`width` and `height` are the preview's, in pixels. `things` are found in photos alone, the greatest first.
    `colour` is that about the middle. `document` is the probability of pages, screens and covers. `lines` are there
    where there was a reason to read, as they stand in the picture, the private ones without their text."""

    width: int
    height: int
    probabilities: Probabilities
    features: Features
    scene: Scene
    document: float
    colour: Colour
    things: tuple[Sighted, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def drawn(self) -> bool:
        """A graphic, a screenshot or a document, which is named from its text."""
        return self.scene.graphic or self.document > DOCUMENT


@dataclass(frozen=True, slots=True)
class Eyes:
    """Safe to use from several threads, each with a picture of its own."""

    classifier: Classifier = field(default_factory=Classifier)
    detector: Detector = field(default_factory=Detector)
    reader: Reader = field(default_factory=Reader)

    @property
    def version(self) -> str:
        """Another one whenever the same picture may be seen otherwise."""
        files = (self.classifier.file, self.detector.file, self.reader.file)
        return " ".join([*(file.sha256 for file in files), str(RULES)])

    def open(self) -> None:
        """Reads the models that every picture needs, and looks whether the other one is there. Raises ModelUnusable."""
        self.classifier.model.open()
        self.detector.model.open()
        self.reader.check()

    def features(self, preview: bytes) -> Features:
        """Of the classifier alone. Raises as `see` does."""
        return self.classifier.classify(classifier.views(_halved(_opened(preview)))).features

    def see(self, preview: bytes) -> Seen:
        """`preview` is a JPEG of ours. Raises ModelUnusable, and OSError where it is no picture."""
        return self.read(preview, self.look(preview))

    def read(self, preview: bytes, seen: Seen) -> Seen:
        """What was seen of the picture, with its text, which takes as long as all else. Raises as `see` does."""
        picture = _opened(preview)
        if seen.drawn or self.reader.has_text(_halved(picture)):
            return replace(seen, lines=self.reader.read(picture))
        return seen

    def look(self, preview: bytes) -> Seen:
        """All but the text. Raises as `see` does."""
        picture = _opened(preview)
        small = _halved(picture)
        probabilities, features = self.classifier.classify(classifier.views(small))
        seen = Seen(
            picture.width,
            picture.height,
            probabilities,
            features,
            scene.scene(picture),
            _document(probabilities),
            colours.colour(small),
        )
        if seen.document > DOCUMENT:
            return seen
        # Also of what looks drawn: a product on white has as many equal pixels as a graphic.
        found = enumerate(self.detector.detect(small))
        things = tuple(self._sighted(picture, thing, place) for place, thing in found)
        return replace(seen, things=things)

    def _sighted(self, picture: Image.Image, thing: Thing, place: int) -> Sighted:
        colour = colours.colour(picture, thing.box)
        left, top, right, bottom = _around(thing.box, picture.size)
        fits = min(right - left, bottom - top) >= CLOSER_SIDE and thing.box.area < CLOSER_PART
        if thing.kind not in CLOSER or thing.score < thing.needs or place >= CLOSER_THINGS or not fits:
            return Sighted(thing, colour)
        alone = classifier.squeezed(picture, (left, top, right, bottom))
        return Sighted(thing, colour, self.classifier.classify([alone]).probabilities)


def _opened(preview: bytes) -> Image.Image:
    with Image.open(io.BytesIO(preview), formats=["JPEG"]) as opened:
        return opened.convert("RGB")


def _halved(picture: Image.Image) -> Image.Image:
    """What is large enough for the models, which see no more than 300 pixels, and takes them half the time."""
    return picture.reduce(2) if max(picture.size) >= 2 * LARGE_ENOUGH else picture


def _document(probabilities: Probabilities) -> float:
    return float(probabilities[_document_classes()].sum())


@cache
def _document_classes() -> list[int]:
    return sorted(set().union(*(label.classes for label in labels().labels if label.text in PRINTED)))


def _around(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """The box with a margin, in pixels."""
    width, height = size
    across, down = MARGIN * box.width, MARGIN * box.height
    left, top = max(0.0, box.left - across) * width, max(0.0, box.top - down) * height
    return left, top, min(1.0, box.right + across) * width, min(1.0, box.bottom + down) * height


EYES = Eyes()


def see(preview: bytes) -> Seen:
    """With the models of this process."""
    return EYES.see(preview)
