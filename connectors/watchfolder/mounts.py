"""What each file system can do with names, found out by trying."""

import errno
import os
import secrets
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Literal

from connectors import kernel
from connectors.base import ConnectorError, Limits, UnicodeForm
from connectors.junk import OURS
from connectors.watchfolder import moving, places
from connectors.watchfolder.moving import Mount
from connectors.watchfolder.places import Place

_PROBE = f"{OURS}probe-"
_LEFT_BEHIND = 3600  # seconds after which a probe's files are nobody's any more

# Magic numbers of statfs(2). In these an inode names one file for as long as it exists, ...
_WITH_LASTING_INODES = {
    0xEF53: "ext4",
    0x58465342: "xfs",
    0x9123683E: "btrfs",
    0x01021994: "tmpfs",
    0xF2F52010: "f2fs",
    0x2FC12FC1: "zfs",
    0x3153464A: "jfs",
    0xCA451A4E: "bcachefs",
    0x6969: "nfs",
}
# ... and in these the kernel, or for CIFS the server, refuses to replace a name by itself. Elsewhere, in FUSE above
# all, the refusal may come from a look beforehand, which another client of the same files can outrun.
_WITHOUT_INODES_TO_GO_BY = {
    0x794C7630: "overlay",
    0x4D44: "vfat",
    0x2011BAB0: "exfat",
    0x7366746E: "ntfs3",
    0x482B: "hfsplus",
    0xF15F: "ecryptfs",
    0xFF534D42: "cifs",
    0xFE534D42: "smb2",
}
_NFS = 0x6969
_HFSPLUS = 0x482B
_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
_REFUSES_BY_ITSELF = (_WITH_LASTING_INODES.keys() | _WITHOUT_INODES_TO_GO_BY.keys()) - {_NFS}
_IGNORES_CASE = {0x4D44, 0x2011BAB0, 0x7366746E, 0x482B, 0xFF534D42, 0xFE534D42}
_FORBIDDEN = '<>:"/\\|?*' + "".join(map(chr, range(32)))  # by Windows, and so by what it made or serves
_NO_LINKS_HERE = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EMLINK, errno.EXDEV}


class Mounts:
    """Probes each file system once; `forced` names a protocol to use without asking."""

    def __init__(self, forced: str | None = None) -> None:
        self._forced = forced
        self._lock = threading.Lock()
        self._known: dict[int, Mount] = {}
        self._limits: dict[int, Limits] = {}
        self._keep_forms: set[int] = set()

    def of(self, folder: int) -> Mount:
        """How names are changed in an opened folder. Raises ConnectorError, OSError where they cannot be."""
        device = os.fstat(folder).st_dev
        with self._lock:
            if device not in self._known:
                self._known[device] = self._probed(folder)
            return self._known[device]

    def forget(self, folder: int) -> None:
        with self._lock:
            self._known.pop(os.fstat(folder).st_dev, None)

    def as_listed(self, folder: int, name: str) -> str:
        """How the file system spells a name that was just given; found out at the first one that has two forms."""
        composed, decomposed = (unicodedata.normalize(form, name) for form in _FORMS)
        if composed == decomposed:
            return name
        form = self.limits(folder).unicode_form or self._learned(folder, name, composed, decomposed)
        return unicodedata.normalize(form, name) if form else name

    def _learned(self, folder: int, name: str, composed: str, decomposed: str) -> UnicodeForm:
        device = os.fstat(folder).st_dev
        with self._lock:
            if device in self._keep_forms:
                return ""
            names = places.names(folder)
            if name in names:
                self._keep_forms.add(device)
                return ""
            form: UnicodeForm = "NFC" if composed in names else "NFD" if decomposed in names else ""
            self._limits[device] = replace(self._limits[device], unicode_form=form)
            return form

    def _probed(self, folder: int) -> Mount:
        kind = kernel.file_system_type(folder)
        return Mount(self._forced or _protocol(folder, kind), kind in _WITH_LASTING_INODES)

    def limits(self, folder: int) -> Limits:
        """Found out without writing, so that a dry run leaves no trace."""
        device = os.fstat(folder).st_dev
        with self._lock:
            if device not in self._limits:
                self._limits[device] = _limits(folder)
            return self._limits[device]


