"""A picture in, words out."""

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import msgspec

from appliance.config import Settings
from appliance.errors import Misconfigured
from appliance.vision import modelfiles
from appliance.vision.provider import (
    LESSONS,
    NO_CONTEXT,
    Closes,
    Context,
    Evidence,
    Example,
    Learns,
    Lesson,
    Priced,
    Provider,
    VisionError,
    untaught,
)

__all__ = [
    "LESSONS",
    "NONE",
    "NO_CONTEXT",
    "PROVIDERS",
    "SERVERS",
    "Closes",
    "Context",
    "Evidence",
    "Example",
    "Learns",
    "Lesson",
    "Priced",
    "Provider",
    "VisionError",
    "check",
    "chosen",
    "given",
    "load",
    "names",
    "untaught",
]

# Imported when asked for: what they stand on is large, and most commands look at no picture.
PROVIDERS = {"canned": "appliance.vision.canned", "local": "appliance.vision.local"}
SERVERS = {"google": "appliance.vision.annotating", "openai": "appliance.vision.compatible"}
NONE = "none"  # the picture is not looked at


def names() -> list[str]:
    return sorted({*PROVIDERS, *SERVERS})


def server(kind: str) -> ModuleType:
    """The module of a kind of server, with `Options` and `connect(options)`; KeyError for any other."""
    return import_module(SERVERS[kind])


def load(name: str, options: Mapping[str, Any] | None = None) -> Provider:
    """A provider by its name, and for a server with its options. It asks nobody, and reads its models when the first
    picture comes. Raises ValueError, and VisionError where the options cannot work."""
    if name in PROVIDERS:
        engine: Provider = import_module(PROVIDERS[name]).PROVIDER
        return engine
    if name not in SERVERS:
        raise ValueError(f"There is no vision provider {name!r}; there are: {', '.join(names())}.")
    if options is None:
        raise ValueError(f"Nothing is known of the provider {name!r}: {server(name).NEEDED}")
    provider: Provider = server(name).connect(msgspec.convert(options, server(name).Options))
    return provider


def given(settings: Settings) -> dict[str, dict[str, Any]]:
    """The options of each server that the environment knows how to reach, by its kind."""
    return {kind: options for kind in SERVERS if (options := server(kind).given(settings))}


def chosen(settings: Settings, name: str | None = None) -> Provider:
    """The one of that name as the environment knows it, or the first of its chain. Raises as `load` does."""
    name = name or settings.vision_chain[0]
    return load(name, given(settings).get(name))


def check(settings: Settings) -> None:
    """Whether there are such providers and what they need is there, without asking them. Raises Misconfigured."""
    known = [NONE, *names()]
    for name in settings.vision_chain:
        if name not in known:
            raise Misconfigured(
                f"RENAMER_VISION is {settings.vision!r}, and there is no {name!r}; give one or more of "
                f"{', '.join(known)}, with a comma between them."
            )
        if name in SERVERS and name not in given(settings):
            raise Misconfigured(
                f"RENAMER_VISION is {settings.vision!r}, and of {name} too little is known: {_needed(name)}"
            )
    if NONE in settings.vision_chain and len(settings.vision_chain) > 1:
        raise Misconfigured(
            f"RENAMER_VISION is {settings.vision!r}; none stands alone, as nobody looks at the pictures."
        )
    _check_models(settings)


def _needed(name: str) -> str:
    needed: str = server(name).NEEDED
    return needed


def _check_models(settings: Settings) -> None:
    missing = [one.name for one in modelfiles.ALL if "local" in settings.vision_chain and not one.path.is_file()]
    if missing:
        raise Misconfigured(
            f"The embedded engine lacks {', '.join(missing)}: run `make models` in the project's folder, "
            "or install the released package, which contains them."
        )
