"""The form of a source: its name, what its kind connects with, and what its owner chooses."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from appliance import kinds
from appliance.sources import Choices
from appliance.web import forms
from appliance.web.views import Field

_WHERE = ("mode", "password", "public_key", "host", "path", "private_key", "host_key")
_BUCKET = ("endpoint", "region", "prefix", "access_key", "secret_key")
_SITE = ("pairing", "url", "username", "application_password")
_FIRST = ("review", "threshold", "backlog", "language", *_WHERE, *_BUCKET, *_SITE)
_NAME = Field(name="name", label="Name", help="By which you know it.", required=True)
_CHOICES = frozenset(field.name for field in msgspec.structs.fields(Choices))


def fields(kind: str, values: Mapping[str, Any], *, new: bool = True) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """What is asked of this kind, and of every kind, with values that are known. The name stands with the first where
    the source is `new`. Raises Invalid for no kind."""
    drawn = forms.fields(kinds.schema(kind), values, first=_FIRST)
    named = replace(_NAME, value=str(values.get("name", "")))
    own = tuple(field for field in drawn if field.name not in _CHOICES)
    choices = tuple(field for field in drawn if field.name in _CHOICES)
    return ((named, *own), choices) if new else (own, (named, *choices))


def values_of(kind: str, form: Mapping[str, str]) -> dict[str, Any]:
    """What a form that was drawn like this says; nothing for what was left empty. Raises Invalid for no kind."""
    return forms.read(kinds.schema(kind), form.items()) | {"name": form.get("name", "")}