def _protocol(folder: int, kind: int) -> str:
    with _probe_files(folder) as (one, other, free):
        if kind in _REFUSES_BY_ITSELF and _noreplace_works(one, other, free):
            return "noreplace"
        if _link_works(one, other, free):
            return "link"
        if _exclusive_creation_works(one, other, free):
            return "copy"
    raise ConnectorError("This file system has no way to rename without the danger of overwriting.", permanent=True)


@contextmanager
def _probe_files(folder: int) -> Iterator[tuple[Place, Place, Place]]:
    """Two files of ours that hold their own names, and a name that is free."""
    prefix = f"{_PROBE}{secrets.token_hex(8)}-"
    one, other, free = (Place(folder, prefix + letter) for letter in "abc")
    try:
        for place in (one, other):
            _write(place)
        _remove_left_behind(folder, os.lstat(one.name, dir_fd=folder).st_mtime)
        yield one, other, free
    finally:
        for place in (one, other, free):
            with suppress(FileNotFoundError):
                os.unlink(place.name, dir_fd=folder)


def _write(place: Place) -> None:
    descriptor = place.open(os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        os.write(descriptor, place.name.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_left_behind(folder: int, now: float) -> None:
    """Those of probes that a crash ended; `now` is by the clock of the file system."""
    for name in places.names(folder):
        if name.startswith(_PROBE):
            with suppress(OSError):
                if now - os.lstat(name, dir_fd=folder).st_mtime > _LEFT_BEHIND:
                    os.unlink(name, dir_fd=folder)


def _holds(place: Place, text: str) -> bool:
    try:
        with place.reading() as descriptor:
            return os.read(descriptor, 1000) == text.encode()
    except OSError:
        return False


def _noreplace_works(one: Place, other: Place, free: Place) -> bool:
    try:
        moving.rename_noreplace(one, other)
    except FileExistsError:
        pass
    except OSError as error:
        if error.errno in moving.UNKNOWN_TO_THE_FILE_SYSTEM:
            return False
        raise
    if not (_holds(one, one.name) and _holds(other, other.name)):
        return False
    moving.rename_noreplace(one, free)
    works = _holds(free, one.name) and one.look() is None
    moving.rename_noreplace(free, one)
    return works


def _link_works(one: Place, other: Place, free: Place) -> bool:
    try:
        moving.link(one, other)
    except FileExistsError:
        pass
    except OSError as error:
        if error.errno in _NO_LINKS_HERE:
            return False
        raise
    if not (_holds(one, one.name) and _holds(other, other.name)):
        return False
    try:
        moving.link(one, free)
    except OSError as error:
        if error.errno in _NO_LINKS_HERE:
            return False
        raise
    return _holds(free, one.name) and _holds(one, one.name)


def _exclusive_creation_works(_one: Place, other: Place, _free: Place) -> bool:
    try:
        os.close(other.open(os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return _holds(other, other.name)
    return False


def _limits(folder: int) -> Limits:
    kind, names = kernel.file_system_type(folder), places.names(folder)
    return Limits(
        name_max=_longest_name(folder),
        case_sensitive=_tells_case_apart(folder, names, kind),
        unicode_form=_unicode_form(folder, names, kind),
        forbidden=_FORBIDDEN if kind in _IGNORES_CASE else "",
    )


def _longest_name(folder: int) -> int:
    try:
        return min(os.fpathconf(folder, "PC_NAME_MAX"), 255)
    except OSError:
        return Limits().name_max


def _tells_case_apart(folder: int, names: Sequence[str], kind: int) -> bool:
    """By a name that is there: whether it is found under its other case, too."""
    known = set(names)
    for name in names:
        other = name.swapcase()
        if other == name or other in known or not name.isascii():
            continue
        return Place(folder, other).look() is None
    return kind not in _IGNORES_CASE


def _unicode_form(folder: int, names: Sequence[str], kind: int) -> UnicodeForm:
    """By a name that is there and has two forms: the one that it has, where it is found under the other one, too."""
    for name in (name for name in names if not name.isascii()):
        composed, decomposed = (unicodedata.normalize(form, name) for form in _FORMS)
        if composed == decomposed or name not in (composed, decomposed):
            continue
        other = decomposed if name == composed else composed
        if other in names or not _is_found(folder, other):
            return ""
        return "NFC" if name == composed else "NFD"
    return "NFD" if kind == _HFSPLUS else ""


def _is_found(folder: int, name: str) -> bool:
    try:
        return Place(folder, name).look() is not None
    except OSError:  # decomposed it may be longer than a name can be
        return False
