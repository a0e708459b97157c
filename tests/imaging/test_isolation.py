"""The fork server and its children: nothing of them is left behind, and their deaths cost one picture at most."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from appliance.imaging import Decoder, Fault, Picture, Unreadable, messages
from tests.imaging.bombs import jpeg_of_many_scans, jpeg_of_ones
from tests.imaging.pictures import encoded, scene

PHOTO = encoded(scene(1))


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.005)


def children(process: int) -> list[int]:
    """Of all its threads; also those that are dead and were not waited for."""
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for thread in threads for child in _read(thread).split()]


def server_of(process: int) -> int:
    servers = [child for child in children(process) if b"appliance.imaging.forkserver" in _about(child, "cmdline")]
    return servers[0] if servers else 0


def _about(process: int, name: str) -> bytes:
    return _read(Path(f"/proc/{process}/{name}"))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


@pytest.fixture
def lone() -> Iterator[tuple[Decoder, int]]:
    """A decoder with the process of its fork server."""
    before = set(children(os.getpid()))
    with Decoder() as decoder:
        decoder.check()
        (server,) = set(children(os.getpid())) - before
        until(lambda: not children(server))
        yield decoder, server


class Slow:
    """A picture that takes seconds to open, being opened in a thread."""

    def __init__(self, decoder: Decoder, server: int) -> None:
        self.said: Picture | Unreadable | None = None
        self._thread = threading.Thread(target=self._open, args=[decoder])
        self._thread.start()
        until(lambda: children(server))
        (self.child,) = children(server)

    def _open(self, decoder: Decoder) -> None:
        try:
            self.said = decoder.inspect(io.BytesIO(jpeg_of_many_scans()), "slow.jpg")
        except Unreadable as error:
            self.said = error

    def answer(self) -> Picture | Unreadable | None:
        self._thread.join()
        return self.said


def test_closing_a_decoder_leaves_no_process(lone: tuple[Decoder, int]):
    decoder, server = lone
    decoder.close()
    decoder.close()
    assert not Path(f"/proc/{server}").exists()


def test_a_closed_decoder_opens_nothing_and_starts_nothing(lone: tuple[Decoder, int]):
    decoder, _ = lone
    decoder.close()
    before = children(os.getpid())
    with pytest.raises(Unreadable):
        decoder.inspect(io.BytesIO(PHOTO), "x")
    assert children(os.getpid()) == before


def test_children_are_gone_when_they_have_answered(lone: tuple[Decoder, int]):
    decoder, server = lone
    for _ in range(20):
        decoder.inspect(io.BytesIO(PHOTO), "x")
    until(lambda: not children(server))


def test_descriptors_are_given_back(lone: tuple[Decoder, int]):
    decoder, server = lone

    def count() -> tuple[int, ...]:
        return tuple(len(list(Path(f"/proc/{process}/fd").iterdir())) for process in ("self", server))

    until(lambda: not children(server))
    before = count()
    for data in (PHOTO, b"", PHOTO[:2000], b"no image") * 5:
        try:
            decoder.inspect(io.BytesIO(data), "x")
        except Unreadable:
            assert data != PHOTO
    until(lambda: not children(server) and count() == before)


def test_a_child_that_crashes_is_quarantine_for_its_picture_alone(lone: tuple[Decoder, int]):
    decoder, server = lone
    slow = Slow(decoder, server)
    assert decoder.inspect(io.BytesIO(PHOTO), "x").width == 640
    os.kill(slow.child, signal.SIGSEGV)
    said = slow.answer()
    assert isinstance(said, Unreadable)
    assert (said.fault, said.quarantine, said.permanent) == (Fault.CRASHED, True, True)
    assert "SIGSEGV" in str(said)
    assert decoder.inspect(io.BytesIO(PHOTO), "x").width == 640


def test_a_child_that_the_system_ended_is_worth_another_try(lone: tuple[Decoder, int]):
    decoder, server = lone
    slow = Slow(decoder, server)
    os.kill(slow.child, signal.SIGKILL)
    said = slow.answer()
    assert isinstance(said, Unreadable)
    assert (said.fault, said.quarantine, said.permanent) == (Fault.INTERRUPTED, False, False)


def test_the_children_die_with_their_server_and_another_one_takes_its_place(lone: tuple[Decoder, int]):
    decoder, server = lone
    slow = Slow(decoder, server)
    os.kill(server, signal.SIGKILL)
    until(lambda: _gone(slow.child))
    assert decoder.inspect(io.BytesIO(PHOTO), "x").width == 640
    assert not Path(f"/proc/{server}").exists()
    decoder.close()
    assert isinstance(slow.answer(), Unreadable)


def test_closing_ends_what_is_under_way(lone: tuple[Decoder, int]):
    decoder, server = lone
    slow = Slow(decoder, server)
    decoder.close()
    until(lambda: _gone(slow.child))
    said = slow.answer()
    assert isinstance(said, Unreadable)
    assert said.fault is Fault.INTERRUPTED


def test_a_batch_goes_on_after_a_crash(lone: tuple[Decoder, int], tmp_path: Path):
    decoder, server = lone
    paths = [tmp_path / f"{number}.jpg" for number in range(5)]
    for path in paths:
        path.write_bytes(PHOTO)
    paths[2].write_bytes(jpeg_of_ones() * 2)
    with ExitStack() as opened, ThreadPoolExecutor(1) as thread:
        files = [(opened.enter_context(path.open("rb")).fileno(), path.name) for path in paths]
        answers = thread.submit(decoder.headers, files)
        until(lambda: children(server))
        os.kill(children(server)[0], signal.SIGSEGV)
        faults = [one.fault if isinstance(one, Unreadable) else None for one in answers.result()]
    assert faults == [None, None, Fault.LYING, None, None]


def _gone(process: int) -> bool:
    """A dead process may wait a moment for the one that adopts it."""
    state = _about(process, "stat").rpartition(b")")[2].split()
    return not state or state[0] == b"Z"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_for_the_program_do_not_end_the_server(lone: tuple[Decoder, int], number: signal.Signals):
    decoder, server = lone
    os.kill(server, number)
    assert decoder.inspect(io.BytesIO(PHOTO), "x").width == 640
    assert Path(f"/proc/{server}").exists()


PROGRAM = """
import sys
from appliance.imaging import Decoder
Decoder().inspect(sys.stdin.buffer, "slow.jpg")
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_program_that_dies_takes_server_and_children_with_it(number: signal.Signals, tmp_path: Path):
    slow = tmp_path / "slow.jpg"
    slow.write_bytes(jpeg_of_many_scans())
    with slow.open("rb") as file:
        program = subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=file, stderr=subprocess.DEVNULL)
    until(lambda: children(server_of(program.pid)))
    server = server_of(program.pid)
    (child,) = children(server)
    program.send_signal(number)
    program.wait(timeout=60)
    until(lambda: _gone(server) and _gone(child))


