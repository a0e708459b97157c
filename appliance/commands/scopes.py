"""Which files the paths of a command line mean."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from appliance.sources import folder_of, name_of
from connectors.base import Entry


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a folder was asked for: all below it, itself alone, or some files in it."""

    folder: Path
    files: frozenset[str] | None = None
    recursive: bool = True

    def holds(self, entry: Entry, folder: str) -> bool:
        if self.files is not None:
            return folder_of(entry.path) == folder and name_of(entry.path) in self.files
        return self.recursive or folder_of(entry.path) == folder

    def missing(self, found: set[str]) -> list[str]:
        """The files that were asked for by name and are not among those found."""
        return sorted((self.files or frozenset()) - found)


def scopes(paths: Iterable[Path], *, recursive: bool) -> list[Scope]:
    """Folders as they are, files by their folder; what lies inside another folder of the list is named once.

    A link to a folder is followed, since it was named; a link to a file is not, since renaming would break it.
    """
    real = [path.resolve() if path.is_dir() else path.parent.resolve() / path.name for path in paths]
    folders = [path for path in dict.fromkeys(real) if path.is_dir()]
    outer = [one for one in folders if not any(_covers(other, one, recursive) for other in folders if other != one)]
    files: dict[Path, set[str]] = {}
    for path in real:
        if not path.is_dir() and not any(_covers(folder, path.parent, recursive) for folder in outer):
            files.setdefault(path.parent, set()).add(path.name)
    return [Scope(folder, recursive=recursive) for folder in outer] + [
        Scope(folder, frozenset(names)) for folder, names in files.items()
    ]


def _covers(folder: Path, other: Path, recursive: bool) -> bool:
    return other == folder or (recursive and other.is_relative_to(folder))
