"""The requests of SFTP as our server answers them: paramiko's, with sentences, and what it leaves out."""

import os
from contextlib import suppress
from typing import Any

from paramiko import Message, SFTPError, SFTPServer, sftp
from paramiko.sftp import int64

from connectors.sftp.drop.answers import Answer
from connectors.sftp.drop.files import Files
from connectors.sftp.drop.uploads import Upload

_LONGEST = 300 << 10  # bytes of a request; OpenSSH takes 256 KiB
_OFFERED = ("statvfs@openssh.com", "2", "fsync@openssh.com", "1")
_NO_SUID = 2


class Conversation(SFTPServer):
    """One for each channel."""

    server: Files

    def start_subsystem(self, name: str, transport: Any, channel: Any) -> None:
        with suppress(SFTPError, OSError, EOFError):  # a client that says something else than SFTP
            super().start_subsystem(name, transport, channel)

    def finish_subsystem(self) -> None:
        """What was not closed is unfinished."""
        for handle in list(self.file_table.values()):
            if isinstance(handle, Upload):
                handle.cut()
                del self.file_table[handle._get_name()]
        super().finish_subsystem()

    def _send_server_version(self) -> None:
        kind, _ = self._read_packet()
        if kind != sftp.CMD_INIT:
            raise SFTPError("The client does not speak SFTP")
        message = Message()
        message.add_int(3)
        for text in _OFFERED:
            message.add_string(text)
        self._send_packet(sftp.CMD_VERSION, message)

    def _read_all(self, size: int) -> bytes:
        if size > _LONGEST:
            raise SFTPError("A request is too long")
        return bytes(super()._read_all(size))

    def _send_status(self, number: int, code: int, said: str | None = None) -> None:
        super()._send_status(number, code, said or (code.said or None if isinstance(code, Answer) else None))

    def _process(self, kind: int, number: int, message: Message) -> None:
        if kind == sftp.CMD_CLOSE:
            self._close(number, message.get_binary())
        elif kind == sftp.CMD_EXTENDED:
            self._extended(number, message)
        else:
            super()._process(kind, number, message)

    def _close(self, number: int, name: bytes) -> None:
        """Says so where what was written is not safe."""
        if self.folder_table.pop(name, None) is not None:
            self._send_status(number, sftp.SFTP_OK)
            return
        handle = self.file_table.pop(name, None)
        if handle is None:
            self._send_status(number, sftp.SFTP_BAD_MESSAGE, "Invalid handle")
            return
        self.server.closed()
        self._send_status(number, handle.close())

    def _extended(self, number: int, message: Message) -> None:
        wanted = message.get_text()
        if wanted == "statvfs@openssh.com":
            self._tell_room(number)
        elif wanted == "fsync@openssh.com":
            handle = self.file_table.get(message.get_binary())
            self._send_status(number, handle.sync() if isinstance(handle, Upload) else sftp.SFTP_FAILURE)
        else:
            self._send_status(number, sftp.SFTP_OP_UNSUPPORTED)

    def _tell_room(self, number: int) -> None:
        found = os.statvfs(self.server.root)
        blocks, free = found.f_blocks, found.f_bavail
        if (room := self.server.room()) is not None:
            blocks, free = room[0] // found.f_frsize, min(room[1] // found.f_frsize, free)
        values = (found.f_bsize, found.f_frsize, blocks, free, free, found.f_files, found.f_favail, found.f_favail)
        self._response(number, sftp.CMD_EXTENDED_REPLY, *map(int64, (*values, 0, _NO_SUID, found.f_namemax)))
