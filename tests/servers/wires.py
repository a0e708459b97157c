"""A wire to a server that can be cut: a TCP proxy on a free port."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Wire:
    """`cut_after` is the number of bytes, to the server or from it, after which a connection ends; None for never."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.port = 0
        self.cuts = self.carried = 0
        self.cut_after: int | None = None
        self._loop = asyncio.new_event_loop()

    def start(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._lead, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        ends = writer, far_writer
        await asyncio.gather(self._carry(reader, far_writer, ends), self._carry(far_reader, writer, ends))

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ends: tuple[asyncio.StreamWriter, ...]
    ) -> None:
        with suppress(OSError, asyncio.CancelledError):
            while part := await reader.read(4096):
                if self.cut_after is not None:
                    part = part[: self.cut_after]
                    self.cut_after -= len(part)
                self.carried += len(part)
                writer.write(part)
                await writer.drain()
                if self.cut_after == 0:
                    self.cut_after = None
                    self.cuts += 1
                    break
        for end in ends:
            with suppress(OSError, RuntimeError):
                end.close()


@contextmanager
def wire(target: int) -> Iterator[Wire]:
    leading = Wire(target)
    leading.start()
    try:
        yield leading
    finally:
        leading.stop()
