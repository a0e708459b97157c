"""The sorts of disks that a folder may lie on, each with the protocol that is used there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.watchfolder import Protocol
from tests.servers import fuse


@dataclass(frozen=True)
class Disk:
    """`options` are those of a FUSE mount; without one it is the disk of the temporary folder. `old` and `new` are the
    names of the file that is renamed there."""

    name: str
    protocol: Protocol | None = None
    options: tuple[str, ...] | None = None
    old: str = "IMG_1.jpg"
    new: str = "beach.jpg"

    def __str__(self) -> str:
        return self.name


DISKS = [
    Disk("one atomic call", protocol="noreplace"),
    Disk("links", protocol="link"),
    Disk("copies", protocol="copy"),
    Disk("FUSE with links", options=()),
    Disk("FUSE without links", options=("--no-links",)),
    Disk("case only, with links", options=("--ignore-case",), old="IMG_1.JPG", new="img_1.jpg"),
    Disk("case only, without links", options=("--ignore-case", "--no-links"), old="IMG_1.JPG", new="img_1.jpg"),
]


@contextmanager
def mounted(disk: Disk, folder: Path) -> Iterator[Path]:
    """A folder on such a disk."""
    if disk.options is None:
        (folder / "disk").mkdir()
        yield folder / "disk"
        return
    with fuse.mounted(folder / "backing", folder / "disk", *disk.options) as at:
        yield at
