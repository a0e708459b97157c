"""Browsers in which somebody is signed in. An id is made here alone; one that a client brings is only looked up."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from appliance.auth.member import Member, Via
from appliance.db import Database
from appliance.models import Membership, SignIn, User, now
from appliance.secrets import fingerprint

LONGEST = timedelta(days=30)
LONGEST_IDLE = timedelta(days=14)
NOTED_EVERY = timedelta(minutes=5)  # or each request would write


def begin(session: Session, tenant_id: int, user_id: int, *, address: str = "", agent: str = "") -> str:
    """Signs a member in; the id, which is kept nowhere, is for the cookie."""
    proof = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            tenant_id=tenant_id,
            user_id=user_id,
            sha256=fingerprint(proof),
            address=address[:45],
            agent=agent[:200],
            expires_at=now() + LONGEST,
        )
    )
    return proof


def end(database: Database, proof: str) -> None:
    """Signs out; no matter whether the id was known."""
    with database.system_session() as session:
        session.execute(delete(SignIn).where(SignIn.sha256 == fingerprint(proof)))


def all_of(session: Session, tenant_id: int, user_id: int) -> list[SignIn]:
    """A member's sessions in a tenant, the last used first."""
    theirs = select(SignIn).where(SignIn.tenant_id == tenant_id, SignIn.user_id == user_id)
    return list(session.scalars(theirs.order_by(SignIn.seen_at.desc())))


def is_of(one: SignIn, proof: str) -> bool:
    """Whether this is the session whose id somebody has."""
    return one.sha256 == fingerprint(proof)


def end_one(session: Session, tenant_id: int, user_id: int, number: int) -> None:
    """Signs a member out in one browser; no matter whether there is such a session."""
    mine = delete(SignIn).where(SignIn.tenant_id == tenant_id, SignIn.user_id == user_id)
    session.execute(mine.where(SignIn.id == number))


def end_all(session: Session, user_id: int, tenant_id: int | None = None) -> None:
    """Signs a member out everywhere: after a new password, or a change of what they may do in a tenant."""
    theirs = delete(SignIn).where(SignIn.user_id == user_id)
    session.execute(theirs if tenant_id is None else theirs.where(SignIn.tenant_id == tenant_id))


def tidy(session: Session) -> None:
    """Removes the sessions that are over."""
    moment = now()
    over = (SignIn.expires_at <= moment) | (SignIn.seen_at <= moment - LONGEST_IDLE)
    session.execute(delete(SignIn).where(over))


def member(database: Database, proof: str) -> Member | None:
    """Whose session it is, while it lasts and while they are a member."""
    moment = now()
    wanted = (
        select(SignIn, User.name, Membership.role)
        .join(User, User.id == SignIn.user_id)
        .join(Membership, (Membership.user_id == SignIn.user_id) & (Membership.tenant_id == SignIn.tenant_id))
        .where(SignIn.sha256 == fingerprint(proof), SignIn.expires_at > moment)
        .where(SignIn.seen_at > moment - LONGEST_IDLE, ~User.disabled)
    )
    with database.reading(None) as session:
        found = session.execute(wanted).first()
    if found is None:
        return None
    one, name, role = found
    if one.seen_at < moment - NOTED_EVERY:
        _note(database, one)
    return Member(user_id=one.user_id, tenant_id=one.tenant_id, role=role, name=name, via=Via.SESSION)


def _note(database: Database, one: SignIn) -> None:
    with database.session(one.tenant_id) as session:
        session.execute(update(SignIn).where(SignIn.id == one.id).values(seen_at=now()))
