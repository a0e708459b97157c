"""Installs the Debian packages that the tests need, or says in one line which of them are missing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path

APT = ("apt-get", "--quiet", "--quiet", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120")


def _command(*names: str) -> Callable[[], bool]:
    return lambda: all(shutil.which(name) for name in names)


def _postgresql() -> bool:
    return shutil.which("postgres") is not None or any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def _php(*extensions: str) -> Callable[[], bool]:
    return lambda: shutil.which("php") is not None and _loaded() >= set(extensions)


def _loaded() -> set[str]:
    told = subprocess.run(["php", "-m"], capture_output=True, text=True, check=False).stdout
    return {line.lower() for line in told.splitlines()}


# Looked for by what they bring, so that a machine that has it from elsewhere needs no Debian at all.
PACKAGES: dict[str, Callable[[], bool]] = {
    "postgresql": _postgresql,
    "strace": _command("strace"),
    "fuse3": _command("fusermount3"),
    "libfuse2": lambda: find_library("fuse") is not None,
    "attr": _command("setfattr", "getfattr"),
    "acl": _command("setfacl", "getfacl"),
    "chromium": _command("chromium"),
    "rsync": _command("rsync"),
    "openssh-server": lambda: shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None,
    "openssh-client": _command("sftp", "ssh-keygen"),
    "lftp": _command("lftp"),
    "curl": _command("curl"),
    "sshfs": _command("sshfs"),
    "nginx-light": Path("/usr/sbin/nginx").exists,
    "apache2-bin": Path("/usr/sbin/apache2").exists,
    "mariadb-server": _command("mariadbd", "mariadb-install-db", "mariadb", "mariadb-dump"),
    "php-cli": _command("php"),
    "php-cgi": _command("php-cgi"),
    "php-mysql": _php("mysqli"),
    "php-gd": _php("gd"),
    "php-xml": _php("dom"),
    "php-mbstring": _php("mbstring"),
    "php-curl": _php("curl"),
    "php-codesniffer": _command("phpcs"),
}
FOR_BENCHMARKS = {"libimage-exiftool-perl": _command("exiftool")}


def missing(packages: dict[str, Callable[[], bool]]) -> list[str]:
    """The names of the packages whose content is not on this machine."""
    return [name for name, present in packages.items() if not present()]


def install(names: list[str]) -> bool:
    """Installs by apt; whether it said that it did. The package lists are fetched only where they do not suffice."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = [*APT, "install", *names]
    if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
        return True
    subprocess.run([*APT, "update"], env=environment, check=False)
    return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode == 0


def main() -> int:
    packages = PACKAGES | (FOR_BENCHMARKS if "--benchmarks" in sys.argv else {})
    wanted = missing(packages)
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {', '.join(wanted)}.", flush=True)
        install(wanted)
        wanted = missing(packages)
    if wanted:
        print(f"This needs what these Debian packages bring: apt-get install {' '.join(wanted)}", file=sys.stderr)
    return 1 if wanted else 0


if __name__ == "__main__":
    sys.exit(main())
