"""One conversation with a server, in the requests of SFTP's third version."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from paramiko import Message, SFTPAttributes, SFTPClient, SFTPError, sftp
from paramiko.sftp import int64

_AT_ONCE = 32  # requests on their way
_PIECE = 32768  # bytes of one; a server need not give that many


@dataclass(frozen=True, slots=True)
class Look:
    """What stands at a name."""

    size: int
    mtime: int
    mode: int

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.mode) or not stat.S_IFMT(self.mode)  # some servers leave the kind out

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)

    @property
    def version(self) -> str:
        return f"{self.mtime}-{self.size}"


def _look_of(found: Any) -> Look:
    return Look(found.st_size or 0, found.st_mtime or 0, found.st_mode or 0)


class Session(SFTPClient):
    """For one thread at a time. Raises OSError for what the server refuses, and what `lines` takes for a lost one."""

    def look(self, path: str) -> Look | None:
        """What stands there, be it a link; None where nothing does."""
        try:
            return _look_of(self.lstat(path))
        except FileNotFoundError:
            return None

    def listing(self, path: str) -> Iterator[tuple[bytes, Look]]:
        """Names as the server spells them, whatever bytes those are, without `.` and `..`."""
        handle = self._expect(sftp.CMD_HANDLE, sftp.CMD_OPENDIR, path).get_binary()
        try:
            while (portion := self._portion(handle)) is not None:
                yield from portion
        finally:
            self._request(sftp.CMD_CLOSE, handle)

    def _portion(self, handle: bytes) -> list[tuple[bytes, Look]] | None:
        try:
            answer = self._expect(sftp.CMD_NAME, sftp.CMD_READDIR, handle)
        except EOFError:
            return None
        found = []
        for _ in range(answer.get_int()):
            name, _long = answer.get_binary(), answer.get_binary()
            look = _look_of(SFTPAttributes._from_msg(answer))
            if name not in {b".", b".."}:
                found.append((name, look))
        return found

    def read(self, path: str, position: int, size: int) -> tuple[Look, bytes]:
        """The file as it is now, and up to `size` bytes of it, asked for in many pieces at a time."""
        with self.open(path, "r") as file:
            look = _look_of(file.stat())
            return look, self._pieces(file.handle, position, max(min(size, look.size - position), 0))

    def _pieces(self, handle: bytes, position: int, size: int) -> bytes:
        """Up to the first byte that the server does not give."""
        wanted = [(at, min(_PIECE, position + size - at)) for at in range(position, position + size, _PIECE)]
        wanted.reverse()
        asked: dict[int, tuple[int, int]] = {}
        got: dict[int, bytes] = {}
        while wanted or asked:
            while wanted and len(asked) < _AT_ONCE:
                at, length = wanted.pop()
                asked[self._async_request(type(None), sftp.CMD_READ, handle, int64(at), length)] = at, length
            number, data = self._piece()
            at, length = asked.pop(number)
            got[at] = data
            if 0 < len(data) < length:
                wanted.append((at + len(data), length - len(data)))
        return _joined(got, position)

    def _piece(self) -> tuple[int, bytes]:
        """The next answer to any request for bytes; none at the end of the file."""
        kind, packet = self._read_packet()
        answer = Message(packet)
        number = answer.get_int()
        self._expecting.pop(number, None)
        if kind == sftp.CMD_DATA:
            return number, answer.get_binary()
        try:
            self._convert_status(answer)
        except EOFError:
            return number, b""
        raise SFTPError("The server gave no bytes and no reason")

    def give_name(self, one: str, other: str) -> None:
        """SFTP's own rename, which does not overwrite where the server is as `probing` found it. Raises OSError."""
        self.rename(one, other)

    def create(self, path: str, contents: bytes) -> None:
        """A new small file. Raises OSError where the name is taken."""
        flags = sftp.SFTP_FLAG_WRITE | sftp.SFTP_FLAG_CREATE | sftp.SFTP_FLAG_EXCL
        handle = self._expect(sftp.CMD_HANDLE, sftp.CMD_OPEN, path, flags, SFTPAttributes()).get_binary()
        try:
            self._request(sftp.CMD_WRITE, handle, int64(0), contents)
        finally:
            self._request(sftp.CMD_CLOSE, handle)

    def _expect(self, wanted: int, *request: object) -> Any:
        kind, answer = self._request(*request)
        if kind != wanted:
            raise SFTPError(f"The server answered {kind} in place of {wanted}")
        return answer


def _joined(got: dict[int, bytes], position: int) -> bytes:
    parts = []
    for at in sorted(got):
        if at != position:
            break
        parts.append(got[at])
        position += len(got[at])
    return b"".join(parts)
