"""The files that pages load, as `make assets` built them. Needs nothing but Python, since the build reads it too."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
MANIFEST = "manifest.json"
WHERE = "/static/"


class AssetsMissing(Exception):
    """A sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` says for each name the one with the hash of its content; `digest` is of all that they come from."""

    digest: str
    files: dict[str, str]


def read_manifest() -> Manifest:
    """Raises AssetsMissing, also where one of the files is."""
    try:
        manifest = Manifest(**json.loads((FOLDER / MANIFEST).read_bytes()))
        absent = [name for name in manifest.files.values() if not (FOLDER / name).is_file()]
    except (OSError, TypeError, ValueError):
        absent = [MANIFEST]
    if absent:
        raise AssetsMissing(
            f"The dashboard's file {FOLDER / absent[0]} is not there: run `make assets` in the project's folder, or "
            "install the released package, which contains it."
        )
    return manifest


@cache
def _manifest() -> Manifest:
    return read_manifest()


def url(name: str) -> str:
    """Where a page loads it from. Raises AssetsMissing, and KeyError for a file that was never meant."""
    return WHERE + _manifest().files[name]
