"""What a source connects with, of which the secret part is sealed in its row."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import connectors
from appliance import options, sealed
from appliance.models import Source
from appliance.secrets import Unreadable, Vault
from connectors.base import Keeps


def secret_options(kind: str) -> frozenset[str]:
    """The options of a kind that are marked `writeOnly`: they are sealed, and never shown again."""
    return options.secret_names(connectors.load(kind).Options)


def keep(source: Source, vault: Vault, values: Mapping[str, Any]) -> None:
    """Stores what a source connects with. Its row must have its id already, to which the secrets are bound."""
    module = connectors.load(source.kind)
    values = module.stored(dict(values)) if isinstance(module, Keeps) else values
    sealed.keep(source, vault, values, secret_options(source.kind))


def options_of(source: Source, vault: Vault) -> dict[str, Any]:
    """All that a source connects with. Raises secrets.Unreadable where no key opens its secrets."""
    return sealed.options_of(source, vault)


def secrets_there(source: Source, vault: Vault) -> frozenset[str]:
    """Which of its secret options a source has; where no key opens them, all that it may have."""
    possible = secret_options(source.kind) if source.secrets else frozenset[str]()
    try:
        there = options_of(source, vault)
    except Unreadable:
        return possible
    return frozenset(name for name in possible if there.get(name))


def renew(session: Session, vault: Vault) -> None:
    """Seals every source's secrets under the newest key. Then an older key may go."""
    for source in session.scalars(select(Source).where(Source.secrets != "")).all():
        if sealed.is_outdated(source, vault):
            keep(source, vault, options_of(source, vault))
