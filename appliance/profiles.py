"""A tenant's own profiles of names."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from appliance import events, naming
from appliance.errors import Conflict, Invalid, NotFound
from appliance.models import OwnProfile, Source, now


def all_of(session: Session, tenant_id: int) -> dict[str, dict[str, Any]]:
    """The settings of each, by name."""
    wanted = select(OwnProfile).where(OwnProfile.tenant_id == tenant_id).order_by(OwnProfile.name)
    return {profile.name: profile.settings for profile in session.scalars(wanted)}


def settings_of(session: Session, tenant_id: int, name: str) -> dict[str, Any] | None:
    """What a profile says; None for one that every installation has. Raises NotFound, with those that there are."""
    if name in naming.PROFILES:
        return None
    own = all_of(session, tenant_id)
    if name not in own:
        known = ", ".join([*naming.PROFILES, *own])
        raise NotFound(f"There is no profile “{name}”; there are {known}. `image-renamer profile set` makes one.")
    return own[name]


def put(session: Session, tenant_id: int, name: str, settings: Mapping[str, Any], *, actor: str) -> None:
    """Makes or changes one; batches that have begun keep what it said before. Raises Invalid, a sentence for each thing
    that is wrong."""
    checked(name, settings)
    wanted = select(OwnProfile).where(OwnProfile.tenant_id == tenant_id, OwnProfile.name == name)
    profile = session.scalar(wanted)
    before = None if profile is None else profile.settings
    if profile is None:
        profile = OwnProfile(tenant_id=tenant_id, name=name)
        session.add(profile)
    profile.settings, profile.changed_at = dict(settings), now()
    _tell(session, tenant_id, "profile.changed", name, before, profile.settings, actor)


def checked(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings, where they make sense. Raises Invalid."""
    try:
        naming.profiles.from_mapping(name, settings)
    except ValueError as error:
        raise Invalid(str(error)) from error
    return dict(settings)


def remove(session: Session, tenant_id: int, name: str, *, actor: str) -> None:
    """Raises NotFound; Invalid for a profile that every installation has; Conflict for one that a source follows."""
    before = settings_of(session, tenant_id, name)
    if before is None:
        raise Invalid(f"“{name}” is a profile that every installation has; it cannot be removed.")
    _refuse_used(session, tenant_id, name)
    session.execute(delete(OwnProfile).where(OwnProfile.tenant_id == tenant_id, OwnProfile.name == name))
    _tell(session, tenant_id, "profile.removed", name, before, None, actor)


def _refuse_used(session: Session, tenant_id: int, name: str) -> None:
    watched = select(Source).where(Source.tenant_id == tenant_id, Source.made_by_command.is_(False))
    for source in session.scalars(watched.order_by(Source.id)):
        if source.choices.get("profile") == name:
            raise Conflict(f"The source “{source.name}” follows the profile “{name}”: choose another one for it first.")


def _tell(
    session: Session,
    tenant_id: int,
    event: str,
    name: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    actor: str,
) -> None:
    about = {"type": event, "before": before and {"name": name} | before, "after": after and {"name": name} | after}
    events.record(session, tenant_id, [about], actor=actor)
