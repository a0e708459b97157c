"""The form of a source, drawn from what its kind and every kind ask for."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from appliance import kinds
from appliance.sources import Choices
from appliance.web.views import Choice, Field

_LABELS = {
    "path": "Folder",
    "recursive": "Also the folders inside it",
    "watch": "How changes are noticed",
    "ignore": "Leave alone",
    "review": "Who decides about names",
    "threshold": "How sure a name must be",
    "rename": "Which photos",
    "backlog": "Also name what is there already",
    "profile": "How names look",
    "template": "Template",
    "language": "Language of the names",
    "keywords": "Your words",
    "provider": "Who looks at the pictures",
    "interval": "Seconds between looks through everything",
    "companions": "Sidecars and raw files follow",
    "places": "Places may stand in names",
}
_WORDS = {
    "auto": "Nobody has to: sure names are given at once",
    "first": "A person for the first ten, then nobody has to",
    "ask": "A person, always",
    "all": "All of them",
    "bad-names": "Only those whose names say nothing",
    "events": "By events of the system",
    "polling": "By looking again and again",
}
_WATCH = {"auto": "Found out by itself"}
_AT_ONCE = {"path", "review", "threshold", "backlog", "language"}
_NAME = Field(name="name", label="Name", help="by which you know it", required=True)


def fields(kind: str, values: Mapping[str, Any], *, fixed: bool = False) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """What is asked of this kind, and of every kind, with values that are known. Of a source that there is, what it
    connects with is `fixed`, and is told elsewhere."""
    schema = kinds.schema(kind)
    shared = {field.name for field in msgspec.structs.fields(Choices)}
    drawn = {
        name: _field(name, said, name in schema["required"], values) for name, said in schema["properties"].items()
    }
    own = tuple(field for name, field in drawn.items() if name not in shared)
    named = replace(_NAME, value=str(values.get("name", "")))
    choices = tuple(field for name, field in drawn.items() if name in shared)
    return ((), (named, *choices)) if fixed else ((named, *own), choices)


def values_of(kind: str, form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What a form that was drawn like this says; nothing for what was left empty. Raises Invalid for no kind."""
    properties = kinds.schema(kind)["properties"]
    values: dict[str, Any] = {}
    for name, given in form.items():
        if name == "name":
            values[name] = given[-1]
        elif name in properties and given[-1].strip():
            listed = properties[name].get("type") == "array"
            values[name] = ",".join(given[-1].splitlines()) if listed else given[-1].strip()
    return values


def _field(name: str, said: Mapping[str, Any], required: bool, values: Mapping[str, Any]) -> Field:
    options = next((one["enum"] for one in (said, *said.get("anyOf", ())) if "enum" in one), None)
    value = values.get(name, said.get("default"))
    kinds_of = {said.get("type"), *(one.get("type") for one in said.get("anyOf", ()))}
    drawn: Literal["text", "number", "yes-no", "choice", "lines"] = "text"
    if "boolean" in kinds_of:
        drawn = "yes-no"
    elif options:
        drawn = "choice"
    elif "array" in kinds_of:
        drawn = "lines"
    elif kinds_of & {"integer", "number"}:
        drawn = "number"
    return Field(
        name=name,
        label=_LABELS.get(name, name.replace("_", " ").capitalize()),
        type=drawn,
        help=said.get("description", ""),
        value=_text(value),
        choices=_choices(name, options, value, "null" in kinds_of) if options else (),
        required=required,
        at_least=said.get("minimum"),
        at_most=said.get("maximum"),
        step="1" if "integer" in kinds_of else "0.05",
        lesser=name not in _AT_ONCE and not required,
    )


def _choices(name: str, options: Sequence[str], value: Any, may_be_none: bool) -> tuple[Choice, ...]:
    words = _WORDS | (_WATCH if name == "watch" else {})
    none = (Choice(value="", label="As is usual", chosen=value is None),) if may_be_none else ()
    order = sorted(options, key=lambda option: list(words).index(option) if option in words else 0)
    return (*none, *(Choice(value=one, label=words.get(one, one), chosen=one == value) for one in order))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return str(value)
