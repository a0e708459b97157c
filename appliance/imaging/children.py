"""The program's end of the fork server: starting it, asking it for a child, and what the child's end means."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from appliance.imaging import messages
from appliance.imaging.faults import Fault
from appliance.imaging.messages import Answer, End, Request

_PATIENCE = 17  # seconds without an answer; a child is ended by its own clock after 12
_BUSY = 4.0  # seconds of computing; a child that had less by the end of its time was waiting for the file
_LARGEST = 32 << 20  # bytes of previews
_OURS = Path(__file__).resolve().parents[2]

Seen = tuple[Answer, bytes]  # what is known of a file, and preview and thumbnail, one after the other


class ServerGone(Exception):
    """The fork server has died, which no picture can make it do: another one is to be started."""


class ChildEnded(Exception):
    """A child ended, or had to be, before it answered: `fault` says of what."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.detail = detail


class ForkServer:
    def __init__(self) -> None:
        self._control, its = messages.pair()
        with its:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "appliance.imaging.forkserver", str(its.fileno())],
                pass_fds=[its.fileno()],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in the terminal is for the program to decide about
            )

    def ask(self, request: Request, files: Sequence[int]) -> tuple[list[Seen], ChildEnded | None]:
        """What a new child says of each file, in order, up to the one that ended it, if one did. Raises ServerGone."""
        seen: list[Seen] = []
        with self._child(request, files) as channel:
            try:
                for _ in files:
                    seen.append(_receive(channel))
            except ChildEnded as ended:
                return seen, ended
        return seen, None

    @contextmanager
    def _child(self, request: Request, files: Sequence[int]) -> Iterator[socket.socket]:
        """The channel on which a new child answers; the server kills a child whose channel is closed."""
        ours, its = messages.pair()
        with ours:
            with its:
                try:
                    messages.send(self._control, request, [its.fileno(), *files])
                except OSError as error:
                    raise ServerGone from error
            ours.settimeout(_PATIENCE)
            yield ours

    def close(self) -> None:
        """Its children end with it; safe to repeat."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)  # and not closed yet: others may be about to send
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._control.close()


def _environment() -> dict[str, str]:
    """No secret of the program's environment is within reach of a decoder. Modules are found where they are here, but
    never in the folder that happens to be the current one, which may be one of a stranger's pictures."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV") if name in os.environ}
    paths = [path for path in sys.path if Path(path).is_absolute()]
    alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")  # what has threads is not to be forked
    return kept | alone | {"PYTHONPATH": os.pathsep.join([*paths, str(_OURS)]), "LC_ALL": "C.UTF-8"}


def _receive(channel: socket.socket) -> Seen:
    """A child may be under a stranger's command by now: what it says is taken for no more than bytes."""
    try:
        reply = messages.receive_reply(channel)
    except TimeoutError as error:
        raise ChildEnded(Fault.LATE) from error
    except ConnectionError as error:
        raise ServerGone from error
    except msgspec.MsgspecError as error:
        raise ChildEnded(Fault.CRASHED, "no answer") from error
    if reply is None:
        raise ServerGone
    message, files = reply
    if isinstance(message, End):
        raise _ended(message)
    return message, _read(files, message.preview_bytes + message.thumbnail_bytes)


def _read(files: Sequence[int], size: int) -> bytes:
    try:
        return b"".join(os.pread(file, min(size, _LARGEST), 0) for file in files)
    except (OSError, ValueError) as error:
        raise ChildEnded(Fault.CRASHED, "no answer") from error
    finally:
        for file in files:
            os.close(file)


def _ended(end: End) -> ChildEnded:
    if end.code in {-signal.SIGXCPU, -signal.SIGALRM}:
        return ChildEnded(Fault.TOO_LONG if end.cpu_seconds > _BUSY else Fault.LATE)
    if end.code == -signal.SIGKILL:
        return ChildEnded(Fault.INTERRUPTED)  # a person did, or the system for want of memory
    if end.code < 0:
        name = str(-end.code)
        with suppress(ValueError):
            name = signal.Signals(-end.code).name
        return ChildEnded(Fault.CRASHED, name)
    return ChildEnded(Fault.CRASHED, f"exit code {end.code}")
