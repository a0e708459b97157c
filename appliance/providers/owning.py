"""What an owner does with providers: add, find, change, order, remove, decide what they may cost."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from appliance import events, vision
from appliance.errors import Conflict, Invalid, NotFound
from appliance.models import OwnProvider, VisionChoices
from appliance.providers import kinds, opening
from appliance.providers.kinds import Terms, Wanted
from appliance.providers.opening import CHAIN
from appliance.providers.waking import wake
from appliance.secrets import Vault
from appliance.vision import asking, budgets

_RESERVED = frozenset({CHAIN, vision.NONE})


def all_of(session: Session, tenant_id: int) -> list[OwnProvider]:
    """In the order in which they are asked."""
    wanted = select(OwnProvider).where(OwnProvider.tenant_id == tenant_id)
    return list(session.scalars(wanted.order_by(OwnProvider.position, OwnProvider.id)))


def find(session: Session, tenant_id: int, provider_id: int) -> OwnProvider:
    """Raises NotFound."""
    wanted = select(OwnProvider).where(OwnProvider.tenant_id == tenant_id, OwnProvider.id == provider_id)
    row = session.scalars(wanted).one_or_none()
    if row is None:
        raise NotFound(f"There is no provider {provider_id}.")
    return row


def check_name(session: Session, tenant_id: int, name: str) -> None:
    """Whether pictures can be looked at by who is called that. Raises Invalid, with the names that there are."""
    known = [row.name for row in all_of(session, tenant_id)]
    if name not in {*known, *_RESERVED, *vision.PROVIDERS}:
        there = ", ".join(dict.fromkeys([CHAIN, *known, *sorted(vision.PROVIDERS), vision.NONE]))
        raise Invalid(f"There is no vision provider “{name}”; there are: {there}.")


def add(session: Session, tenant_id: int, vault: Vault, wanted: Wanted, *, actor: str) -> OwnProvider:
    """A provider at the end of the chain. Raises Conflict for a name that is taken."""
    _refuse_name(session, tenant_id, wanted.name, None)
    last = session.scalar(select(func.max(OwnProvider.position)).where(OwnProvider.tenant_id == tenant_id))
    row = OwnProvider(tenant_id=tenant_id, kind=wanted.kind, name=wanted.name, position=(last or 0) + 1, at_once=1)
    _decide(row, wanted.terms, wanted.options)
    session.add(row)
    session.flush()
    opening.keep(row, vault, wanted.options)
    _touch(session, tenant_id)
    _tell(session, row, "provider.added", actor, after={"name": row.name, "kind": row.kind})
    wake(session, tenant_id)
    return row


def change(session: Session, row: OwnProvider, vault: Vault, wanted: Wanted, *, actor: str) -> None:
    """Other options, terms or another name. What was wrong with it is forgotten, and what waits for it goes on. Raises
    Conflict for a name that is taken."""
    _refuse_name(session, row.tenant_id, wanted.name, row.id)
    before = _shown(row)
    row.name = wanted.name
    _decide(row, wanted.terms, wanted.options)
    opening.keep(row, vault, wanted.options)
    row.problem, row.failures, row.rests_until, row.rests_because, row.paced_until = "", 0, None, "", 0
    asking.forget(session, row.tenant_id, provider_id=row.id)
    _touch(session, row.tenant_id)
    _tell(session, row, "provider.changed", actor, before=before, after=_shown(row))
    wake(session, row.tenant_id)


def changed(row: OwnProvider, vault: Vault, name: str, values: Mapping[str, Any]) -> Wanted:
    """A provider with other values for some; a secret that is not given stays. Raises Invalid."""
    return kinds.asked(row.kind, name or row.name, {**opening.options_of(row, vault), **terms_of(row), **values})


def terms_of(row: OwnProvider) -> dict[str, Any]:
    """What its owner decided about it, by the names of Terms."""
    return {field.name: getattr(row, field.name) for field in msgspec.structs.fields(Terms)}


def remove(session: Session, row: OwnProvider, *, actor: str) -> None:
    """It is asked no more; what it has said stays."""
    asking.forget(session, row.tenant_id, provider_id=row.id)
    _touch(session, row.tenant_id)
    session.delete(row)
    _tell(session, row, "provider.removed", actor, before={"name": row.name, "kind": row.kind})
    wake(session, row.tenant_id)


def reorder(session: Session, tenant_id: int, ids: Sequence[int], *, actor: str) -> None:
    """Those providers are asked in this order, those that are not named after them. Raises NotFound."""
    rows = [find(session, tenant_id, one) for one in dict.fromkeys(ids)]
    before = [row.name for row in all_of(session, tenant_id)]
    rest = [row for row in all_of(session, tenant_id) if row not in rows]
    for position, row in enumerate([*rows, *rest], 1):
        row.position = position
    session.flush()
    _touch(session, tenant_id)
    after = [row.name for row in all_of(session, tenant_id)]
    told = {"type": "provider.changed", "before": {"order": before}, "after": {"order": after}}
    events.record(session, tenant_id, [told], actor=actor)


def decide(
    session: Session,
    tenant_id: int,
    *,
    offline: bool,
    per_day: int | None,
    per_month: int | None,
    actor: str,
) -> VisionChoices:
    """Whether pictures may leave this machine, and what they may cost, in millionths of a US dollar, None for no limit.
    What waits goes on, where it may now."""
    known = session.get(VisionChoices, tenant_id, with_for_update=True)
    row = known or VisionChoices(tenant_id=tenant_id, offline=False, per_day=None, per_month=None)
    before = _choices(row)
    row.offline, row.per_day, row.per_month = offline, per_day, per_month
    session.add(row)
    session.flush()
    if before != _choices(row):
        told = {"type": "budget.changed", "before": before, "after": _choices(row)}
        events.record(session, tenant_id, [told], actor=actor)
    budgets.forget_told(session, tenant_id)
    wake(session, tenant_id)
    return row


def _refuse_name(session: Session, tenant_id: int, name: str, own_id: int | None) -> None:
    if name in _RESERVED:
        raise Invalid(f"“{name}” has a meaning of its own here: give the provider another name.")
    if any(row.name == name and row.id != own_id for row in all_of(session, tenant_id)):
        raise Conflict(f"There is a provider “{name}” already: give this one another name.")


def _decide(row: OwnProvider, terms: Terms, values: Mapping[str, Any]) -> None:
    row.enabled, row.per_minute = terms.enabled, terms.per_minute
    row.tells_folder, row.tells_place = terms.tells_folder, terms.tells_place
    row.at_once = terms.at_once or kinds.at_once(row.kind, values)


def _touch(session: Session, tenant_id: int) -> None:
    """From now on its owner decides, and the environment no more."""
    session.execute(update(OwnProvider).where(OwnProvider.tenant_id == tenant_id).values(from_environment=False))


def _shown(row: OwnProvider) -> dict[str, Any]:
    """Without secrets."""
    return {"name": row.name, **row.options, **terms_of(row)}


def _choices(row: VisionChoices) -> dict[str, Any]:
    dollars = {
        name: None if value is None else value / budgets.DOLLAR
        for name, value in (("per_day", row.per_day), ("per_month", row.per_month))
    }
    return {"offline": row.offline, **dollars}


def _tell(
    session: Session,
    row: OwnProvider,
    event: str,
    actor: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    events.record(session, row.tenant_id, [{"type": event, "before": before, "after": after}], actor=actor)
