"""What a source connects with, of which the secret part is sealed in its row."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import connectors
from appliance import options
from appliance.models import Source
from appliance.secrets import Place, Vault
from connectors.base import Keeps


def secret_options(kind: str) -> frozenset[str]:
    """The options of a kind that are marked `writeOnly`: they are sealed, and never shown again."""
    return options.secret_names(connectors.load(kind).Options)


def keep(source: Source, vault: Vault, values: Mapping[str, Any]) -> None:
    """Stores what a source connects with. Its row must have its id already, to which the secrets are bound."""
    module = connectors.load(source.kind)
    values = module.stored(dict(values)) if isinstance(module, Keeps) else values
    hidden = secret_options(source.kind)
    secrets = {name: value for name, value in values.items() if name in hidden and value}
    source.options = {name: value for name, value in values.items() if name not in hidden}
    source.secrets = vault.seal(json.dumps(secrets), _place(source)) if secrets else ""


def options_of(source: Source, vault: Vault) -> dict[str, Any]:
    """All that a source connects with. Raises secrets.Unreadable where no key opens its secrets."""
    secrets: dict[str, Any] = json.loads(vault.open(source.secrets, _place(source))) if source.secrets else {}
    return source.options | secrets


def renew(session: Session, vault: Vault) -> None:
    """Seals every source's secrets under the newest key. Then an older key may go."""
    for source in session.scalars(select(Source).where(Source.secrets != "")).all():
        if not vault.is_newest(source.secrets):
            keep(source, vault, options_of(source, vault))


def _place(source: Source) -> Place:
    return Place(source.tenant_id, "source", source.id)
