"""Paths of a source, and the keys of a bucket that they stand for."""

from dataclasses import dataclass

from connectors import junk
from connectors.base import ConnectorError

LONGEST_KEY = 1024  # bytes, of S3
LONGEST_NAME = 255  # bytes; what servers on a file system and whoever downloads the bucket can hold


@dataclass(frozen=True, slots=True)
class Keys:
    """`prefix` is a folder of the bucket, "" for all of it; what matches `ignored` is left alone."""

    prefix: str
    ignored: tuple[str, ...] = ()

    @property
    def root(self) -> str:
        """What every key of the source begins with."""
        folder = self.prefix.strip("/")
        return f"{folder}/" if folder else ""

    def of(self, path: str) -> str:
        """Raises ConnectorError for what is no path of a file here."""
        key = self.root + path
        if not path or _problem(path) or len(key.encode()) > LONGEST_KEY:
            raise _refused(path)
        return key

    def of_folder(self, folder: str) -> str:
        """What the keys in a folder begin with. Raises ConnectorError for what is no path of a folder."""
        return f"{self.of(folder)}/" if folder else self.root

    def path(self, key: str) -> str:
        return key.removeprefix(self.root)

    def problem(self, path: str) -> str:
        """Why an object that is there cannot be worked on, "" where it can."""
        return _problem(path)

    def wants(self, path: str) -> bool:
        """An image or what may belong to one, and nothing that a system or its owner keeps apart."""
        folder, _, name = path.rpartition("/")
        if not junk.is_wanted(name) or any(part and junk.is_junk_folder(part) for part in folder.split("/")):
            return False
        parts = path.split("/")
        tops = ("/".join(parts[: count + 1]) for count in range(len(parts)))
        return not any(junk.is_ignored(top, self.ignored) for top in tops)


def _problem(path: str) -> str:
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "Its key has an empty part or a dot for one, which no folder can have: give it another key."
    if "\0" in path:
        return "Its key has a zero byte in it: give it another key."
    try:
        longest = max(len(part.encode()) for part in parts)
    except UnicodeEncodeError:
        return "Its key is no valid Unicode: give it another key."
    return f"A part of its key is longer than {LONGEST_NAME} bytes: shorten it." if longest > LONGEST_NAME else ""


def _refused(path: str) -> ConnectorError:
    shown = path[:200].encode(errors="backslashreplace").decode()
    return ConnectorError(f"{shown!r} is no path inside this source: choose another name.", permanent=True)
