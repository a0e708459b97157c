"""Which models a server has, and which of them can see."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec

from appliance.vision import addresses, answers, shown

MOST_MODELS = 500
# Shown where a server does not say whether a model can see. A model without eyes may guess one of them.
COLOURS = {"red": (225, 20, 20), "blue": (20, 40, 225)}
_COLOUR = re.compile(r"\b(?:red|blue|green|yellow|purple|orange|black|white|grey|gray|brown|pink)\b")
_SEES_NONE = re.compile(
    r"\b(?:can't|cannot|unable to|not able to|don't|do not|didn't|did not)\b.{0,30}"
    r"\b(?:see|view|access|analy[sz]e|receive|have)\b|\bno (?:picture|image)\b|\btext.based\b",
    re.IGNORECASE,
)
QUESTION = "Which colour is this picture? Answer with one word."
PROBE_TOKENS = 300  # enough for a model that thinks although it should not


@dataclass(frozen=True, slots=True)
class Model:
    """`sees` is None where the server does not say."""

    name: str
    sees: bool | None = None


def models(http: httpx2.Client, base_url: str, *, only: str = "") -> list[Model]:
    """What the server lists, with what it says of each, or of the one that matters `only`; empty where it does not list
    any. Raises httpx2.HTTPError, wire.TooLong and httpx2.InvalidURL where it cannot be asked."""
    listed = _listed(_get(http, f"{base_url.rstrip('/')}/models"))
    if addresses.is_own(base_url) and any(one.sees is None for one in listed):
        told = _studio(http, base_url)
        return [_asked(http, base_url, one, told) if not only or is_called(one, only) else one for one in listed]
    return listed


def is_called(model: Model, name: str) -> bool:
    """Ollama adds a tag to what has none."""
    return model.name in {name, f"{name}:latest"}


def _asked(http: httpx2.Client, base_url: str, model: Model, told: dict[str, bool]) -> Model:
    """LM Studio says it of all models at once, Ollama of one model when asked about it."""
    if model.sees is not None or model.name in told:
        return Model(model.name, told.get(model.name, model.sees))
    abilities = _names(_post(http, f"{_root(base_url)}/api/show", {"model": model.name}), "capabilities")
    return Model(model.name, "vision" in abilities) if abilities else model


def _studio(http: httpx2.Client, base_url: str) -> dict[str, bool]:
    items = _items(_get(http, f"{_root(base_url)}/api/v0/models"), "data")
    kinds = {one.get("id"): one.get("type") for one in items}
    return {str(name): kind == "vlm" for name, kind in kinds.items() if kind in {"vlm", "llm"}}


def _listed(body: Any) -> list[Model]:
    """llama.cpp says more of its models in a second list."""
    abilities = {one.get("name"): _names(one, "capabilities") for one in _items(body, "models")}
    return [
        Model(shown.line(str(one["id"]), 200), _sees(one, abilities.get(one["id"], set())))
        for one in _items(body, "data")
        if one.get("id")
    ]


def _sees(item: dict[str, Any], abilities: set[str]) -> bool | None:
    """By OpenRouter's and llama.cpp's modalities, by llama.cpp's and Mistral's capabilities."""
    architecture = item.get("architecture")
    if modalities := _names(architecture, "input_modalities"):
        return "image" in modalities
    own = item.get("capabilities")
    if isinstance(own, dict) and isinstance(own.get("vision"), bool):
        return bool(own["vision"])
    known = abilities | _names(item, "capabilities")
    return not known.isdisjoint({"multimodal", "vision"}) if known else None


def _items(body: Any, name: str) -> list[dict[str, Any]]:
    found = body.get(name) if isinstance(body, dict) else None
    return [one for one in found[:MOST_MODELS] if isinstance(one, dict)] if isinstance(found, list) else []


def _names(body: Any, name: str) -> set[str]:
    found = body.get(name) if isinstance(body, dict) else None
    return {one for one in found if isinstance(one, str)} if isinstance(found, list) else set()


def _root(base_url: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _get(http: httpx2.Client, url: str) -> Any:
    return _decoded(http.get(url))


def _post(http: httpx2.Client, url: str, body: dict[str, str]) -> Any:
    return _decoded(http.post(url, json=body))


def _decoded(response: httpx2.Response) -> Any:
    """None for what is no answer to the question."""
    if response.status_code != 200:
        return None
    try:
        return msgspec.json.decode(response.content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def is_blind(text: str, colour: str) -> bool:
    """Whether the answer shows that the model does not see: it says so, or names other colours. What is no answer to
    the question shows nothing."""
    said = answers.without_thoughts(text).casefold().replace("\u2019", "'")
    named = set(_COLOUR.findall(said))
    if "{" in said or colour in named:
        return False
    return bool(named) or _SEES_NONE.search(said) is not None
