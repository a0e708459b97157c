"""What the tests of providers share: who is asked, and about what."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from appliance.vision import Provider, compatible
from tests.servers import vision_models, vision_server
from tests.vision import pictures

RED = pictures.plain(vision_models.COLOURS["red"])


def openai(server: vision_server.Served, model: str = "eyes", **options: Any) -> Provider:
    asked: dict[str, Any] = {"base_url": server.url, "model": model, "timeout": 5.0} | options
    return compatible.connect(compatible.Options(**asked))


@contextmanager
def asked(
    model: str, *, kind: vision_server.Kind = "llama", **options: Any
) -> Iterator[tuple[Provider, vision_server.Served]]:
    """A provider and its server, which says by itself whether the model can see."""
    with vision_server.served(model, kind=kind) as server:
        yield openai(server, model, **options), server
