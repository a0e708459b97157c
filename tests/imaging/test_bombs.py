"""Files that try to do harm are opened within the limits or refused; nothing crashes, and the next picture is read."""

import io
import resource
import time

import pytest

from appliance.imaging import Decoder, Fault, Picture, Unreadable
from tests.imaging.bombs import BOMBS
from tests.imaging.conftest import answer
from tests.imaging.pictures import encoded, scene

MEMORY = 1536 + 64  # MiB, with what the process has by itself
SLOW = "jpeg: 1,500 scans"

# A busy machine may give a child less than its 8 s of computing within its 12 s.
WORN_OUT = {Fault.TOO_LONG, Fault.LATE}
REFUSED = {
    Fault.BOMB,
    Fault.DAMAGED,
    Fault.LYING,
    Fault.TOO_MANY_PIXELS,
    Fault.TOO_MUCH_MEMORY,
    Fault.TRUNCATED,
    Fault.UNSUPPORTED,
}


@pytest.mark.parametrize("name", [name for name in BOMBS if name != SLOW])
def test_a_bomb_is_opened_within_the_limits_or_refused_for_good(decoder: Decoder, name: str):
    said = answer(decoder, BOMBS[name]())
    if isinstance(said, Unreadable):
        assert said.fault in REFUSED
        assert said.permanent


@pytest.mark.parametrize("name", [name for name in BOMBS if "billion pixels" in name or "256 MiB" in name])
def test_what_says_itself_that_it_is_too_large_is_quarantined(decoder: Decoder, name: str):
    said = answer(decoder, BOMBS[name]())
    assert isinstance(said, Unreadable)
    assert said.quarantine
    assert said.fault in {Fault.TOO_MANY_PIXELS, Fault.BOMB}


def test_a_picture_that_takes_for_ever_is_given_up_after_seconds(decoder: Decoder):
    start = time.monotonic()
    said = answer(decoder, BOMBS[SLOW]())
    assert time.monotonic() - start < 14
    assert isinstance(said, Unreadable)
    assert said.fault in WORN_OUT
    assert said.quarantine is (said.fault is Fault.TOO_LONG)


def test_no_bomb_is_slow_where_only_its_headers_are_read(decoder: Decoder):
    start = time.monotonic()
    for make in BOMBS.values():
        said = answer(decoder, make(), pixels=False)
        assert isinstance(said, Picture) or said.fault in REFUSED
    assert time.monotonic() - start < 60


def test_no_picture_takes_more_memory_than_is_allowed():
    with Decoder() as decoder:
        for name in ("webp: a canvas of 98 million", "png: a chunk of two gibibytes", "gif: codes without an end"):
            answer(decoder, BOMBS[name]())
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    assert 300 < most < MEMORY


def test_after_all_of_them_a_picture_is_still_read(decoder: Decoder):
    for name in ("jpeg: four billion pixels", "png: pixels that never end", "tiff: billions of strips"):
        answer(decoder, BOMBS[name]())
    assert decoder.inspect(io.BytesIO(encoded(scene(1))), "holiday.jpg").width == 640
