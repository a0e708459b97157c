"""Google Cloud Vision as a provider of words, over REST."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import requests
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.auth import exceptions as signing
from google.cloud import vision
from google.oauth2 import service_account
from requests.adapters import HTTPAdapter

from appliance.vision import pictures, wire
from appliance.vision.annotating import NAME, Feature, Options, account, mapping
from appliance.vision.annotating.faults import fault, refused
from appliance.vision.annotating.mapping import Read
from appliance.vision.provider import NO_CONTEXT, Context, Evidence, VisionError
from appliance.words import Description, Usage

_FEATURES = {
    "labels": vision.Feature.Type.LABEL_DETECTION,
    "objects": vision.Feature.Type.OBJECT_LOCALIZATION,
    "text": vision.Feature.Type.TEXT_DETECTION,
    "landmarks": vision.Feature.Type.LANDMARK_DETECTION,
    "logos": vision.Feature.Type.LOGO_DETECTION,
    "web": vision.Feature.Type.WEB_DETECTION,
}
# Millionths of a US dollar for one picture, as of 2026-01, after the first thousand of a month, which are free. Safe
# search is free where labels are asked for.
PRICES = {"labels": 1500, "objects": 2250, "text": 1500, "landmarks": 1500, "logos": 1500, "web": 3500}
SAFE_SEARCH = 1500
MOST_OF_EACH = 15


@dataclass(frozen=True, slots=True)
class _Told:
    """What was said last, so that whoever asks why pays no second time."""

    key: str
    read: Read


class Annotating:
    """Safe to use from several threads, each of which may wait for an answer of its own."""

    name = NAME
    model = "cloud-vision-1"
    languages: frozenset[str] | None = frozenset({"en"})

    def __init__(self, options: Options) -> None:
        self.options = options
        self._client = _client(options)
        self._told: _Told | None = None

    @property
    def prompt(self) -> str:
        asked = (self.options.features, self.options.picture_side, mapping.RULES)
        return f"features-{sha256(repr(asked).encode()).hexdigest()[:8]}"

    @property
    def most_cost(self) -> int:
        asked = self.options.features
        return sum(PRICES[name] for name in dict.fromkeys(asked)) + SAFE_SEARCH * ("labels" not in asked)

    def check(self) -> None:
        """Asks for the labels of a plain picture, which is billed as one."""
        self._ask(pictures.plain((128, 128, 128)), ("labels",))

    def describe(self, preview: bytes, *, language: str, context: Context = NO_CONTEXT) -> Description:  # noqa: ARG002
        """In English, whatever the language, and from the picture alone."""
        began = time.monotonic()
        read = mapping.read(self._ask(pictures.alone(preview, self.options.picture_side), self.options.features))
        usage = Usage(calls=1, cost=self.most_cost, seconds=round(time.monotonic() - began, 3))
        said = replace(read.description, provider=self.name, model=self.model, prompt=self.prompt, usage=usage)
        read = replace(read, description=said)
        self._told = _Told(_key(preview), read)
        return said

    def explain(self, preview: bytes, *, language: str) -> list[Evidence]:
        """Without a second question where the picture was described last."""
        if self._told is None or self._told.key != _key(preview):
            self.describe(preview, language=language)
        told = self._told
        return list(told.read.weighed) if told else []

    def close(self) -> None:
        transport: Any = self._client.transport
        transport.close()

    def _ask(self, picture: bytes, wanted: Sequence[Feature]) -> Any:
        kinds = [_FEATURES[name] for name in dict.fromkeys(wanted)]
        features = [{"type_": kind, "max_results": MOST_OF_EACH} for kind in kinds]
        features.append({"type_": vision.Feature.Type.SAFE_SEARCH_DETECTION})
        request = {"image": {"content": picture}, "features": features}
        try:
            answer = self._client.annotate_image(request, retry=None, timeout=self.options.timeout)
        except (exceptions.GoogleAPIError, signing.GoogleAuthError, requests.RequestException, ValueError) as error:
            raise fault(error, self.options) from error
        if answer.error.code:
            raise refused(answer.error.code, answer.error.message, Usage(calls=1))
        return answer


def _client(options: Options) -> vision.ImageAnnotatorClient:
    key = account(options)
    accounts: Any = service_account.Credentials
    try:
        signed = accounts.from_service_account_info(key) if key is not None else None
        where = ClientOptions(
            api_endpoint=options.endpoint or None, api_key=None if signed else options.credentials.strip()
        )
        client = vision.ImageAnnotatorClient(transport="rest", credentials=signed, client_options=where)
    except (ValueError, signing.GoogleAuthError) as error:
        raise VisionError(
            f"The Google credentials cannot be used: {str(error).rstrip('.')}. Give the whole key file.", permanent=True
        ) from error
    # The library keeps ten connections, and offers no other way to keep more.
    transport: Any = client.transport
    transport._session.mount("https://", HTTPAdapter(pool_maxsize=wire.MOST_AT_ONCE))
    return client


def _key(preview: bytes) -> str:
    return sha256(preview).hexdigest()
