"""What a client can do in the folder of its account."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

from paramiko import SFTPAttributes, SFTPServerInterface, sftp

from connectors.sftp.drop import keeping
from connectors.sftp.drop.answers import answered
from connectors.sftp.drop.door import Door
from connectors.sftp.drop.jail import Place, canonical, parts_of
from connectors.sftp.drop.uploads import Reading, Upload, change, shown

OK = int(sftp.SFTP_OK)
_MOST_OPEN = 256


class Files(SFTPServerInterface):
    """One conversation with a client that has signed in."""

    def __init__(self, door: Door, *_: object) -> None:
        super().__init__(door)
        self._door = door
        self._place = door.desk.place
        self._desk = door.desk
        self._open = 0

    @answered
    def open(self, path: str, flags: int, attr: SFTPAttributes) -> Any:  # noqa: ARG002
        self._door.touch()
        if self._open >= _MOST_OPEN:
            raise OSError(errno.EMFILE, "Too many files are open at a time")
        with self._place(path) as place:
            writing = flags & (os.O_WRONLY | os.O_RDWR)
            handle = self._writing(place, path, flags) if writing else self._reading(place, path)
        self._open += 1
        return handle

    def closed(self) -> None:
        self._door.touch()
        self._open -= 1

    @property
    def root(self) -> Path:
        return self._desk.share.jail.root

    def room(self) -> tuple[int, int] | None:
        return self._desk.share.room()

    def _reading(self, place: Place, path: str) -> Reading:
        name, _ = self._desk.found(place, path)
        return Reading(place.open(name, os.O_RDONLY), self._desk.share)

    def _writing(self, place: Place, path: str, flags: int) -> Upload:
        """A new upload replaces what is there only once it is whole; one that goes on with what is there has it."""
        share = self._desk.share
        with share.lock:
            descriptor = self._opened(place, flags)
            return Upload(
                descriptor,
                share,
                (os.fstat(place.folder).st_ino, place.name),
                self,
                appending=bool(flags & os.O_APPEND),
                finish=lambda: self._desk.finished(path),
            )

    def _opened(self, place: Place, flags: int) -> int:
        there = [name for name in (place.uploading, place.waiting, place.name) if place.look(name) is not None]
        if there and flags & os.O_EXCL:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        look = place.look(place.name)
        if look is not None and stat.S_ISDIR(look.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not there and not flags & os.O_CREAT:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if there and not flags & os.O_TRUNC:
            keeping.take_back(place)
            return place.open(place.uploading, os.O_RDWR)
        if place.uploading in there:  # a lost connection may still write to that one
            os.unlink(place.uploading, dir_fd=place.folder)
        return place.open(place.uploading, os.O_RDWR | os.O_CREAT | os.O_EXCL)

    @answered
    def list_folder(self, path: str) -> Any:
        self._door.touch()
        with self._desk.share.jail.folder(path) as folder:
            return self._desk.listing(folder, "/".join(parts_of(path)))

    @answered
    def stat(self, path: str) -> Any:
        self._door.touch()
        if not parts_of(path):
            return shown(self.root.stat())
        with self._place(path) as place:
            return shown(self._desk.found(place, path)[1])

    def lstat(self, path: str) -> Any:
        return self.stat(path)

    @answered
    def chattr(self, path: str, attr: SFTPAttributes) -> int:
        self._door.touch()
        with self._place(path) as place:
            name, found = self._desk.found(place, path)
            if stat.S_ISREG(found.st_mode) and (attr.st_size is not None or attr.st_mtime is not None):
                descriptor = place.open(name, os.O_WRONLY)
                try:
                    change(descriptor, attr, self._desk.share)
                finally:
                    os.close(descriptor)
        return OK

    @answered
    def remove(self, path: str) -> int:
        self._door.touch()
        with self._place(path) as place, self._desk.share.lock:
            name, found = self._desk.own(place, path)
            if stat.S_ISDIR(found.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            os.unlink(name, dir_fd=place.folder)
        return OK

    @answered
    def rename(self, oldpath: str, newpath: str) -> int:
        """Never onto a name that is taken. An unfinished file stays unfinished, and what is whole waits once more."""
        self._door.touch()
        with self._place(oldpath) as old, self._place(newpath) as new, self._desk.share.lock:
            name, found = self._desk.own(old, oldpath)
            for taken in (new.uploading, new.waiting, new.name):
                if new.look(taken) is not None:
                    raise FileExistsError(errno.EEXIST, "A file of that name is there already")
            if stat.S_ISDIR(found.st_mode):
                keeping.give_name(old, name, new, new.name)
            elif name == old.uploading:
                self._refuse_written(old)
                keeping.give_name(old, name, new, new.uploading)
            else:
                keeping.give_name(old, name, new, new.waiting)
                new.sync()
                self._desk.later(newpath)
        return OK

    def _refuse_written(self, place: Place) -> None:
        if self._desk.share.is_written((os.fstat(place.folder).st_ino, place.name)):
            raise OSError(errno.EBUSY, "This file is still being written")

    @answered
    def mkdir(self, path: str, attr: SFTPAttributes) -> int:  # noqa: ARG002
        self._door.touch()
        with self._place(path) as place:
            for taken in (place.uploading, place.waiting):
                if place.look(taken) is not None:
                    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            os.mkdir(place.name, 0o750, dir_fd=place.folder)
        return OK

    @answered
    def rmdir(self, path: str) -> int:
        self._door.touch()
        with self._place(path) as place:
            os.rmdir(place.name, dir_fd=place.folder)
        return OK

    def canonicalize(self, path: str) -> str:
        self._door.touch()
        return canonical(path)
