"""Links that work once: to make the first account, to join, to choose another password."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from appliance.errors import NotFound
from appliance.models import OWN_TENANT, Link, LinkPurpose, Membership, Role, Tenant, now
from appliance.secrets import fingerprint

PATH = "/setup?token="
LASTING = {
    LinkPurpose.SET_UP: timedelta(hours=24),
    LinkPurpose.INVITE: timedelta(days=7),
    LinkPurpose.RESET: timedelta(hours=24),
}


def make(session: Session, tenant_id: int, purpose: LinkPurpose, user_id: int | None = None) -> str:
    """The token of a new link; earlier ones for the same person work no more."""
    session.execute(delete(Link).where(Link.tenant_id == tenant_id, Link.user_id.is_not_distinct_from(user_id)))
    token = secrets.token_urlsafe(32)
    session.add(
        Link(
            tenant_id=tenant_id,
            user_id=user_id,
            purpose=purpose,
            sha256=fingerprint(token),
            expires_at=now() + LASTING[purpose],
        )
    )
    return token


def setup_link(session: Session) -> str | None:
    """The path at which the self-hosted tenant's first owner makes an account; None where there is an owner.

    Each call makes a new one, and the one before works no more.
    """
    lock(session, OWN_TENANT)
    if has_owner(session, OWN_TENANT):
        return None
    return PATH + make(session, OWN_TENANT, LinkPurpose.SET_UP)


def look(session: Session, token: str) -> Link:
    """What a link is for, without using it. Raises NotFound."""
    link = session.scalar(select(Link).where(Link.sha256 == fingerprint(token), Link.used_at.is_(None)))
    if link is None or link.expires_at <= now():
        raise _over()
    return link


def use(session: Session, link: Link) -> None:
    """Of several who try, one alone gets through. Raises NotFound."""
    moment = now()
    mine = update(Link).where(Link.id == link.id, Link.used_at.is_(None), Link.expires_at > moment)
    if session.connection().execute(mine.values(used_at=moment)).rowcount != 1:
        raise _over()


def tidy(session: Session) -> None:
    """Removes the links that are over."""
    session.execute(delete(Link).where((Link.expires_at <= now()) | Link.used_at.is_not(None)))


def has_owner(session: Session, tenant_id: int) -> bool:
    owner = exists().where(Membership.tenant_id == tenant_id, Membership.role == Role.OWNER)
    return bool(session.scalar(select(owner)))


def lock(session: Session, tenant_id: int) -> None:
    """Changes of a tenant's members happen one after the other."""
    session.execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update())


def _over() -> NotFound:
    return NotFound("This link was used, was replaced by a newer one, or is too old; ask for another.")
