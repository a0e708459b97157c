"""The kinds of sources that there are, and what is asked of each: for its form, its documentation and its options."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

import connectors
from appliance import naming, options, sources
from appliance.errors import Invalid
from appliance.models import Source
from appliance.sources import Choices, Wanted


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
    return options.schema(kind, options_of(kind), Choices)


def options_of(kind: str) -> type[msgspec.Struct]:
    """Raises Invalid for no kind."""
    if kind not in connectors.KINDS:
        raise Invalid(f"There is no kind of source “{kind}”; there are {', '.join(names())}.")
    struct: type[msgspec.Struct] = connectors.load(kind).Options
    return struct


def companion(kind: str) -> Path | None:
    """The file that is to be installed on the other side of a source of this kind; None where there is none."""
    module = connectors.load(kind) if kind in connectors.KINDS else None
    return module.companion() if module and hasattr(module, "companion") else None


def asked(kind: str, values: Mapping[str, Any]) -> Asked:
    """Values of any origin, checked. Texts are taken for what their option is: yes and no, numbers, lists with commas.
    Raises Invalid, which names the option."""
    own, choices = options.parted(f"A {kind} source", values, options_of(kind), Choices)
    _check(choices)
    return Asked(kind=kind, options=msgspec.to_builtins(own), choices=choices)


def _check(choices: Choices) -> None:
    try:
        if choices.template is not None:
            naming.templates.check(choices.template)
    except ValueError as error:
        raise Invalid(str(error)) from error


def changed(source: Source, present: Mapping[str, Any], values: Mapping[str, Any]) -> Asked:
    """What a source is made of, with other values for some; `present` are those that it connects with now, secrets
    included. Raises Invalid, also for what would make it another place."""
    found = asked(source.kind, {**present, **source.choices, **values})
    if sources.root_of(source.kind, found.options) != source.root:
        fixed = sorted(name for name in values if name in present and found.options[name] != present[name])
        raise Invalid(f"“{fixed[0]}” is a part of what this source is: add another source for another one.")
    return found
