"""Whether the embedded engine gives a second opinion; what weighs it is imported only where it does."""

from typing import Any

from appliance.config import Settings
from appliance.vision.provider import Provider


def seconded(main: Provider) -> Provider:
    """The provider, with the embedded engine at its side."""
    from appliance.vision import local
    from appliance.vision.opinions import Seconded

    return Seconded(main, local.PROVIDER)


def given(settings: Settings, kind: str) -> dict[str, Any]:
    """The option as the environment gives it."""
    return {"second_opinion": True} if kind in settings.seconded else {}
