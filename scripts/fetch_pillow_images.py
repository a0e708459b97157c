"""Fetches the odd and broken pictures that Pillow is tested with into .cache/pillow-images."""

import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

from scripts.fetching import download

CACHE = Path(".cache")
IMAGES = CACHE / "pillow-images"


def fetch(package: str) -> Path:
    """Its source package, from the package index. Raises CalledProcessError."""
    folder = CACHE / "sdists"
    download(f"pillow=={package}", folder, "--no-binary=:all:")
    return folder / f"pillow-{package}.tar.gz"


def unpack(archive: Path) -> None:
    """All pictures or none: a folder that was begun and not finished is begun again."""
    partial = IMAGES.with_suffix(".part")
    shutil.rmtree(partial, ignore_errors=True)
    inside = archive.name.removesuffix(".tar.gz") + "/Tests/images/"
    with tarfile.open(archive) as tar:
        members = [member for member in tar if member.isfile() and member.name.startswith(inside)]
        for member in members:
            member.name = member.name.removeprefix(inside)
        tar.extractall(partial, members, filter="data")
    partial.rename(IMAGES)


def main() -> int:
    if IMAGES.exists():
        return 0
    print("Fetching odd and broken pictures (47 MB).", flush=True)
    try:
        unpack(fetch(version("pillow")))
    except (OSError, subprocess.CalledProcessError, tarfile.TarError) as error:
        print(f"The pictures could not be fetched: {error} Run this again.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
