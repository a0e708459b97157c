"""Options of a row, of which the secret part is sealed in it."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from appliance.secrets import Place, Vault


class Row(Protocol):
    """Has its id already, to which its secrets are bound. Its table's name says what they are for."""

    id: Any
    tenant_id: Any
    options: Any
    secrets: Any
    __tablename__: str


def keep(row: Row, vault: Vault, values: Mapping[str, Any], hidden: Collection[str]) -> None:
    """Stores the values, those that are `hidden` under the newest key."""
    secrets = {name: value for name, value in values.items() if name in hidden and value}
    row.options = {name: value for name, value in values.items() if name not in hidden}
    row.secrets = vault.seal(json.dumps(secrets), _place(row)) if secrets else ""


def options_of(row: Row, vault: Vault) -> dict[str, Any]:
    """All of them. Raises secrets.Unreadable where no key opens the secrets."""
    secrets: dict[str, Any] = json.loads(vault.open(row.secrets, _place(row))) if row.secrets else {}
    return {**row.options, **secrets}


def is_outdated(row: Row, vault: Vault) -> bool:
    """Whether an older key is needed for its secrets."""
    return bool(row.secrets) and not vault.is_newest(row.secrets)


def _place(row: Row) -> Place:
    return Place(row.tenant_id, row.__tablename__, row.id)
