"""Paths on a server, relative to the folder of the source."""

from connectors.base import ConnectorError

_LONGEST_PATH = 4000  # bytes; most servers take 4,095 from their root
_LONGEST_NAME = 255


def parted(path: str) -> tuple[str, str]:
    """Folder and name. Raises ConnectorError for a path that could lead out of the source, or that no server takes."""
    folder, _, name = path.rpartition("/")
    checked(folder)
    if not _is_name(name) or not _fits(path):
        raise _refused(path)
    return folder, name


def checked(folder: str) -> str:
    """The folder as it was given. Raises ConnectorError likewise."""
    if folder and not (all(map(_is_name, folder.split("/"))) and _fits(folder)):
        raise _refused(folder)
    return folder


def joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def spelled(name: bytes) -> str | None:
    """A name that a server gave; None where it is no UTF-8, or no name at all."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return None
    return text if _is_name(text) else None


def printable(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def _is_name(name: str) -> bool:
    return name not in {"", ".", ".."} and not {"/", "\0"} & set(name)


def _fits(path: str) -> bool:
    try:
        return len(path.encode()) <= _LONGEST_PATH and all(
            len(part.encode()) <= _LONGEST_NAME for part in path.split("/")
        )
    except UnicodeEncodeError:
        return False


def _refused(path: str) -> ConnectorError:
    shown = path[:200].encode(errors="backslashreplace").decode()
    return ConnectorError(f"{shown!r} is no path inside this source: choose another name.", permanent=True)
