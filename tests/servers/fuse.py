"""A file system in user space that shows a folder, and can lack hard links, take `A.JPG` and `a.jpg` for one name, or
store names as a Mac does.

Run as a program it serves one mount until it is unmounted.
"""

import argparse
import errno
import os
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 15


@contextmanager
def mounted(backing: Path, at: Path, *options: str) -> Iterator[Path]:
    """Shows `backing` at `at`. Options: `--no-links`, `--ignore-case`, `--nfd`, `--read-only`, `--space=BYTES`, and
    `--locked=NAME` for a folder that not even root may open."""
    backing.mkdir(exist_ok=True)
    at.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.servers.fuse", str(backing), str(at), *options]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=root) as server:
        try:
            _await_mount(server, at)
            yield at
        finally:
            subprocess.run(["fusermount3", "-u", "-z", str(at)], check=False, stderr=subprocess.DEVNULL)
            try:
                server.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()


def _await_mount(server: subprocess.Popen[bytes], at: Path) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not at.is_mount():
        if server.poll() is not None or time.monotonic() > give_up:
            server.kill()
            said = server.communicate()[0].decode()
            raise RuntimeError(f"FUSE did not mount {at}. It takes /dev/fuse and Debian's fuse3.\n{said}")
        time.sleep(0.01)


def serve(backing: str, at: str, wanted: argparse.Namespace) -> None:
    import mfusepy  # type: ignore[import-untyped]  # loads libfuse, which whoever only mounts has no need of

    class Shown(mfusepy.Operations):  # type: ignore[misc]  # untyped
        use_ns = True

        def _stored(self, path: str) -> str:
            return unicodedata.normalize("NFD", path) if wanted.nfd else path

        def _real(self, path: str) -> str:
            path = self._stored(path)
            if not wanted.ignore_case:
                return backing + path
            real = backing
            for part in path.strip("/").split("/"):
                names = os.listdir(real) if part and os.path.isdir(real) else []
                real += "/" + next((name for name in names if name.casefold() == part.casefold()), part)
            return real

        def _as_spelled(self, path: str) -> str:
            folder, _, name = path.rpartition("/")
            return f"{self._real(folder or '/')}/{self._stored(name)}"

        def _used(self) -> int:
            return sum(file.stat().st_size for file in Path(backing).rglob("*"))

        def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
            found = os.lstat(self._real(path))
            shown = {key: getattr(found, key) for key in dir(found) if key.startswith("st_")}
            return shown | {key: shown[key + "_ns"] for key in ("st_atime", "st_ctime", "st_mtime")}

        def readdir(self, path: str, fh: int) -> list[str]:
            return [".", "..", *os.listdir(self._real(path))]

        def opendir(self, path: str) -> int:
            if wanted.locked and path.endswith(wanted.locked):
                raise mfusepy.FuseOSError(errno.EACCES)
            return 0

        def mkdir(self, path: str, mode: int) -> None:
            os.mkdir(self._real(path), mode)

        def rmdir(self, path: str) -> None:
            os.rmdir(self._real(path))

        def unlink(self, path: str) -> None:
            os.unlink(self._real(path))

        def rename(self, old: str, new: str) -> None:
            os.rename(self._real(old), self._as_spelled(new))

        def link(self, target: str, source: str) -> None:
            if wanted.no_links:
                raise mfusepy.FuseOSError(errno.EPERM)
            os.link(self._real(source), self._as_spelled(target))

        def symlink(self, target: str, source: str) -> None:
            os.symlink(source, self._as_spelled(target))

        def readlink(self, path: str) -> str:
            return os.readlink(self._real(path))

        def chmod(self, path: str, mode: int) -> None:
            os.chmod(self._real(path), mode)

        def chown(self, path: str, uid: int, gid: int) -> None:
            os.lchown(self._real(path), uid, gid)

        def utimens(self, path: str, times: tuple[int, int]) -> None:
            os.utime(self._real(path), ns=times, follow_symlinks=False)

        def statfs(self, path: str) -> dict[str, int]:
            found = os.statvfs(self._real(path))
            return {key: getattr(found, key) for key in dir(found) if key.startswith("f_") and key != "f_fsid"}

        def open(self, path: str, flags: int) -> int:
            return os.open(self._real(path), flags)

        def create(self, path: str, mode: int, fi: object = None) -> int:
            return os.open(self._as_spelled(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

        def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
            return os.pread(fh, size, offset)

        def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
            if wanted.space is not None and self._used() + len(data) > wanted.space:
                raise mfusepy.FuseOSError(errno.ENOSPC)
            return os.pwrite(fh, data, offset)

        def truncate(self, path: str, length: int, fh: int | None = None) -> None:
            os.truncate(self._real(path), length)

        def fsync(self, path: str, datasync: int, fh: int) -> None:
            os.fsync(fh)

        def release(self, path: str, fh: int) -> None:
            os.close(fh)

        def listxattr(self, path: str) -> list[str]:
            return os.listxattr(self._real(path), follow_symlinks=False)

        def getxattr(self, path: str, name: str, position: int = 0) -> bytes:
            return os.getxattr(self._real(path), name, follow_symlinks=False)

        def setxattr(self, path: str, name: str, value: bytes, options: int, position: int = 0) -> None:
            os.setxattr(self._real(path), name, value, options, follow_symlinks=False)

        def removexattr(self, path: str, name: str) -> None:
            os.removexattr(self._real(path), name, follow_symlinks=False)

    # Without hard_remove a file that was closed just now is renamed to .fuse_hidden… for a moment, not removed.
    options: dict[str, object] = {"default_permissions": True, "hard_remove": True, "ro": wanted.read_only}
    if wanted.ignore_case:  # what the kernel remembers of one spelling would outlive a change of the other
        options |= {"entry_timeout": 0, "attr_timeout": 0}
    mfusepy.FUSE(Shown(), at, foreground=True, nothreads=False, **options)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("backing")
    parser.add_argument("at")
    parser.add_argument("--no-links", action="store_true")
    parser.add_argument("--ignore-case", action="store_true")
    parser.add_argument("--nfd", action="store_true")
    parser.add_argument("--read-only", action="store_true")
    parser.add_argument("--space", type=int)
    parser.add_argument("--locked")
    arguments = parser.parse_args()
    serve(arguments.backing, arguments.at, arguments)
