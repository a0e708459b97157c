"""What the kernel offers and Python does not."""

import ctypes
import errno
import fcntl
import os
import platform
import signal

_RENAME_NOREPLACE = 1
_RENAMEAT2_CALLS = {"x86_64": 316, "aarch64": 276, "riscv64": 276, "armv7l": 382, "ppc64le": 357, "s390x": 347}

_libc = ctypes.CDLL(None, use_errno=True)


def rename_noreplace(source_folder: int, source: str, target_folder: int, target: str) -> None:
    """renameat2(2) with RENAME_NOREPLACE, between opened folders. Raises OSError; EINVAL or ENOSYS where the file
    system or the kernel does not have it."""
    result = _renameat2(source_folder, os.fsencode(source), target_folder, os.fsencode(target), _RENAME_NOREPLACE)
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


def _no_renameat2(*_: object) -> int:
    ctypes.set_errno(errno.ENOSYS)
    return -1


def _find_renameat2():  # type: ignore[no-untyped-def]  # a foreign function has no type that could be named
    types = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    if hasattr(_libc, "renameat2"):
        _libc.renameat2.argtypes = types
        return _libc.renameat2
    number = _RENAMEAT2_CALLS.get(platform.machine())  # a C library older than the call
    if number is None or not hasattr(_libc, "syscall") or platform.system() != "Linux":
        return _no_renameat2
    _libc.syscall.argtypes = [ctypes.c_long, *types]
    return lambda *arguments: _libc.syscall(number, *arguments)


_renameat2 = _find_renameat2()


def file_system_type(descriptor: int) -> int:
    """The magic number of the file system, as in statfs(2); 0 where it cannot be told."""
    answer = ctypes.create_string_buffer(512)
    if platform.system() != "Linux" or _libc.fstatfs(ctypes.c_int(descriptor), answer) != 0:
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
