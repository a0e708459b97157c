"""Copies of a file that are as good as the file: the same bytes, mode, owner, times and attributes."""

import errno
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress

from connectors.base import ConnectorError, NameTaken

_CHUNK = 1 << 20
_BLOCK = 4096
_NO_ATTRIBUTES = {errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EPERM, errno.EACCES}
_ATTRIBUTES_TO_KEEP = ("user.", "system.posix_acl_")


class Written:
    """What a copy holds so far, to know it again."""

    def __init__(self) -> None:
        self.size = 0
        self._sha256 = hashlib.sha256()

    def add(self, data: bytes) -> None:
        self.size += len(data)
        self._sha256.update(data)

    def is_all_of(self, descriptor: int) -> bool:
        found = hashlib.sha256()
        position = 0
        while part := os.pread(descriptor, _CHUNK, position):
            found.update(part)
            position += len(part)
        return found.digest() == self._sha256.digest()


def fill(source: int, target: int, name: str, written: Written) -> None:
    """Writes the bytes of `source` to `target`, which may hold the beginning of them already, and compares the two.

    Raises NameTaken where `target` holds anything else, as a stranger wrote that.
    """
    while wanted := os.pread(source, _CHUNK, written.size):
        present = _read(target, len(wanted), written.size)
        if os.fstat(target).st_size < written.size or not _is_begun(present, wanted):
            raise NameTaken(f"{name} exists already, with other bytes.")
        if present != wanted:
            write(target, wanted, written.size)
        written.add(wanted)
        if os.fstat(target).st_size < written.size:
            raise ConnectorError(f"The disk says that it wrote {name}, and it did not: look at the disk.")
    if os.fstat(target).st_size != written.size:
        raise NameTaken(f"{name} exists already, with other bytes.")
    os.fsync(target)
    if not same_bytes(source, target):
        raise ConnectorError(f"The copy {name} could not be read back as it was written: look at the disk.")


def _is_begun(present: bytes, wanted: bytes) -> bool:
    """A power cut leaves blocks of zeros where bytes were still on their way."""
    if wanted.startswith(present):
        return True
    blocks = range(0, len(present), _BLOCK)
    return all(
        present[start : start + _BLOCK] == wanted[start : start + _BLOCK][: len(present) - start]
        or not any(present[start : start + _BLOCK])
        for start in blocks
    )


def _read(descriptor: int, size: int, position: int) -> bytes:
    parts = []
    while size and (part := os.pread(descriptor, size, position)):
        parts.append(part)
        size, position = size - len(part), position + len(part)
    return b"".join(parts)


def write(descriptor: int, data: bytes, position: int = 0) -> None:
    """All of the bytes, from a position on."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, position)
        view, position = view[written:], position + written


def same_bytes(one: int, other: int) -> bool:
    """Reads both from their beginning to their end."""
    for descriptor in (one, other):
        with suppress(OSError):  # asks the disk, not the memory, where that is possible
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    return os.fstat(one).st_size == os.fstat(other).st_size and is_beginning(one, other)


def is_beginning(part: int, whole: int) -> bool:
    """Every byte of `part` stands at the same position of `whole`."""
    if os.fstat(part).st_size > os.fstat(whole).st_size:
        return False
    position = 0
    while expected := _read(part, _CHUNK, position):
        if expected != _read(whole, len(expected), position):
            return False
        position += len(expected)
    return True


def clone_attributes(source: int, target: int, name: str) -> None:
    """Gives the target mode, owner, extended attributes, access lists and times of the source, and looks whether it
    has them. Raises ConnectorError for what this account may not give away."""
    wanted = os.fstat(source)
    if (wanted.st_uid, wanted.st_gid) != (os.fstat(target).st_uid, os.fstat(target).st_gid):
        _try(os.fchown, target, wanted.st_uid, wanted.st_gid)
    _clone_extended(source, target)
    _try(os.fchmod, target, wanted.st_mode & 0o7777)
    _try(os.utime, target, ns=(wanted.st_atime_ns, wanted.st_mtime_ns))
    os.fsync(target)
    lost = _differences(source, target)
    if lost:
        raise ConnectorError(
            f"{name} would not have the {' and '.join(lost)} of the original, so nothing was changed: "
            "run this as the owner of the file, or rename it by hand.",
            permanent=True,
        )


def _try(change: Callable[..., None], *arguments: object, **named: object) -> None:
    """What the file system has no place for, or this account may not give, is found out by comparing afterwards."""
    try:
        change(*arguments, **named)
    except OSError as error:
        if error.errno not in _NO_ATTRIBUTES:
            raise


def _clone_extended(source: int, target: int) -> None:
    wanted = _extended(source)
    for name in _extended(target).keys() - wanted.keys():
        _try(os.removexattr, target, name)
    for name, value in wanted.items():
        _try(os.setxattr, target, name, value)


def _extended(descriptor: int) -> dict[str, bytes]:
    try:
        names = os.listxattr(descriptor)
        return {name: os.getxattr(descriptor, name) for name in names}
    except OSError as error:
        if error.errno in _NO_ATTRIBUTES:
            return {}
        raise


def _differences(source: int, target: int) -> list[str]:
    wanted, present = os.fstat(source), os.fstat(target)
    kept = [
        ("owner", (wanted.st_uid, wanted.st_gid) == (present.st_uid, present.st_gid)),
        ("mode", wanted.st_mode == present.st_mode),
        ("time", wanted.st_mtime_ns == present.st_mtime_ns),
        ("extended attributes", _to_keep(source) == _to_keep(target)),
    ]
    return [what for what, is_kept in kept if not is_kept]


def _to_keep(descriptor: int) -> dict[str, bytes]:
    found = _extended(descriptor)
    return {name: value for name, value in found.items() if name.startswith(_ATTRIBUTES_TO_KEEP)}
