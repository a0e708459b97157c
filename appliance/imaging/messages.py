"""What the program, the fork server and its children say to each other: small messages, with files beside them.

A message on a SOCK_SEQPACKET socket arrives whole or not at all, so several processes may write to one.
"""

import os
import socket
from collections.abc import Sequence

import msgspec

from appliance.imaging.faults import Fault
from appliance.imaging.picture import Picture

MOST_FILES = 64  # in one message; Linux passes at most 253
_LONGEST = 1 << 16  # bytes


class Request(msgspec.Struct, frozen=True, array_like=True):
    """Comes with the channel for the answers and the files to look at. `raw` is whether any may be a raw file."""

    pixels: bool
    raw: bool = False


class Answer(msgspec.Struct, frozen=True, array_like=True, tag="answer"):
    """One for each file, in order. Where pixels were wanted, it comes with a file that holds preview and thumbnail."""

    picture: Picture | None = None
    preview_bytes: int = 0
    thumbnail_bytes: int = 0
    fault: Fault | None = None
    detail: str = ""


class End(msgspec.Struct, frozen=True, array_like=True, tag="end"):
    """The child is gone. `code` is its exit status, or the negative of the signal that ended it."""

    code: int
    cpu_seconds: float


_encoder = msgspec.msgpack.Encoder()
_requests = msgspec.msgpack.Decoder(Request)
_replies = msgspec.msgpack.Decoder(Answer | End)


def pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(channel: socket.socket, message: Request | Answer | End, files: Sequence[int] = (), flags: int = 0) -> None:
    socket.send_fds(channel, [_encoder.encode(message)], files, flags)


def receive_request(control: socket.socket) -> tuple[Request, list[int]] | None:
    """None where the other side is gone."""
    data, files, _, _ = socket.recv_fds(control, _LONGEST, MOST_FILES + 1)
    return (_requests.decode(data), files) if data else None


def receive_reply(channel: socket.socket) -> tuple[Answer | End, list[int]] | None:
    """None where the other side is gone. Raises TimeoutError where it is silent, MsgspecError for what is no reply."""
    data, files, _, _ = socket.recv_fds(channel, _LONGEST, 1)
    try:
        return (_replies.decode(data), files) if data else None
    except msgspec.MsgspecError:
        for file in files:
            os.close(file)
        raise
