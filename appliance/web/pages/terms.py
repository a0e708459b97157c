"""The form of a provider, and how it fares."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import fields as names_of
from msgspec.structs import replace

from appliance.models import OwnProvider, now
from appliance.providers import kinds
from appliance.providers.kinds import Terms
from appliance.vision.budgets import Spent
from appliance.web import forms
from appliance.web.views import Field, ProviderLine, Tone

_FIRST = ("base_url", "api_key", "enabled", "tells_folder", "tells_place")
_NAME = Field(name="name", label="Name", help="By which you know it.", required=True)
_TERMS = frozenset(field.name for field in names_of(Terms))


_KEPT_HERE: tuple[str, Tone, str] = ("Not asked", "plain", "Nothing leaves this machine.")


def fields(kind: str, values: Mapping[str, Any]) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """What is asked of this kind, with the name in front, and of every kind. Raises Invalid for no kind."""
    drawn = forms.fields(kinds.schema(kind), values, first=_FIRST)
    own = tuple(field for field in drawn if field.name not in _TERMS)
    terms = tuple(field for field in drawn if field.name in _TERMS)
    return (replace(_NAME, value=str(values.get("name", ""))), *own), terms


def values_of(kind: str, form: Mapping[str, str]) -> dict[str, Any]:
    """What a form that was drawn like this says. Raises Invalid for no kind."""
    return forms.read(kinds.schema(kind), form.items()) | {"name": form.get("name", "").strip()}


def line(row: OwnProvider, rows: Sequence[OwnProvider], *, offline: bool = False) -> ProviderLine:
    """`offline` says that no picture may leave this machine."""
    leaves = kinds.leaves(row.kind, row.options)
    state, tone, says = _KEPT_HERE if offline and leaves else _fares(row)
    server = urlsplit(str(row.options.get("base_url", ""))).netloc
    where = " at ".join(part for part in (str(row.options.get("model", "")), server) if part)
    return ProviderLine(
        id=row.id,
        name=row.name,
        kind=row.kind,
        where=where or ("on this machine" if kinds.is_embedded(row.kind) else row.kind),
        tone=tone,
        state=state,
        says=says,
        leaves=leaves,
        rests_until=row.rests_until if state == "Resting" else None,
        first=row.id == rows[0].id,
        last=row.id == rows[-1].id,
    )


def _fares(row: OwnProvider) -> tuple[str, Tone, str]:
    if row.problem:
        return "Stopped", "bad", row.problem
    if not row.enabled:
        return "Not in the chain", "plain", ""
    if row.rests_until is not None and row.rests_until > now():
        return "Resting", "warm", row.rests_because
    return "Asked", "good", ""


def exhausted(today: Spent, month: Spent) -> str:
    """What stands still for lack of money, "" where nothing does."""
    if month.exhausted:
        return "The budget of this month is used up: photos wait for the next one, or until you raise it."
    if today.exhausted:
        return "The budget of today is used up: photos wait until midnight UTC, or until you raise it."
    return ""
