"""The kinds of providers that there are, and what is asked of each: for its form, its documentation and its options."""

import ipaddress
import socket
from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from appliance import options, vision
from appliance.errors import Invalid
from appliance.vision import Provider

_BESIDE = 4  # pictures at once, of a server on this machine
_ELSEWHERE = 64


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an owner decides about a provider of any kind; the descriptions are its form and its documentation."""

    enabled: Annotated[bool, msgspec.Meta(description="is asked about pictures, in its turn")] = True
    per_minute: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None,
        msgspec.Meta(description="how often it is asked in a minute; empty for no limit"),
    ] = None
    at_once: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=256)] | None,
        msgspec.Meta(description="pictures at the same time; by default 4 on this machine, and 64 elsewhere"),
    ] = None
    tells_folder: Annotated[bool, msgspec.Meta(description="is told the folder's and the site's name")] = True
    tells_place: Annotated[bool, msgspec.Meta(description="is told the town where a photo was taken")] = False


class Embedded(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An engine of this program: nothing to connect with, and nothing leaves this machine."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A provider as its owner describes it; `options` are those of its kind, secrets included."""

    kind: str
    name: str
    options: dict[str, Any]
    terms: Terms


def names() -> list[str]:
    """What an owner may add."""
    return [*vision.SERVERS, "local"]


def schema(kind: str) -> dict[str, Any]:
    """A JSON Schema of everything that can be set for a provider of this kind. Raises Invalid for no kind."""
    return options.schema(kind, options_of(kind), Terms)


def options_of(kind: str) -> type[msgspec.Struct]:
    """Raises Invalid for no kind."""
    if is_embedded(kind):
        return Embedded
    if kind not in vision.SERVERS:
        raise Invalid(f"There is no kind of provider “{kind}”; there are {', '.join(names())}.")
    struct: type[msgspec.Struct] = import_module(vision.SERVERS[kind]).Options
    return struct


def is_embedded(kind: str) -> bool:
    return kind in vision.PROVIDERS


def asked(kind: str, name: str, values: Mapping[str, Any]) -> Wanted:
    """Values of any origin, checked. Raises Invalid, which names the option."""
    if not name.strip():
        raise Invalid("“name” is missing: give the provider a name by which you know it.")
    own, terms = options.parted(f"A {kind} provider", values, options_of(kind), Terms)
    return Wanted(kind=kind, name=name.strip(), options=msgspec.to_builtins(own), terms=terms)


def connect(kind: str, values: Mapping[str, Any]) -> Provider:
    """A provider of that kind. Raises Invalid for options that its kind does not know."""
    if is_embedded(kind):
        return vision.load(kind)
    provider: Provider = import_module(vision.SERVERS[kind]).connect(options.converted(options_of(kind), values))
    return provider


def at_once(kind: str, values: Mapping[str, Any]) -> int:
    """How many pictures it is asked about at the same time where its owner did not say."""
    return _ELSEWHERE if leaves(kind, values) else _BESIDE


def leaves(kind: str, values: Mapping[str, Any]) -> bool:
    """Whether a picture leaves this machine for it. A server is here where its address is this machine's own, or a
    name without a dot whose addresses are all private: a container beside this one."""
    if is_embedded(kind):
        return False
    host = urlsplit(str(values.get("base_url") or "")).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return not (host == "localhost" or host.endswith(".localhost") or (host and _is_beside(host)))


def _is_beside(host: str) -> bool:
    if "." in host and host != "host.docker.internal":
        return False
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(_is_private(address) for address in found)


def _is_private(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return parsed.is_private or parsed.is_loopback
