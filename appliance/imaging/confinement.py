"""A child of the fork server: it gives up what it does not need, looks at its files, answers, and ends."""

import ctypes
import os
import resource
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from appliance.imaging import decoding, messages
from appliance.imaging.faults import Refusal
from appliance.imaging.messages import Answer, Request

MEMORY = 1536 << 20  # bytes beyond what the fork server has
CPU_SECONDS = 8
WALL_SECONDS = 12  # for each picture
_MOST_WRITTEN = 32 << 20  # bytes
_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child is held to; made in the fork server."""

    server: int  # its process
    memory: int  # bytes of address space

    @classmethod
    def of_children(cls) -> Self:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        return cls(os.getpid(), pages * resource.getpagesize() + MEMORY)


def answer(request: Request, channel: socket.socket, files: list[int], limits: Limits) -> None:
    """One answer for each file, in order. A file that does harm ends this process, after the answers before it."""
    previews = os.memfd_create("previews") if request.pixels else None
    _confine(limits, keep={channel.fileno(), *files} | ({previews} if previews is not None else set()))
    for file in files:
        signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)
        messages.send(channel, *_look(file, previews))


def _confine(limits: Limits, keep: set[int]) -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != limits.server:
        os._exit(1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(0, 2)  # libraries complain there
    _close_all_but(keep)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))  # the first one's signal says what it was
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _MOST_WRITTEN),
        (resource.RLIMIT_NOFILE, 0),  # the open ones stay open
    ):
        resource.setrlimit(what, (most, most))


def _close_all_but(keep: set[int]) -> None:
    start = 3  # after the standard ones
    for descriptor in sorted(keep):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, start + 1024)


def _look(file: int, previews: int | None) -> tuple[Answer, list[int]]:
    try:
        if previews is None:
            return Answer(decoding.headers(file)), []
        with open(previews, "wb", buffering=0, closefd=False) as output:
            picture, first = decoding.picture(file, output)
            return Answer(picture, first, output.tell() - first), [previews]
    except Refusal as refusal:
        return Answer(fault=refusal.fault, detail=refusal.detail), []
