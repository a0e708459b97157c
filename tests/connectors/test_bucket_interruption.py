"""A rename in a bucket that is killed, cut off or put off at any of its requests: nothing lost, nothing doubled."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.base import ConnectorError, FileChanged, FileGone, NameTaken
from connectors.s3.copying import Habits
from tests.connectors.buckets import BucketFromOutside
from tests.connectors.sweeping import DONE
from tests.servers.between import Answer, Between, Cut, Moment, between
from tests.servers.seaweed import Seaweed

PHOTO = random.Random(5).randbytes(12_000_000)
SMALL = PHOTO[:20_000]
WAYS = [("copy", SMALL), ("multipart", PHOTO)]
PARTS = {"part": 5 << 20}
CUTS = int(os.environ.get("RENAMER_TEST_CUTS", "12"))
SLOW_DOWN = (
    b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)


@pytest.fixture
def proxy(seaweed: Seaweed) -> Iterator[Between]:
    with between(seaweed.host) as proxy:
        yield proxy


class Renamer:
    """Renames in processes that can be killed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.current = 0

    def rename(self, order: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        self.current = int(self._process.stdout.readline())
        os.kill(self.current, signal.SIGCONT)
        return int(self._process.stdout.readline())


@pytest.fixture
def renamer() -> Iterator[Renamer]:
    command = [sys.executable, "-m", "tests.connectors.bucket_server"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        yield Renamer(process)
        assert process.stdin is not None
        process.stdin.close()


def _order(source: BucketFromOutside, proxy: Between, key: str) -> dict[str, Any]:
    entry = source.connector.stat("IMG_1.jpg")
    assert entry is not None
    options = msgspec.to_builtins(source.options) | {"endpoint": proxy.host}
    asked = {"path": entry.path, "size": entry.size, "version": entry.version, "to": "beach.jpg", "key": key}
    return asked | {"options": options, "way": source.way, "habits": PARTS}


@pytest.mark.parametrize(("way", "photo"), WAYS, ids=["copy", "multipart"])
def test_a_kill_before_or_after_any_request_leaves_every_byte_and_is_made_good(
    seaweed: Seaweed, proxy: Between, renamer: Renamer, way: str, photo: bytes
):
    source = BucketFromOutside(seaweed, way=way, habits=Habits(**PARTS))
    source.put("IMG_1.jpg", photo)
    assert renamer.rename(_order(source, proxy, "first")) == DONE
    requests = list(proxy.requests)
    source.remove("beach.jpg")
    for number in range(len(requests)):
        for moment in ("before", "after"):
            source.put("IMG_1.jpg", photo)
            order = _order(source, proxy, f"{number}-{moment}")
            proxy.forget()
            proxy.hook = _killing(renamer, moment, number)
            assert renamer.rename(order) == -signal.SIGKILL, (number, moment)
            proxy.hook = lambda *_: None
            assert photo in source.everything().values(), f"lost when killed {moment} {requests[number]}"
            assert renamer.rename(order) == DONE, (moment, requests[number])
            assert source.everything() == {"beach.jpg": photo}, (moment, requests[number])
            source.remove("beach.jpg")


def _killing(renamer: Renamer, moment: Moment, number: int) -> Callable[[Moment, int, str], None]:
    def kill(now: Moment, request: int, _: str) -> None:
        if (now, request) == (moment, number):
            os.kill(renamer.current, signal.SIGKILL)
            raise Cut

    return kill


def _through(source: BucketFromOutside, proxy: Between) -> BucketFromOutside:
    """The same bucket, whose connector goes through the proxy."""
    source.options = msgspec.structs.replace(source.options, endpoint=proxy.host)
    source.connector = source.another()
    return source


def test_requests_that_are_put_off_or_cut_off_are_repeated_and_lose_nothing(seaweed: Seaweed, proxy: Between):
    source = _through(BucketFromOutside(seaweed, way="copy"), proxy)
    dice = random.Random(7)
    refused = Answer(503, SLOW_DOWN, {"Content-Type": "application/xml", "Retry-After": "0"})

    def disturb(moment: Moment, _: int, __: str) -> Answer | None:
        luck = dice.random()
        if luck < 0.1:
            raise Cut
        if luck < 0.2:
            return refused if moment == "before" else Answer(500, b"", {})
        return None

    for number in range(CUTS):
        source.put(f"IMG_{number}.jpg", b"photo %d" % number)
        entry = source.connector.stat(f"IMG_{number}.jpg")
        assert entry is not None
        proxy.hook = disturb
        _until_it_is_clear(lambda: source.connector.rename(entry, f"beach-{number}.jpg", key="1", step=lambda _: None))  # noqa: B023
        proxy.hook = lambda *_: None
    assert source.everything() == {f"beach-{number}.jpg": b"photo %d" % number for number in range(CUTS)}


def _until_it_is_clear(act: Callable[[], object]) -> None:
    """As the journal does it."""
    for _ in range(20):
        try:
            act()
        except (FileGone, FileChanged, NameTaken):
            raise
        except ConnectorError:
            continue
        return
    raise AssertionError("It never came about.")


def test_a_server_that_asks_for_patience_gets_it(seaweed: Seaweed, proxy: Between):
    source = _through(BucketFromOutside(seaweed, way="copy"), proxy)
    source.put("IMG_1.jpg", SMALL)
    refusals = {0: 429, 1: 503}
    headers = {"Content-Type": "application/xml", "Retry-After": "1"}
    proxy.hook = lambda moment, number, _: (
        Answer(refusals[number], SLOW_DOWN, headers) if moment == "before" and number in refusals else None
    )
    assert source.connector.stat("IMG_1.jpg") is not None
    assert len(proxy.requests) == 3


def test_a_server_that_never_has_time_is_left_for_later(seaweed: Seaweed, proxy: Between):
    source = _through(BucketFromOutside(seaweed, way="copy"), proxy)
    headers = {"Content-Type": "application/xml", "Retry-After": "0"}
    proxy.hook = lambda moment, *_: Answer(503, SLOW_DOWN, headers) if moment == "before" else None
    with pytest.raises(ConnectorError, match="asks to be left alone") as caught:
        list(source.connector.scan())
    assert not caught.value.permanent


@pytest.mark.parametrize(("way", "photo"), WAYS, ids=["copy", "multipart"])
def test_whoever_writes_to_the_new_name_between_any_two_requests_keeps_it(
    seaweed: Seaweed, proxy: Between, way: str, photo: bytes
):
    source = _through(BucketFromOutside(seaweed, way=way, habits=Habits(**PARTS)), proxy)
    number = 0
    while True:
        source.put("IMG_1.jpg", photo)
        proxy.forget()
        proxy.hook = _writing(source, "beach.jpg", number)
        entry = source.connector.stat("IMG_1.jpg")
        assert entry is not None
        try:
            source.connector.rename(entry, "beach.jpg", key=str(number), step=lambda _: None)
        except ConnectorError:
            assert photo in source.everything().values(), number
        left = source.everything()
        if len(proxy.requests) <= number:
            break
        assert b"stranger's" in left.values() or left == {"beach.jpg": photo}
        number += 1
        for name in left:
            source.remove(name)
    assert number >= 5


def test_whoever_writes_to_the_old_name_between_any_two_requests_keeps_it(seaweed: Seaweed, proxy: Between):
    source = _through(BucketFromOutside(seaweed, way="copy"), proxy)
    for number in range(6):
        source.put("IMG_1.jpg", SMALL)
        entry = source.connector.stat("IMG_1.jpg")
        assert entry is not None
        proxy.forget()
        proxy.hook = _writing(source, "IMG_1.jpg", number)
        try:
            source.connector.rename(entry, "beach.jpg", key=str(number), step=lambda _: None)
        except FileChanged:
            assert source.get("beach.jpg") is None
        left = source.everything()
        assert b"stranger's" in left.values() or left == {"beach.jpg": SMALL}, number
        for name in left:
            source.remove(name)


def _writing(source: BucketFromOutside, path: str, number: int) -> Callable[[Moment, int, str], None]:
    """Just before a request, if nobody has the name, or it is the old one."""

    def write(moment: Moment, request: int, _: str) -> None:
        if (moment, request) == ("before", number) and (path != "beach.jpg" or source.get(path) is None):
            source.put(path, b"stranger's")

    return write


def test_no_bytes_of_a_photo_pass_through_a_rename_and_it_takes_five_requests(seaweed: Seaweed, proxy: Between):
    source = _through(BucketFromOutside(seaweed), proxy)
    source.connector.protocol("")
    source.put("IMG_1.jpg", PHOTO)
    entry = source.connector.stat("IMG_1.jpg")
    assert entry is not None
    proxy.forget()
    source.connector.rename(entry, "beach.jpg", key="1", step=lambda _: None)
    assert [request.partition(" ")[0] for request in proxy.requests] == ["HEAD", "GET", "PUT", "HEAD", "DELETE"]
    assert (proxy.received, proxy.sent < 2000) == (0, True)
    assert source.get("beach.jpg") == PHOTO
