"""The files that the embedded engine reads, and whether they are the ones that were meant.

Imports nothing of ours: the build of the wheel runs it without an environment.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "models"


class ModelUnusable(Exception):
    """A model is missing or altered; the message says how to build it."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """`sha256` is of the file as `make models` writes it, the same on every machine."""

    name: str
    sha256: str

    @property
    def path(self) -> Path:
        return FOLDER / self.name

    def checked(self) -> Path:
        """Where it is, once it is known to be the right one. Raises ModelUnusable."""
        self.read()
        return self.path

    def read(self) -> bytes:
        """The bytes, once they are known to be the right ones. Raises ModelUnusable."""
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise ModelUnusable(
                f"The model {self.path} cannot be read ({error.strerror}): run `make models` in the project's folder, "
                "or install the released package, which contains it."
            ) from error
        if sha256(content).hexdigest() != self.sha256:
            raise ModelUnusable(
                f"The model {self.path} is not the file that belongs to this version: delete it and run `make models`, "
                "or install the released package again."
            )
        return content


CLASSIFIER = ModelFile("efficientnet-lite2.onnx", "6b79bb9ebfa38165d6a4b4dfa07929663ca3cb3b9af24b0c2b9ef64a32418b1e")
DETECTOR = ModelFile("ssdlite-mobilenet-v2.onnx", "c2ac3de2c5d55118297d8f84921d2063616eb243992f1c3ebc87be33abe35348")
TEXT_DETECTOR = ModelFile("pp-ocrv6-detection.onnx", "3fddf32073075acb386f94241879039db446d14e091d2dc10945c7a764d40743")
PLACES = ModelFile("places.bin", "51806750b2f5b3881a3c880ae9770b1032638e0dfb8f02e792ffe27098356a05")
ALL = (CLASSIFIER, DETECTOR, TEXT_DETECTOR, PLACES)
