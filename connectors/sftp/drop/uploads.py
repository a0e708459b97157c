"""Open files of a client."""

import errno
import os
from collections.abc import Callable

from paramiko import SFTPAttributes, SFTPHandle, sftp

from connectors.sftp.drop.answers import answered
from connectors.sftp.drop.shares import Share

_MOST_READ = 256 << 10


def change(descriptor: int, wanted: SFTPAttributes, share: Share) -> None:
    """Size and times. The mode and the owner of a file are the server's affair, and left alone without a word."""
    if wanted.st_size is not None:
        size = os.fstat(descriptor).st_size
        share.grow(wanted.st_size, wanted.st_size - size)
        os.ftruncate(descriptor, wanted.st_size)
    if wanted.st_mtime is not None:
        os.utime(descriptor, (wanted.st_atime or wanted.st_mtime, wanted.st_mtime))


def shown(found: os.stat_result, name: str = "") -> SFTPAttributes:
    attributes = SFTPAttributes.from_stat(found, name)
    attributes.st_uid = attributes.st_gid = None
    return attributes


class Reading(SFTPHandle):
    """A file that is read, or one that is written as well."""

    def __init__(self, descriptor: int, share: Share) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._share = share

    @answered
    def read(self, offset: int, length: int) -> bytes | int:
        return os.pread(self._descriptor, min(length, _MOST_READ), offset) or int(sftp.SFTP_EOF)

    def write(self, offset: int, data: bytes) -> int:  # noqa: ARG002
        return int(sftp.SFTP_PERMISSION_DENIED)

    @answered
    def stat(self) -> SFTPAttributes:
        return shown(os.fstat(self._descriptor))

    def chattr(self, attr: SFTPAttributes) -> int:  # noqa: ARG002
        return int(sftp.SFTP_PERMISSION_DENIED)

    def close(self) -> int:
        os.close(self._descriptor)
        return int(sftp.SFTP_OK)


class Upload(Reading):
    """A file that is written. `finish(whole)` is called once all who wrote it have closed it, on the disk by then;
    `whole` says that none of them was cut off."""

    def __init__(
        self,
        descriptor: int,
        share: Share,
        key: tuple[int, str],
        connection: object,
        *,
        appending: bool,
        finish: Callable[[], None],
    ) -> None:
        super().__init__(descriptor, share)
        self.connection = connection
        self._key = key
        self._appending = appending
        self._finish = finish
        self._lost = self._closed = False
        share.begin(key, self)

    def lose(self) -> None:
        self._lost = True

    @answered
    def write(self, offset: int, data: bytes) -> int:
        with self._share.lock if self._appending else _nothing:
            self._refuse_lost()
            size = os.fstat(self._descriptor).st_size
            offset = size if self._appending else offset
            self._share.grow(max(size, offset + len(data)), offset + len(data) - size)
            self._put(offset, data)
        return int(sftp.SFTP_OK)

    def _put(self, offset: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._descriptor, view, offset)
            view, offset = view[written:], offset + written

    @answered
    def chattr(self, attr: SFTPAttributes) -> int:
        self._refuse_lost()
        change(self._descriptor, attr, self._share)
        return int(sftp.SFTP_OK)

    @answered
    def sync(self) -> int:
        os.fdatasync(self._descriptor)
        return int(sftp.SFTP_OK)

    def _refuse_lost(self) -> None:
        if self._lost:
            raise OSError(errno.ESTALE, "Another connection of this account writes this file now")

    @answered
    def close(self) -> int:
        """The client says that it is whole: so it is made safe, and then taken."""
        if not self._closed:
            self._closed = True
            try:
                os.fdatasync(self._descriptor)
            finally:
                os.close(self._descriptor)
                last = self._share.end(self._key, self)
            if last and not self._lost:
                self._finish()
        return int(sftp.SFTP_OK)

    def cut(self) -> None:
        """The client is gone: what there is of it can be gone on with."""
        if not self._closed:
            self._closed = True
            os.close(self._descriptor)
            self._share.end(self._key, self)


class _Nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


_nothing = _Nothing()
