"""The kinds of sources that there are, and what is asked of each: for its form, its documentation and its options."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

import connectors
from appliance import naming, sources, vision
from appliance.errors import Invalid
from appliance.models import Source
from appliance.sources import Choices, Wanted

_YES = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a source of some kind is made of; `options` are those of its kind, by name, secrets included."""

    kind: str
    options: dict[str, Any]
    choices: Choices

    def named(self, name: str) -> Wanted:
        return Wanted(kind=self.kind, name=name, options=self.options, choices=self.choices)


def names() -> list[str]:
    return sorted(connectors.KINDS)


def schema(kind: str) -> dict[str, Any]:
    """A JSON Schema of everything that can be set for a source of this kind. Raises Invalid for no kind."""
    own, shared = (_flat(msgspec.json.schema(struct)) for struct in (options_of(kind), Choices))
    return {
        "title": kind,
        "description": (options_of(kind).__doc__ or "").strip(),
        "type": "object",
        "properties": own["properties"] | shared["properties"],
        "required": own.get("required", []),
        "additionalProperties": False,
    }


def options_of(kind: str) -> type[msgspec.Struct]:
    """Raises Invalid for no kind."""
    if kind not in connectors.KINDS:
        raise Invalid(f"There is no kind of source “{kind}”; there are {', '.join(names())}.")
    options: type[msgspec.Struct] = connectors.load(kind).Options
    return options


def asked(kind: str, values: Mapping[str, Any]) -> Asked:
    """Values of any origin, checked. Texts are taken for what their option is: yes and no, numbers, lists with commas.
    Raises Invalid, which names the option."""
    own = options_of(kind)
    known = {field.name for struct in (own, Choices) for field in msgspec.structs.fields(struct)}
    if unknown := sorted(values.keys() - known):
        raise Invalid(f"A {kind} source has no “{unknown[0]}”; it has {', '.join(sorted(known))}.")
    options = _converted(own, {name: value for name, value in values.items() if name in _fields(own)})
    choices: Choices = _converted(Choices, {name: value for name, value in values.items() if name in _fields(Choices)})
    _check(choices)
    return Asked(kind=kind, options=msgspec.to_builtins(options), choices=choices)


def _check(choices: Choices) -> None:
    try:
        if choices.template is not None:
            naming.templates.check(choices.template)
        if choices.provider is not None:
            vision.load(choices.provider)
    except ValueError as error:
        raise Invalid(str(error)) from error


def changed(source: Source, options: Mapping[str, Any], values: Mapping[str, Any]) -> Asked:
    """What a source is made of, with other values for some; `options` are those that it connects with now, secrets
    included. Raises Invalid, also for what would make it another place."""
    found = asked(source.kind, {**options, **source.choices, **values})
    if sources.root_of(source.kind, found.options) != source.root:
        fixed = sorted(name for name in values if name in options and found.options[name] != options[name])
        raise Invalid(f"“{fixed[0]}” is a part of what this source is: add another source for another one.")
    return found


def _fields(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(struct)}


def _converted(struct: type[msgspec.Struct], values: Mapping[str, Any]) -> Any:
    plain = {name: _plain(struct, name, value) for name, value in values.items()}
    try:
        return msgspec.convert(plain, struct, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(_sentence(struct, str(error))) from error


_PLACE = re.compile(r"at `\$\.(\w+)")
_MISSING = re.compile(r"missing required field `(\w+)`")


def _sentence(struct: type[msgspec.Struct], said: str) -> str:
    """What is wrong, with the name of the option and what it may be."""
    if missing := _MISSING.search(said):
        name = missing[1]
        return f"“{name}” is missing: {_property(struct, name).get('description', 'give it a value')}."
    place = _PLACE.search(said)
    if place is None:
        return f"{said}."
    return f"“{place[1]}” is not right: give {_wanted(_property(struct, place[1]))}."


def _wanted(property_: dict[str, Any]) -> str:
    options = next((one["enum"] for one in (property_, *property_.get("anyOf", ())) if "enum" in one), None)
    if options:
        return " or ".join(str(option) for option in options)
    low, high = property_.get("minimum"), property_.get("maximum")
    number = {"integer": "a whole number", "number": "a number"}.get(property_.get("type", ""), "")
    if number and low is not None and high is not None:
        return f"{number} from {low} to {high}"
    return number or str(property_.get("description", "something else"))


def _property(struct: type[msgspec.Struct], name: str) -> dict[str, Any]:
    found: dict[str, Any] = _flat(msgspec.json.schema(struct))["properties"][name]
    return found


def _plain(struct: type[msgspec.Struct], name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    property_ = _property(struct, name)
    kinds = {property_.get("type"), *(one.get("type") for one in property_.get("anyOf", ()))}
    if "boolean" in kinds:
        if value.lower() not in _YES:
            raise Invalid(f"“{name}” is yes or no, and not “{value}”.")
        return _YES[value.lower()]
    if "array" in kinds:
        return [part.strip() for part in value.split(",") if part.strip()]
    if "null" in kinds and not value:
        return None
    return value


def _flat(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a struct without the indirection through its definitions."""
    reference = schema.get("$ref", "")
    flat: dict[str, Any] = schema["$defs"][reference.rpartition("/")[2]] if reference else schema
    return flat
