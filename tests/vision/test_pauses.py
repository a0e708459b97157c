"""How long a server wants to be left alone, in each of the ways in which servers say it."""

import time
from email.utils import formatdate

import pytest

from appliance.vision.compatible.faults import LONGEST_WAIT_SECONDS, retry_after


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"x-ratelimit-reset-requests": "20ms"}, 0.02),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"}, 360),
        ({"Retry-After": "1000000"}, LONGEST_WAIT_SECONDS),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "soon"}, None),
        ({"x-ratelimit-reset": "never"}, None),
    ],
)
def test_a_pause_is_read(headers: dict[str, str], seconds: float | None):
    assert retry_after(headers) == (None if seconds is None else pytest.approx(seconds))


def test_a_pause_until_a_moment_is_counted_from_now():
    assert 20 < (retry_after({"Retry-After": formatdate(time.time() + 30, usegmt=True)}) or 0) <= 30
    assert 20 < (retry_after({"X-RateLimit-Reset": str(int((time.time() + 30) * 1000))}) or 0) <= 30