def test_no_secret_of_the_program_is_within_reach_of_a_decoder():
    program = "from appliance.imaging import Decoder; d = Decoder(); d.check(); input()"
    environment = os.environ | {"SECRET_KEY": "of-alice"}
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, env=environment) as running:
        until(lambda: server_of(running.pid))
        assert b"of-alice" in _about(running.pid, "environ")
        until(lambda: b"PYTHONPATH" in _about(server_of(running.pid), "environ"))
        assert b"of-alice" not in _about(server_of(running.pid), "environ")
        running.communicate(b"\n")


def test_many_threads_share_one_server(lone: tuple[Decoder, int]):
    decoder, server = lone
    photos = [encoded(scene(seed, (100 + seed, 80))) for seed in range(24)]
    with ThreadPoolExecutor(8) as threads:
        widths = list(threads.map(lambda data: decoder.inspect(io.BytesIO(data), "x").width, photos))
    assert widths == [100 + seed for seed in range(24)]
    until(lambda: not children(server))


def test_a_folder_of_pictures_cannot_bring_its_own_modules(tmp_path: Path):
    (tmp_path / "PIL.py").write_text("raise SystemExit('taken over')")
    (tmp_path / "msgspec.py").write_text("raise SystemExit('taken over')")
    program = "import os, sys; from appliance.imaging import Decoder; os.chdir(sys.argv[1]); Decoder().check()"
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_answer_that_makes_no_sense_is_no_answer():
    ours, its = messages.pair()
    reader, writer = os.pipe()
    with ours, its:
        socket.send_fds(its, [b"no message"], [reader])
        with pytest.raises(msgspec.MsgspecError):
            messages.receive_reply(ours)
        os.close(reader)
        with pytest.raises(BrokenPipeError):  # nobody holds the file that came with it
            os.write(writer, b"x")
        os.close(writer)
