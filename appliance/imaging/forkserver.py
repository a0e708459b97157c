"""The small process that forks a child for each picture: `python -m appliance.imaging.forkserver DESCRIPTOR`.

It is started afresh, so that it has one thread and little memory whatever the program itself has, and it opens no
picture: what a file may do, it does to a child. It lives until the other end of its socket is closed, by whatever
death, and ignores the signals that are meant for the program.
"""

import gc
import os
import select
import signal
import socket
import sys
from contextlib import suppress

from appliance.imaging import confinement, decoding, messages, raws
from appliance.imaging.messages import End, Request


class Server:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._channels: dict[int, socket.socket] = {}  # by the child that answers there
        self._deaths, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._limits = confinement.Limits.of_children()
        self._knows_raws = False

    def serve(self) -> None:
        """Returns once the program is gone, or wants no more."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        try:
            while self._turn():
                pass
        finally:
            self._end_all()

    def _turn(self) -> bool:
        ready = self._wait()
        if self._deaths in ready:
            os.read(self._deaths, 4096)
            self._reap()
        for child, channel in list(self._channels.items()):
            if channel.fileno() in ready:  # nobody waits for its answer any more
                os.kill(child, signal.SIGKILL)
                self._channels.pop(child).close()
        return self._control.fileno() not in ready or self._accept()

    def _wait(self) -> set[int]:
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._deaths, select.POLLIN)
        for channel in self._channels.values():
            poll.register(channel, 0)  # that the other end was closed is always told
        return {descriptor for descriptor, _ in poll.poll()}

    def _accept(self) -> bool:
        message = messages.receive_request(self._control)
        if message is None:
            return False
        request, (channel, *files) = message
        if request.raw and not self._knows_raws:
            self._learn_raws()
        self._fork(request, socket.socket(fileno=channel), files)
        for file in files:
            os.close(file)
        return True

    def _learn_raws(self) -> None:
        """Once and here, since a child can open no library any more; and late, since it takes as long as the rest."""
        raws.prepare()
        gc.freeze()
        self._limits = confinement.Limits.of_children()
        self._knows_raws = True

    def _fork(self, request: Request, channel: socket.socket, files: list[int]) -> None:
        child = os.fork()
        if child:
            self._channels[child] = channel
            return
        try:
            signal.set_wakeup_fd(-1)
            confinement.answer(request, channel, files, self._limits)
            os._exit(0)
        finally:
            os._exit(1)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                child, status, used = os.wait4(-1, os.WNOHANG)
                if not child:
                    return
                if channel := self._channels.pop(child, None):
                    self._report(channel, End(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime))

    def _report(self, channel: socket.socket, end: End) -> None:
        with channel, suppress(OSError):
            messages.send(channel, end, flags=socket.MSG_DONTWAIT)

    def _end_all(self) -> None:
        for child in self._channels:
            os.kill(child, signal.SIGKILL)
        with suppress(ChildProcessError):
            while True:
                os.wait()


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    decoding.prepare()
    gc.freeze()  # what stands now is shared with the children, as long as nobody touches it
    Server(control).serve()


if __name__ == "__main__":
    main()
