"""Values of any origin as the options of a Struct: checked, with sentences about what is wrong."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from appliance.errors import Invalid

Options = TypeVar("Options", bound=msgspec.Struct)

_YES = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


def names(struct: type[msgspec.Struct]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(struct)}


def secret_names(struct: type[msgspec.Struct]) -> frozenset[str]:
    """Those that are marked `writeOnly`: they are sealed, and never shown again."""
    properties = flat(msgspec.json.schema(struct))["properties"].items()
    return frozenset(name for name, rule in properties if any(one.get("writeOnly") for one in _rules(rule)))


def _rules(rule: dict[str, Any]) -> list[dict[str, Any]]:
    return [rule, *rule.get("anyOf", ())]


def schema(title: str, *structs: type[msgspec.Struct]) -> dict[str, Any]:
    """A JSON Schema of all that can be set for these together; the first says what it is and what must be set."""
    drawn = [flat(msgspec.json.schema(struct)) for struct in structs]
    return {
        "title": title,
        "description": (structs[0].__doc__ or "").strip(),
        "type": "object",
        "properties": {name: rule for one in drawn for name, rule in one["properties"].items()},
        "required": drawn[0].get("required", []),
        "additionalProperties": False,
    }


def parted(whose: str, values: Mapping[str, Any], *structs: type[msgspec.Struct]) -> tuple[Any, ...]:
    """The values as these structs together. Raises Invalid, which names the option, also for one that none has."""
    known = {name for struct in structs for name in names(struct)}
    if unknown := sorted(values.keys() - known):
        raise Invalid(f"{whose} has no “{unknown[0]}”; it has {', '.join(sorted(known))}.")
    return tuple(
        converted(struct, {name: value for name, value in values.items() if name in names(struct)})
        for struct in structs
    )


def converted(struct: type[Options], values: Mapping[str, Any]) -> Options:
    """Texts are taken for what their option is: yes and no, numbers, lists with commas. Raises Invalid, which names the
    option."""
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
    found: dict[str, Any] = flat(msgspec.json.schema(struct))["properties"][name]
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


def flat(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a struct without the indirection through its definitions."""
    reference = schema.get("$ref", "")
    flat: dict[str, Any] = schema["$defs"][reference.rpartition("/")[2]] if reference else schema
    return flat
