"""A home with a folder of pictures, in which the real command is run."""

import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
from click.testing import CliRunner
from PIL import Image

from appliance import commands

pillow_heif.register_heif_opener()


@dataclass(frozen=True)
class Said:
    """What the command printed, and how it ended."""

    exit_code: int
    output: str
    errors: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.splitlines()]

    def states(self) -> dict[str, str]:
        return {str(line["path"]): str(line["state"]) for line in self.lines}

    def names(self) -> dict[str, str]:
        return {str(line["path"]): str(line["to"]) for line in self.lines}


@dataclass
class Home:
    """`pictures` is the folder that is renamed in; the program's data lie beside it."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    before: dict[str, tuple[str, int, int, int]] = field(default_factory=dict)  # for a test to remember

    @property
    def pictures(self) -> Path:
        return self.root / "pictures"

    def run(self, *arguments: str | Path) -> Said:
        """`image-renamer …`, as a person would type it, with words that need no model."""
        return self.run_without_data("--data", self.root / "data", *arguments)

    def run_without_data(self, *arguments: str | Path) -> Said:
        result = CliRunner().invoke(
            commands.cli,
            list(map(str, arguments)),
            env={"RENAMER_VISION": "canned"} | self.environment,
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    def command(self, *arguments: str | Path, data: str = "data") -> list[str]:
        """The same, for a process of its own (with the environment of `process_environment`)."""
        return [sys.executable, "-m", "appliance", "--data", str(self.root / data), *map(str, arguments)]

    def process_environment(self) -> dict[str, str]:
        return os.environ | {"RENAMER_VISION": "canned"} | self.environment

    def rename(self, *options: str | Path, apply: bool = True) -> Said:
        """Over all pictures, or over the paths among the options, with an answer that can be read."""
        paths = [one for one in options if isinstance(one, Path)] or [self.pictures]
        words = [one for one in options if isinstance(one, str)]
        return self.run("rename", *paths, "--json", *(["--apply"] if apply else []), *words)

    def photo(self, name: str, seed: int = 0, *, exif: Mapping[int, object] | None = None) -> Path:
        """A picture of its own for each seed, of an hour ago, in the format that the extension says."""
        path = self.pictures / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(_noise(seed)).save(path, exif=_exif(exif))
        an_hour_ago = path.stat().st_mtime - 3600
        os.utime(path, (an_hour_ago, an_hour_ago))
        return path

    def tree(self) -> set[str]:
        return {str(path.relative_to(self.pictures)) for path in self.pictures.rglob("*") if path.is_file()}

    def contents(self) -> Counter[str]:
        """The multiset of the SHA-256 over the tree: what must never change."""
        return contents(self.pictures)

    def snapshot(self) -> dict[str, tuple[str, int, int, int]]:
        """Names, bytes, times and modes of every file."""
        return {
            str(path.relative_to(self.pictures)): (
                hashlib.sha256(path.read_bytes()).hexdigest(),
                path.stat().st_mtime_ns,
                path.stat().st_mode,
                path.stat().st_ino,
            )
            for path in self.pictures.rglob("*")
            if path.is_file()
        }


def contents(folder: Path) -> Counter[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)


def _noise(seed: int) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return coarse.repeat(20, axis=0).repeat(20, axis=1)


def _exif(tags: Mapping[int, object] | None) -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update(tags or {})
    return exif
