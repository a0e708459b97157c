"""A picture in, words out."""

from importlib import import_module

from appliance.errors import Misconfigured
from appliance.vision import modelfiles
from appliance.vision.provider import NO_CONTEXT, Context, Evidence, Example, Provider, VisionError

__all__ = ["NO_CONTEXT", "Context", "Evidence", "Example", "Provider", "VisionError", "check_name", "load"]

# Imported when asked for: the runtime of the local one is large, and most commands look at no picture.
PROVIDERS = {"canned": "appliance.vision.canned", "local": "appliance.vision.local"}
NONE = "none"  # the picture is not looked at


def load(name: str) -> Provider:
    """A provider by its name; its models are read when the first picture comes. Raises ValueError."""
    if name not in PROVIDERS:
        raise ValueError(f"There is no vision provider {name!r}; there are: {', '.join(sorted(PROVIDERS))}.")
    provider: Provider = import_module(PROVIDERS[name]).PROVIDER
    return provider


def check_name(name: str) -> None:
    """Whether there is such an engine and what it reads is there, without loading it. Raises Misconfigured."""
    names = sorted({NONE, *PROVIDERS})
    if name not in names:
        raise Misconfigured(f"RENAMER_VISION is {name!r}, and there is no such engine; give one of {', '.join(names)}.")
    missing = [one.name for one in modelfiles.ALL if name == "local" and not one.path.is_file()]
    if missing:
        raise Misconfigured(
            f"The embedded engine lacks {', '.join(missing)}: run `make models` in the project's folder, "
            "or install the released package, which contains them."
        )
