"""The first tenant's providers as the environment names them, until somebody decides otherwise."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from appliance import vision
from appliance.config import Settings
from appliance.models import OWN_TENANT, OwnProvider, Tenant
from appliance.providers import kinds, opening
from appliance.secrets import Vault


@dataclass(frozen=True, slots=True)
class _Seed:
    kind: str
    enabled: bool
    options: dict[str, Any] = field(default_factory=dict)


def seed(session: Session, vault: Vault, settings: Settings) -> None:
    """Repeatable. Does nothing where somebody has added, changed, ordered or removed a provider."""
    session.execute(select(Tenant.id).where(Tenant.id == OWN_TENANT).with_for_update())  # one process at a time
    rows = list(session.scalars(select(OwnProvider).where(OwnProvider.tenant_id == OWN_TENANT)))
    if any(not row.from_environment for row in rows):
        return
    wanted = _wanted(settings)
    if [_of(row, vault) for row in sorted(rows, key=lambda row: row.position)] == wanted:
        return
    session.execute(delete(OwnProvider).where(OwnProvider.tenant_id == OWN_TENANT))
    for position, one in enumerate(wanted, 1):
        row = OwnProvider(tenant_id=OWN_TENANT, kind=one.kind, name=one.kind, position=position, enabled=one.enabled)
        row.from_environment, row.at_once = True, kinds.at_once(one.kind, one.options)
        session.add(row)
        session.flush()
        opening.keep(row, vault, one.options)


def _wanted(settings: Settings) -> list[_Seed]:
    """The chain, and after it those that the environment knows how to reach, which may be asked by name."""
    chain = [kind for kind in settings.vision_chain if kind != vision.NONE]
    given = vision.given(settings)
    others = [kind for kind in given if kind not in chain]
    return [_Seed(kind, kind in chain, _whole(kind, given.get(kind, {}))) for kind in [*chain, *others]]


def _whole(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    return kinds.asked(kind, kind, values).options


def _of(row: OwnProvider, vault: Vault) -> _Seed:
    return _Seed(row.kind, row.enabled, opening.options_of(row, vault))
