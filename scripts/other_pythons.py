"""Runs the tests of naming and of the whole command on every other Python that is supported and found here."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

SUPPORTED = ("3.11", "3.12", "3.13")
LOCK = Path("requirements-dev.lock")
TESTS = ("tests/naming", "tests/stories/test_rename.py")


def find(version: str) -> str | None:
    """A Python of this version that runs: on the PATH, or where pyenv keeps those that its shims do not start."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [shutil.which(f"python{version}"), *pyenv.glob(f"versions/{version}*/bin/python{version}")]
    return next((str(candidate) for candidate in candidates if candidate and _runs(str(candidate), version)), None)


def _runs(python: str, version: str) -> bool:
    program = "import sys, ssl, sqlite3; print('%d.%d' % sys.version_info[:2])"
    said = subprocess.run([python, "-c", program], capture_output=True, text=True, check=False)
    return said.returncode == 0 and said.stdout.strip() == version


def environment(python: str, version: str) -> Path:
    """The interpreter of an environment with everything that is locked; made once for each state of the lock."""
    folder = Path(".cache") / f"python-{version}"
    stamp = folder / "lock.sha256"
    lock = sha256(LOCK.read_bytes()).hexdigest()
    inside = folder / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != lock:
        print(f"Installing for Python {version}.", flush=True)
        _uv("venv", "--clear", "--python", python, str(folder))
        _uv("pip", "install", "--python", str(inside), "--require-hashes", "-r", str(LOCK))
        _uv("pip", "install", "--python", str(inside), "--no-deps", "--editable", ".")
        stamp.write_text(lock)
    return inside


def _uv(*arguments: str) -> None:
    subprocess.run([str(Path(sys.executable).parent / "uv"), "--quiet", *arguments], check=True)


def main() -> int:
    current = f"{sys.version_info.major}.{sys.version_info.minor}"
    status = 0
    for version in SUPPORTED:
        if version == current:
            continue
        python = find(version)
        if python is None:
            print(f"Python {version} is not on this machine: nothing was tested on it.")
            continue
        print(f"Testing on Python {version}.", flush=True)
        command = [str(environment(python, version)), "-m", "pytest", "-q", "-n", "2", *TESTS]
        status = subprocess.run(command, check=False).returncode or status
    return status


if __name__ == "__main__":
    sys.exit(main())
