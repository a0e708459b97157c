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


CLASSIFIER = ModelFile("efficientnet-lite2.onnx", "607f4cb275ec374ff8c1355110ba77f98926f89e3b1a40ff0c44f1dbb63fccc6")
ALL = (CLASSIFIER,)
