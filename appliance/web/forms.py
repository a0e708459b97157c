"""Forms out of JSON schemas: what a kind of source, or an owner's choices, ask for."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from appliance.web.views import Choice, Field
from appliance.web.wording import CHOICE_LABELS, LABELS

Schema = dict[str, Any]


def schema(options: type[msgspec.Struct]) -> Schema:
    """The schema of a Struct, with its properties in their order."""
    (whole,), parts = msgspec.json.schema_components([options], ref_template="{name}")
    described: Schema = parts[whole["$ref"]]
    return described


def fields(
    asked: Schema,
    values: Mapping[str, object],
    problems: Mapping[str, str] | None = None,
    *,
    first: Collection[str] = (),
) -> tuple[Field, ...]:
    """A field for each property. Those that are required or named in `first` stand in front, and a value that is marked
    `writeOnly` is a secret: it is never shown, only that there is one."""
    required = asked.get("required", ())
    return tuple(
        _field(name, rule, values, name in required, name not in required and name not in first, problems or {})
        for name, rule in asked["properties"].items()
    )


def _field(
    name: str, rule: Schema, values: Mapping[str, object], required: bool, lesser: bool, problems: Mapping[str, str]
) -> Field:
    inner = _inner(rule)
    kind = _type(rule, inner)
    value = _text(values.get(name, rule.get("default")), kind)
    return Field(
        name=name,
        label=LABELS.get(name, _sentence(name.replace("_", " "))),
        type=kind,
        help=_sentence(rule.get("description", ""), end="."),
        value="" if kind == "secret" else value,
        choices=_choices(name, inner, value, optional=inner is not rule),
        required=required,
        at_least=inner.get("minimum"),
        at_most=inner.get("maximum"),
        step="1" if inner.get("type") == "integer" else "any",
        kept=kind == "secret" and bool(values.get(name)),
        problem=problems.get(name, ""),
        lesser=lesser,
    )


def _inner(rule: Schema) -> Schema:
    """What it is where it is something at all."""
    several = [one for one in rule.get("anyOf", ()) if one.get("type") != "null"]
    return several[0] if several else rule


def _type(rule: Schema, inner: Schema) -> Any:
    if rule.get("writeOnly") or inner.get("writeOnly"):
        return "secret"
    if "enum" in inner:
        return "choice"
    known = {"boolean": "yes-no", "integer": "number", "number": "number", "array": "lines"}
    return known.get(inner.get("type", ""), "text")


def _text(value: object, kind: str) -> str:
    if kind == "yes-no":
        return "yes" if value else "no"
    if kind == "lines" and isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)


def _choices(name: str, inner: Schema, value: str, *, optional: bool) -> tuple[Choice, ...]:
    """In the order of their labels where there are some; a schema sorts them by the alphabet."""
    labels = CHOICE_LABELS.get(name, {})
    known = [*labels, *(one for one in inner.get("enum", ()) if one not in labels)] if "enum" in inner else []
    offered = [one for one in known if one in inner["enum"]]
    empty = [Choice(value="", label=labels.get("", "As usual"), chosen=not value)] if optional and known else []
    return (
        *empty,
        *(Choice(value=one, label=labels.get(one, _sentence(one)), chosen=one == value) for one in offered),
    )


def _sentence(text: str, end: str = "") -> str:
    return f"{text[0].upper()}{text[1:]}{end}" if text else ""


def read(asked: Schema, posted: Iterable[tuple[str, str]]) -> dict[str, object]:
    """What somebody filled in, as the Struct takes it. What was left empty is left out: the default counts, a secret
    stays. What is no number stays text, for the Struct to complain about."""
    last = dict(posted)  # a box that is ticked comes after the hidden field that says "no" for it
    values = {
        name: _value(_type(rule, _inner(rule)), last[name])
        for name, rule in asked["properties"].items()
        if name in last
    }
    return {name: value for name, value in values.items() if value != ""}


def _value(kind: str, text: str) -> object:
    text = text.strip() if kind != "secret" else text
    if kind == "yes-no":
        return text == "yes"
    if kind == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    return _number(text) if kind == "number" else text


def _number(text: str) -> object:
    for sort in (int, float):
        try:
            return sort(text)
        except ValueError:
            continue
    return text
