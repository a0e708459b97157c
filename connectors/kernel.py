"""What the kernel offers and Python does not."""

import ctypes
import errno
import fcntl
import os
import platform
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, cast

_RENAME_NOREPLACE = 1
_RENAME_EXCHANGE = 2
_RENAMEAT2_NUMBERS = {"x86_64": 316, "aarch64": 276, "riscv64": 276, "armv7l": 382, "ppc64le": 357, "s390x": 347}

_libc = ctypes.CDLL(None, use_errno=True)


def rename_noreplace(source_folder: int, source: str, target_folder: int, target: str) -> None:
    """renameat2(2) with RENAME_NOREPLACE, between opened folders. Raises OSError; EINVAL or ENOSYS where the file
    system or the kernel does not have it."""
    _rename(source_folder, source, target_folder, target, _RENAME_NOREPLACE)


def exchange(folder: int, one: str, other: str) -> None:
    """renameat2(2) with RENAME_EXCHANGE, in an opened folder: each file gets the other's name. Raises OSError; EINVAL
    or ENOSYS where the file system or the kernel does not have it."""
    _rename(folder, one, folder, other, _RENAME_EXCHANGE)


def _rename(source_folder: int, source: str, target_folder: int, target: str, flags: int) -> None:
    if _renameat2(source_folder, os.fsencode(source), target_folder, os.fsencode(target), flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


def _by_name() -> Callable[..., int] | None:
    return _typed(_libc.renameat2) if hasattr(_libc, "renameat2") else None


def _by_number() -> Callable[..., int] | None:
    """For a C library that is older than the call."""
    number = _RENAMEAT2_NUMBERS.get(platform.machine())
    if number is None or sys.platform != "linux":
        return None
    return partial(_typed(_libc.syscall, ctypes.c_long), number)


def _typed(function: Any, *first: type[ctypes.c_long]) -> Callable[..., int]:  # foreign functions have no type
    function.argtypes = [*first, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return cast(Callable[..., int], function)


def _not_there(*_: object) -> int:
    ctypes.set_errno(errno.ENOSYS)
    return -1


_renameat2 = _by_name() or _by_number() or _not_there


def file_system_type(descriptor: int) -> int:
    """The magic number of the file system, as in statfs(2); 0 where it cannot be told."""
    answer = ctypes.create_string_buffer(512)
    if sys.platform != "linux" or _libc.fstatfs(ctypes.c_int(descriptor), answer) != 0:
        return 0
    return int(ctypes.c_long.from_buffer(answer).value) & 0xFFFFFFFF


def has_writer(descriptor: int) -> bool:
    """A program holds the file open for writing. False where the kernel would not say: not our file, or a network."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)  # the default, SIGIO, would end this process
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
