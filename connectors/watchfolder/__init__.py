"""Folders on this machine and on what is mounted there; README.md says how each kind of disk is treated."""

import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from connectors.base import ConnectorError
from connectors.watchfolder.folder import Folder
from connectors.watchfolder.sentences import telling

Protocol = Literal["noreplace", "link", "copy"]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a watched folder needs."""

    path: Annotated[str, msgspec.Meta(min_length=1, description="the folder, as an absolute path or from ~")]
    recursive: Annotated[bool, msgspec.Meta(description="also the folders inside it")] = True
    watch: Annotated[
        Literal["auto", "events", "polling"],
        msgspec.Meta(description="how changes are noticed; polling for network folders, which report none"),
    ] = "auto"
    ignore: Annotated[tuple[str, ...], msgspec.Meta(description="names or paths to leave alone, with * and ?")] = ()


def where(options: Options) -> str:
    """Names the place for people, and tells two sources apart: one path for each folder, without links."""
    return os.path.realpath(os.path.expanduser(options.path))  # noqa: PTH111  # leaves an unknown ~name as it is


def connect(options: Options, *, protocol: Protocol | None = None) -> Folder:
    """Opens the folder. Raises ConnectorError where there is none. `protocol` is for tests: without it, each mount is
    asked what it can do."""
    root = Path(os.path.expanduser(options.path))  # noqa: PTH111  # leaves an unknown ~name as it is
    if not root.is_absolute():
        raise ConnectorError(f"{options.path} is not an absolute path: write the whole path.", permanent=True)
    with telling(str(root)):
        if not root.exists():
            raise ConnectorError(f"{root} does not exist: make the folder, or mount the disk that holds it.")
        if not root.is_dir():
            raise ConnectorError(f"{root} is a file: give the folder that holds it.", permanent=True)
    return Folder(root, recursive=options.recursive, ignore=options.ignore, protocol=protocol, watch=options.watch)
