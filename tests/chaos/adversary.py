"""A program that moves photos away, puts others in their place and takes the names that others want, until told to end.

It overwrites nothing itself, and writes down every content that it has made, each of which is another.
"""

import itertools
import os
import random
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def main(folder: Path, log: Path, seed: int) -> None:
    dice = random.Random(seed)
    with log.open("w") as made:
        for number in itertools.count():
            if (folder.parent / "stop").exists():
                return
            names = [path.name for path in folder.glob("*.jpg")]
            for act, path in enumerate(_acts(folder, names, dice, number)):
                if _create(path, f"adversary {number}.{act}"):
                    made.write(f"adversary {number}.{act}\n")


def _acts(folder: Path, names: list[str], dice: random.Random, number: int) -> Iterator[Path]:
    """Moves one photo to where only this program works; yields where to make new ones."""
    if names and dice.random() < 0.6:
        name = dice.choice(names)
        with suppress(FileNotFoundError):
            (folder / name).rename(folder / "moved" / f"{number}.jpg")
            yield folder / name
    yield folder / dice.choice([f"target-{dice.randrange(60)}.jpg", *names])


def _create(path: Path, text: str) -> bool:
    """Complete at once, and only where nothing is."""
    draft = path.parent.parent / "draft"
    draft.write_text(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
