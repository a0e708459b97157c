"""Builds the plugin for WordPress that the dashboard offers: the same zip for the same sources, on every machine."""

import re
import sys
import zipfile
from pathlib import Path

SOURCES = Path("connectors/wordpress/plugin")
ZIP = SOURCES.with_suffix(".zip")
FOLDER = "image-renamer"
# The earliest time that a zip can tell.
TIME = (1980, 1, 1, 0, 0, 0)
PLAIN_FILE = 0o100644 << 16
VERSION = re.compile(r"(?m)^## \[(\d+\.\d+\.\d+)")


def version() -> str:
    """The newest heading of the changelog, as for everything that is released."""
    found = VERSION.search(Path("CHANGELOG.md").read_text())
    if found is None:
        raise RuntimeError("CHANGELOG.md has no heading with a version.")
    return found[1]


def content(path: Path, version: str) -> bytes:
    """The file, with the version where it tells one."""
    text = path.read_text()
    text = re.sub(r"(?m)^( \* Version: +|Stable tag: )\S+$", rf"\g<1>{version}", text)
    return re.sub(r"(?m)^(const VERSION = ')[^']+", rf"\g<1>{version}", text).encode()


def build(to: Path) -> None:
    """All or nothing: what is downloaded meanwhile is whole."""
    partial = to.with_suffix(".part")
    number = version()
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for path in sorted(path for path in SOURCES.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{FOLDER}/{path.relative_to(SOURCES).as_posix()}", TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, PLAIN_FILE
            made.writestr(entry, content(path, number))
    partial.replace(to)


def main() -> int:
    try:
        build(ZIP)
    except (OSError, RuntimeError) as error:
        print(f"The plugin for WordPress was not built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
