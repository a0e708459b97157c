"""An SFTP server that overwrites when it renames, as some do, with the folder of this machine that it shows."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko
from paramiko import SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface, sftp

from connectors.sftp.drop import hostkeys


class Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return 0  # whoever comes

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return 0


class Files(SFTPServerInterface):
    def __init__(self, server: Any, root: Path) -> None:
        super().__init__(server)
        self.root = root

    def _at(self, path: str) -> str:
        return os.path.normpath(f"{self.root}/{path}")

    def open(self, path: str, flags: int, attr: SFTPAttributes) -> Any:
        try:
            descriptor = os.open(self._at(path), flags, 0o644)
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)
        handle = SFTPHandle(flags)
        handle.readfile = handle.writefile = os.fdopen(descriptor, "rb" if flags & 3 == os.O_RDONLY else "wb")
        return handle

    def list_folder(self, path: str) -> Any:
        here = self._at(path)
        return [SFTPAttributes.from_stat(os.lstat(f"{here}/{name}"), name) for name in os.listdir(here)]

    def stat(self, path: str) -> Any:
        try:
            return SFTPAttributes.from_stat(os.lstat(self._at(path)))
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)

    lstat = stat

    def remove(self, path: str) -> int:
        os.unlink(self._at(path))
        return int(sftp.SFTP_OK)

    def rename(self, oldpath: str, newpath: str) -> int:
        os.replace(self._at(oldpath), self._at(newpath))
        return int(sftp.SFTP_OK)


@contextmanager
def running(root: Path, keys: Path) -> Iterator[tuple[int, str]]:
    """Its port and the fingerprint of its host key."""
    key = hostkeys.of(keys)[0]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        transports: list[paramiko.Transport] = []

        def accept() -> None:
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                transport = paramiko.Transport(line)
                transport.add_server_key(key)
                transport.set_subsystem_handler("sftp", SFTPServer, Files, root)
                transports.append(transport)
                transport.start_server(event=threading.Event(), server=Door())

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1], key.fingerprint
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for transport in transports:
                transport.close()
