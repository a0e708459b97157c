"""A picture in, words out."""

from importlib import import_module

from appliance.vision.provider import Evidence, Provider, VisionError

__all__ = ["Evidence", "Provider", "VisionError", "load"]

# Imported when asked for: the runtime of the local one is large, and most commands look at no picture.
PROVIDERS = {"canned": "appliance.vision.canned", "local": "appliance.vision.local"}


def load(name: str) -> Provider:
    """A provider by its name; its models are read when the first picture comes. Raises ValueError."""
    if name not in PROVIDERS:
        raise ValueError(f"There is no vision provider {name!r}; there are: {', '.join(sorted(PROVIDERS))}.")
    provider: Provider = import_module(PROVIDERS[name]).PROVIDER
    return provider
