"""Opens pictures for the rest of the program."""

import io
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO, Self

from appliance.errors import Unavailable
from appliance.imaging.children import ChildEnded, ForkServer, Seen, ServerGone
from appliance.imaging.faults import Fault, Unreadable
from appliance.imaging.messages import MOST_FILES, Request
from appliance.imaging.picture import Picture
from appliance.scanning import HEAD, kind

_SMALLEST_GIF = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


class Decoder:
    """Opens pictures in children of a small process, which is started when first needed, and again if it dies.

    Safe to use from several threads; as many children work at once as there are cores, and the others wait.
    """

    def __init__(self) -> None:
        self._server: ForkServer | None = None
        self._closed = False
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))

    def inspect(self, file: BinaryIO | int, name: str, *, pixels: bool = True) -> Picture:
        """Raises Unreadable. Without `pixels` only the headers are read.

        A file's position is neither used nor moved; a stream that is no file of the system is copied from its start
        to a temporary one first.
        """
        with _descriptor(file, name) as descriptor:
            seen, ended = self._ask(_request([descriptor], pixels=pixels), [descriptor])
        if ended is not None:
            raise Unreadable(ended.fault, name, ended.detail)
        return _picture(seen[0], name)

    def headers(self, files: Sequence[tuple[int, str]]) -> list[Picture | Unreadable]:
        """Many open files, with their names, without unpacking any; what is said of each, in order."""
        said: list[Picture | Unreadable] = []
        while len(said) < len(files):
            batch = files[len(said) : len(said) + MOST_FILES]
            descriptors = [file for file, _ in batch]
            seen, ended = self._ask(_request(descriptors, pixels=False), descriptors)
            said += [_said(one, name) for one, (_, name) in zip(seen, batch, strict=False)]
            if ended is not None:  # by a file that is now judged by itself
                said.append(self._alone(*batch[len(seen)]))
        return said

    def check(self) -> None:
        """Opens a picture of one pixel. Raises Unavailable where that does not work on this machine."""
        try:
            self.inspect(io.BytesIO(_SMALLEST_GIF), "The test picture")
        except Unreadable as error:
            raise Unavailable(f"Pictures cannot be opened on this machine. {error}") from error

    def close(self) -> None:
        """Ends what is under way, for good; safe to repeat."""
        with self._lock:
            server, self._server, self._closed = self._server, None, True
        if server is not None:
            server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _alone(self, file: int, name: str) -> Picture | Unreadable:
        try:
            return self.inspect(file, name, pixels=False)
        except Unreadable as error:
            return error

    def _ask(self, request: Request, files: Sequence[int]) -> tuple[list[Seen], ChildEnded | None]:
        for _ in range(2):  # no picture can end the fork server, so another one may be asked
            with self._places:
                server = self._running()
                if server is None:
                    break
                try:
                    return server.ask(request, files)
                except ServerGone:
                    self._drop(server)
        return [], ChildEnded(Fault.INTERRUPTED)

    def _running(self) -> ForkServer | None:
        with self._lock:
            if self._server is None and not self._closed:
                self._server = ForkServer()
            return self._server

    def _drop(self, server: ForkServer) -> None:
        with self._lock:
            if self._server is server:
                self._server = None
        server.close()


def _request(files: Sequence[int], *, pixels: bool) -> Request:
    return Request(pixels, any(map(_is_raw, files)))


def _is_raw(file: int) -> bool:
    """By its first bytes; whatever keeps them back is for the child to say."""
    try:
        found = kind(os.pread(file, HEAD, 0))
    except OSError:
        return False
    return found is not None and found.format == "raw"


@contextmanager
def _descriptor(file: BinaryIO | int, name: str) -> Iterator[int]:
    if isinstance(file, int):
        yield file
    elif isinstance(getattr(file, "raw", file), io.FileIO):
        yield file.fileno()  # of other streams, such as unpacked ones, the descriptor may be of other bytes
    else:
        with tempfile.TemporaryFile() as copy:
            try:
                if file.seekable():
                    file.seek(0)
                shutil.copyfileobj(file, copy)
                copy.flush()
            except OSError as error:
                raise Unreadable(Fault.UNREADABLE_BYTES, name, error.strerror or str(error)) from error
            yield copy.fileno()


def _said(seen: Seen, name: str) -> Picture | Unreadable:
    answer, previews = seen
    if answer.fault is not None:
        return Unreadable(answer.fault, name, answer.detail)
    if answer.picture is None:
        return Unreadable(Fault.CRASHED, name, "no answer")
    middle = answer.preview_bytes
    return replace(answer.picture, preview=previews[:middle], thumbnail=previews[middle:])


def _picture(seen: Seen, name: str) -> Picture:
    said = _said(seen, name)
    if isinstance(said, Unreadable):
        raise said
    return said
