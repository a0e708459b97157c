"""Which files of a folder are images or may belong to one, told by their names alone."""

from fnmatch import fnmatchcase

OURS = ".rn-"

_TEMPORARY_ENDINGS = (
    *(".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", ".swp", ".lock", "~", ".!ut"),
    *(".aria2", ".opdownload", ".uploading"),
)
_TEMPORARY_BEGINNINGS = (
    *(".", "~", "._", ".~lock", ".syncthing.", "~syncthing~", ".nfs", ".fuse_hidden", ".smbdelete"),
)
_JUNK_FOLDERS = {
    *("@eadir", ".stfolder", ".stversions", "__macosx", "#recycle", ".snapshot", "$recycle.bin"),
    *("system volume information", "lost+found"),
}

IMAGES = frozenset(
    "jpg jpeg jpe jfif png gif webp tif tiff bmp heic heif hif avif jxl jp2 j2k svg".split()  # noqa: SIM905  # a list of words
)
COMPANIONS = frozenset(
    # camera originals, sidecars, thumbnails, sound and film that cameras write beside a picture
    "3fr ari arw bay cr2 cr3 crw dcr dng erf fff gpr iiq k25 kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf "
    "srw x3f xmp aae thm json pp3 dop on1 cos vrd lrv mov mp4 m4v mp wav".split()  # noqa: SIM905  # a list of words
)


def is_temporary(name: str) -> bool:
    """Hidden, still being written by the habit of its program, or set aside by us."""
    lower = name.lower()
    return lower.startswith(_TEMPORARY_BEGINNINGS) or lower.endswith(_TEMPORARY_ENDINGS)


def is_junk_folder(name: str) -> bool:
    """Hidden, or kept by a system for itself."""
    lower = name.lower()
    return lower.startswith(".") or lower in _JUNK_FOLDERS


def is_wanted(name: str) -> bool:
    """An image or what may be an image's companion, by its extension."""
    extension = name.rpartition(".")[2].lower()
    return (extension in IMAGES or extension in COMPANIONS) and not is_temporary(name)


def is_ignored(path: str, globs: tuple[str, ...]) -> bool:
    """Matches one of the owner's globs, by its whole path or by the name of any part of it."""
    return any(fnmatchcase(path, glob) or any(fnmatchcase(part, glob) for part in path.split("/")) for glob in globs)
