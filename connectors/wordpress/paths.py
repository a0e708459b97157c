"""Paths of files below the uploads folder."""

from connectors.base import ConnectorError

_LONGEST_NAME = 255  # bytes
_LONGEST_PATH = 1000


def parted(path: str) -> tuple[str, str]:
    """Folder and name. Raises ConnectorError for what leads out of the uploads, or is no name."""
    parts = path.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        raise ConnectorError(f"{path!r} is no path below the uploads folder.", permanent=True)
    try:
        lengths = [len(part.encode()) for part in parts]
    except UnicodeEncodeError as error:
        raise ConnectorError(f"{path!r} is no valid Unicode: choose another name.", permanent=True) from error
    if "\0" in path or max(lengths) > _LONGEST_NAME or sum(lengths) > _LONGEST_PATH:
        raise ConnectorError(f"{path[:80]!r} is too long, or holds what no name can: choose another.", permanent=True)
    return "/".join(parts[:-1]), parts[-1]


def stem_of(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]
