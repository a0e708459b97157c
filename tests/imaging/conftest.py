"""What the tests of imaging share."""

from collections.abc import Iterator

import pytest

from appliance.imaging import Decoder


@pytest.fixture(scope="session")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder
