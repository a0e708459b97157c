"""Which files of a source are images or may belong to one, told by their names alone."""

from fnmatch import fnmatchcase

from connectors.base import IMAGE_EXTENSIONS

OURS = ".rn-"  # begins every name that a connector uses for itself

# Every other temporary name, such as `photo.jpg.part`, ends in what is no image's extension.
_TEMPORARY_BEGINNINGS = (".", "~")

_JUNK_FOLDERS = frozenset(
    ["@eadir", "__macosx", "#recycle", "#snapshot", "$recycle.bin", "system volume information", "lost+found"]
)

# Folders that look like one file to their owner: whatever changes a name inside breaks them.
_LIBRARIES = (".photoslibrary", ".aplibrary", ".migratedphotolibrary", ".lrdata", ".lrlibrary", ".cocatalog")

_CAMERA_ORIGINALS = frozenset(
    ["3fr", "ari", "bay", "crw", "dcr", "erf", "fff", "gpr", "iiq", "k25", "kdc", "mef", "mos", "mrw", "nrw", "raw"]
) | frozenset(["rwl", "sr2", "srf", "x3f"])
_SIDECARS = frozenset(["xmp", "aae", "thm", "json", "pp3", "dop", "on1", "cos", "vrd"])
_FILMS_AND_SOUNDS = frozenset(["mov", "mp4", "m4v", "mp", "lrv", "wav"])

_WANTED = IMAGE_EXTENSIONS | _CAMERA_ORIGINALS | _SIDECARS | _FILMS_AND_SOUNDS


def is_temporary(name: str) -> bool:
    """Hidden, set aside by us, or named as programs name what they have not finished."""
    return name.startswith(_TEMPORARY_BEGINNINGS)


def is_junk_folder(name: str) -> bool:
    """Hidden, or kept by a system or a program for itself."""
    return name.startswith(".") or name.lower() in _JUNK_FOLDERS or name.lower().endswith(_LIBRARIES)


def is_wanted(name: str) -> bool:
    """An image or what may be an image's companion."""
    stem, _, extension = name.rpartition(".")
    return stem != "" and extension.lower() in _WANTED and not is_temporary(name)


def is_ignored(path: str, globs: tuple[str, ...]) -> bool:
    """Matches one of the owner's globs, by the whole path or by the name of any part of it."""
    return any(fnmatchcase(path, glob) or any(fnmatchcase(part, glob) for part in path.split("/")) for glob in globs)
