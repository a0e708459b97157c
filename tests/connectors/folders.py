"""A folder as a source, seen from outside by another program."""

from pathlib import Path

from connectors import watchfolder
from connectors.watchfolder import Protocol
from connectors.watchfolder.folder import Folder


def names(folder: Path) -> list[str]:
    """Everything in it, hidden or not."""
    return sorted(path.name for path in folder.iterdir())


class FilesFromOutside:
    """The files of a folder of this machine, as another program sees and changes them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, path: str, data: bytes) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(data)

    def get(self, path: str) -> bytes | None:
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    def everything(self) -> dict[str, bytes]:
        files = [path for path in self.root.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.root)): path.read_bytes() for path in files}


class FolderFromOutside(FilesFromOutside):
    """`protocol` forces one; without it the disk is asked."""

    def __init__(self, root: Path, protocol: Protocol | None = None) -> None:
        super().__init__(root)
        self._protocol = protocol
        self.connector = self.another()

    def another(self) -> Folder:
        return watchfolder.connect(watchfolder.Options(path=str(self.root)), protocol=self._protocol)
