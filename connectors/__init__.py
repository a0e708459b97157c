"""The kinds of sources, found by name and loaded when first used."""

from importlib import import_module
from types import ModuleType

KINDS: dict[str, str] = {
    "s3": "connectors.s3",
    "sftp": "connectors.sftp",
    "watchfolder": "connectors.watchfolder",
    "wordpress": "connectors.wordpress",
}


def load(kind: str) -> ModuleType:
    """The module of a kind, with `Options` and `connect(options)`; KeyError for an unknown kind."""
    return import_module(KINDS[kind])
