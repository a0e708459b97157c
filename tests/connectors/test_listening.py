"""A bucket whose server tells of its changes, by a stream such as MinIO's."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connectors import s3
from connectors.base import Watches
from connectors.s3.bucket import Bucket
from tests.watching import eventually

PATIENCE = 20


class Telling:
    """A server of that stream: what is put into `lines` is sent; None ends an answer."""

    def __init__(self) -> None:
        self.lines: queue.Queue[bytes | None] = queue.Queue()
        self.asked: list[str] = []
        self.refuses = False

    def tell(self, key: str, bucket: str = "photos") -> None:
        record = {"s3": {"bucket": {"name": bucket}, "object": {"key": key}}}
        self.lines.put(json.dumps({"EventName": "s3:ObjectCreated:Put", "Records": [record]}).encode() + b"\n")


@pytest.fixture
def telling() -> Iterator[tuple[Telling, Bucket]]:
    told = Telling()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            self.send_response(403 if told.refuses else 200)
            self.end_headers()
            while not told.refuses and (line := told.lines.get()) is not None:
                self.wfile.write(line)
                self.wfile.flush()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    options = {"endpoint": f"127.0.0.1:{server.server_address[1]}", "secure": False, "prefix": "in"}
    keys = {"access_key": "a", "secret_key": "b"}
    yield told, s3.connect(s3.Options(bucket="photos", notifications="listen", **options, **keys))  # type: ignore[arg-type]
    told.lines.put(None)
    server.shutdown()
    server.server_close()


@contextmanager
def _watching(bucket: Bucket) -> Iterator[tuple[Any, "queue.Queue[str | None]"]]:
    changed: queue.Queue[str | None] = queue.Queue()
    assert isinstance(bucket, Watches)
    with bucket.watching(changed.put) as watch:
        yield watch, changed


def test_a_change_is_told_with_its_folder(telling: tuple[Telling, Bucket]):
    server, bucket = telling
    with _watching(bucket) as (watch, changed):
        assert changed.get(timeout=PATIENCE) is None  # what came before anybody listened
        assert watch.blind == ""
        server.lines.put(b" \n")
        server.tell("in%2Fa%20b%2FIMG_1.jpg")
        server.tell("in%2FIMG_2.jpg", bucket="another")
        server.tell("other%2FIMG_3.jpg")
        server.tell("in%2FIMG_4.jpg")
        assert [changed.get(timeout=PATIENCE) for _ in range(2)] == ["a b", ""]
        server.lines.put(b"{}\n")
    assert "prefix=in%2F" in server.asked[0]


def test_a_stream_that_ends_is_asked_for_again_and_all_is_looked_through(telling: tuple[Telling, Bucket]):
    server, bucket = telling
    with _watching(bucket) as (watch, changed):
        assert changed.get(timeout=PATIENCE) is None
        server.lines.put(None)
        assert changed.get(timeout=PATIENCE) is None
        assert watch.blind == ""
        server.tell("in%2Fa%2FIMG_1.jpg")
        assert changed.get(timeout=PATIENCE) == "a"
        server.lines.put(b"\n")


def test_a_server_that_does_not_tell_leaves_the_watcher_blind_with_the_reason(telling: tuple[Telling, Bucket]):
    server, bucket = telling
    server.refuses = True
    with _watching(bucket) as (watch, _):
        eventually(lambda: "s3:ListenBucketNotification" in watch.blind, PATIENCE, lambda: watch.blind)
