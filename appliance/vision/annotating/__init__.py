"""Google Cloud Vision: labels, things, text, landmarks, logos, what the web shows with it; English alone."""

import json
from typing import Annotated, Any, Literal

import msgspec

from appliance.config import Settings
from appliance.vision import seconding
from appliance.vision.provider import Provider, VisionError

NAME = "google"
NEEDED = (
    "set RENAMER_GOOGLE_CREDENTIALS_FILE to the key file of a service account, or RENAMER_GOOGLE_CREDENTIALS to an API "
    "key; docs/models.md says how."
)

Feature = Literal["labels", "objects", "text", "landmarks", "logos", "web"]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What Google Cloud Vision needs."""

    credentials: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            description="the JSON of a service account's key file, or an API key",
            extra_json_schema={"writeOnly": True},
        ),
    ]
    features: Annotated[
        tuple[Feature, ...],
        msgspec.Meta(min_length=1, description="what is asked for, of which each is billed by itself"),
    ] = ("labels", "objects", "text", "landmarks", "logos", "web")
    endpoint: Annotated[
        str, msgspec.Meta(description="another address of the service, such as eu-vision.googleapis.com for Europe")
    ] = ""
    second_opinion: Annotated[
        bool,
        msgspec.Meta(description="the embedded engine looks too: where it sees something else, the name is less sure"),
    ] = False
    timeout: Annotated[float, msgspec.Meta(ge=1, le=900, description="seconds that one answer may take")] = 60.0
    picture_side: Annotated[
        int, msgspec.Meta(ge=128, le=1024, description="pixels of the longer side of the picture that is sent")
    ] = 1024


def connect(options: Options) -> Provider:
    """Asks nobody yet. The client of the API is imported here, since it is large. Raises VisionError where the
    credentials cannot be any."""
    from appliance.vision.annotating.model import Annotating

    service = Annotating(options)
    return seconding.seconded(service) if options.second_opinion else service


def given(settings: Settings) -> dict[str, Any]:
    """The options that the environment gives; empty where it gives none."""
    known = {"credentials": settings.google_credentials} | seconding.given(settings, NAME)
    return known if settings.google_credentials else {}


def where(options: Options) -> str:
    """Names the service for people."""
    return options.endpoint or "vision.googleapis.com"


def leaves(options: Options) -> bool:  # noqa: ARG001  # every kind has it
    """Whether pictures leave the owner's machine and network."""
    return True


def account(options: Options) -> dict[str, Any] | None:
    """The key of a service account; None where the credentials are an API key. Raises VisionError."""
    text = options.credentials.strip()
    if not text.startswith("{"):
        return None
    try:
        found = json.loads(text)
    except ValueError as error:
        raise VisionError(
            f"The Google credentials are no JSON: {error}. Give the whole key file.", permanent=True
        ) from error
    return dict(found)
