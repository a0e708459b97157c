"""What the tests of imaging share."""

import io
from collections.abc import Iterator

import pytest

from appliance.imaging import Decoder, Picture, Unreadable


@pytest.fixture(scope="session")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


def answer(decoder: Decoder, data: bytes, *, pixels: bool = True) -> Picture | Unreadable:
    """What is said of these bytes, whether they are a picture or not."""
    try:
        return decoder.inspect(io.BytesIO(data), "holiday.jpg", pixels=pixels)
    except Unreadable as error:
        return error
