"""Fetches WordPress, as Debian packages it, into .cache/wordpress: one folder for each of its versions."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

CACHE = Path(".cache/wordpress")
# By the Debian release that has it: 6.1 and 6.8.
RELEASES = ("bookworm", "trixie")
MACHINE_SOURCES = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))
# What Debian takes out of WordPress and links back into it, and the theme that it starts with.
PARTS = re.compile(r"^\s*(?:Depends|Recommends): (libjs-\S+|php-getid3|libphp-phpmailer|wordpress-theme-\S+)$", re.M)
ADDRESS = r"^(?:URIs: |deb (?:\[[^]]*\] )?)(\S+)"
KEYRING = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"


class FetchFailed(Exception):
    """WordPress could not be fetched; what apt said, and what to do."""


def core(release: str) -> Path:
    """The folder with the program of that release; fetched by the first who asks."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{release}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (CACHE / release).exists():
            print(f"Fetching WordPress of Debian {release} (20 MB).", file=sys.stderr, flush=True)
            _fetch(release)
    return CACHE / release


def _fetch(release: str) -> None:
    work = (CACHE / f"{release}.part").absolute()
    shutil.rmtree(work, ignore_errors=True)
    for name in ("lists/partial", "cache/archives/partial", "packages", "root"):
        (work / name).mkdir(parents=True)
    (work / "sources.list").write_text(_sources(release))
    apt = _apt(work)
    _run([*apt, "update", "-qq"], work)
    told = _run(["apt-cache", *apt[1:], "depends", "wordpress"], work)
    _run([*apt, "download", "-qq", "wordpress", *sorted(set(PARTS.findall(told)))], work / "packages")
    for package in (work / "packages").glob("*.deb"):
        _run(["dpkg", "-x", str(package), str(work / "root")], work)
    _put_together(work, CACHE / release)


def _put_together(work: Path, folder: Path) -> None:
    """Debian's links become files; what it adds for itself goes."""
    packaged = work / "root/usr/share/wordpress"
    for name in (".htaccess", "wp-config.php"):
        (packaged / name).unlink(missing_ok=True)
    _run(["cp", "-rL", str(packaged), str(work / "site")], work)
    (work / "site").rename(folder)
    shutil.rmtree(work)


def _sources(release: str) -> str:
    """Where this machine has its own packages from, for another release."""
    addresses = [address for path in MACHINE_SOURCES for address in _addresses(path)]
    if not addresses:
        raise FetchFailed("This machine has no list of Debian's packages, which WordPress for the tests is taken from.")
    main = next(address for address in addresses if "security" not in address)
    lines = [f"deb {KEYRING} {main} {release} main\n"]
    lines += [f"deb {KEYRING} {found} {release}-security main\n" for found in addresses if "security" in found][:1]
    return "".join(lines)


def _addresses(path: Path) -> list[str]:
    return re.findall(ADDRESS, path.read_text(), re.M) if path.exists() else []


def _apt(work: Path) -> list[str]:
    """apt-get with folders of its own, so that it needs no root and changes nothing of the machine."""
    options = {
        "Dir::Etc::sourcelist": work / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": work / "lists",
        "Dir::Cache": work / "cache",
        "Dir::State::status": "/dev/null",
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
    }
    return ["apt-get", *(part for name, value in options.items() for part in ("-o", f"{name}={value}"))]


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise FetchFailed(f"WordPress could not be fetched: `{command[0]}` said: {said}\nRun this again.")
    return done.stdout


def main() -> int:
    try:
        for release in RELEASES:
            core(release)
    except (OSError, FetchFailed) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
