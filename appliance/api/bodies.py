"""Bodies of requests that are too large for memory: they go to the disk as they come."""

import hashlib
import shutil
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from litestar import Request
from litestar.concurrency import sync_to_thread
from multipart import MultipartError, MultipartSegment, PushMultipartParser  # type: ignore[import-untyped]

from appliance.errors import Invalid, TooLarge, Unavailable, Unsupported
from appliance.uploads import Arrived, Limits

_HELD = 1 << 20  # bytes in memory before they are written
_MOST_FIELDS = 100
_LONGEST_FIELD = 64 << 10
_LEAST_FREE = 200 << 20  # bytes of the disk

Asked = Request[Any, Any, Any]


@dataclass
class Arriving:
    """One file that is being received."""

    folder: Path
    name: str
    limits: Limits
    size: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)
    _held: bytearray = field(default_factory=bytearray)
    _file: BinaryIO | None = None

    def __post_init__(self) -> None:
        self.path = self.folder / f"{uuid.uuid4().hex}.part"

    async def leave(self) -> None:
        """Removes what nobody took over."""
        await sync_to_thread(self._leave)

    async def take(self, data: bytes) -> None:
        """Raises TooLarge, Unavailable."""
        self.size += len(data)
        self.limits.refuse_large(self.name, self.size)
        self._held += data
        if len(self._held) >= _HELD:
            await self._write()

    async def whole(self) -> Arrived:
        """All of it has come."""
        await self._write()
        return Arrived(self.path, self.size, self._hash.hexdigest())

    async def _write(self) -> None:
        data, self._held = bytes(self._held), bytearray()
        await sync_to_thread(self._append, data)

    def _append(self, data: bytes) -> None:
        try:
            if self._file is None:
                self._refuse_full()
                self._file = self.path.open("xb", buffering=0)
            self._file.write(data)
        except OSError as error:
            raise Unavailable(f"“{self.name}” cannot be stored here: {error.strerror}. Try it again later.") from error
        self._hash.update(data)

    def _refuse_full(self) -> None:
        if shutil.disk_usage(self.folder).free < _LEAST_FREE + self.size:
            raise Unavailable("The disk for uploads is nearly full: free some space, then try it again.")

    def _leave(self) -> None:
        if self._file is not None:
            self._file.close()
        self.path.unlink(missing_ok=True)


def announced_size(request: Asked) -> int:
    """How many bytes the sender says that the body has; 0 where it does not say."""
    said = request.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 20 else 0


@asynccontextmanager
async def one_file(request: Asked, folder: Path, name: str, limits: Limits) -> AsyncIterator[Arrived]:
    """The whole body, as a file. Raises TooLarge, Unavailable."""
    limits.refuse_large(name, announced_size(request))
    arriving = Arriving(folder, name, limits)
    try:
        async for data in request.stream():
            await arriving.take(data)
        yield await arriving.whole()
    finally:
        await arriving.leave()


@dataclass(frozen=True, slots=True)
class Field:
    """A value of a form."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Brought:
    """A file of a form: what its owner calls it, and its bytes."""

    given: str
    arrived: Arrived


async def form(request: Asked, folder: Path, limits: Limits) -> AsyncGenerator[Field | Brought]:
    """The fields and files of a form in their order; a file is gone when the next is asked for, unless somebody took it
    over. A field without a file in it, as browsers send it where nothing was chosen, is left out.

    Raises Unsupported for another sort of body, Invalid for a broken one, TooLarge.
    """
    try:
        parser = PushMultipartParser(
            _boundary(request), max_header_size=16 << 10, max_segment_count=limits.files + _MOST_FIELDS
        )
        async for found in _parsed(request, parser, folder, limits):
            yield found
        parser.close()
    except MultipartError as error:
        raise Invalid(f"The form is broken: {error}.") from error


def _boundary(request: Asked) -> str:
    kind, options = request.content_type
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise Unsupported("Send the files as multipart/form-data, or JSON to open an empty upload.")
    return str(options["boundary"])


async def _parsed(
    request: Asked, parser: PushMultipartParser, folder: Path, limits: Limits
) -> AsyncGenerator[Field | Brought]:
    segment: MultipartSegment | None = None
    value, arriving = bytearray(), None
    try:
        async for chunk in request.stream():
            if not chunk:
                continue
            for event in parser.parse(chunk):
                if isinstance(event, MultipartSegment):
                    segment, value = event, bytearray()
                    arriving = Arriving(folder, event.filename, limits) if event.filename else None
                elif event and arriving:
                    await arriving.take(bytes(event))
                elif event:
                    value += event
                    if len(value) > _LONGEST_FIELD:
                        raise TooLarge("A field of the form is too long.")
                elif arriving:
                    yield Brought(arriving.name, await arriving.whole())
                    await arriving.leave()
                    arriving = None
                elif segment is not None and segment.filename is None:
                    yield Field(segment.name, value.decode(errors="replace"))
    finally:
        if arriving:
            await arriving.leave()
