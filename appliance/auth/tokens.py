"""API tokens: what a program signs in with."""

import secrets
import string
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from appliance import events
from appliance.auth.member import Member, Via
from appliance.db import Database
from appliance.errors import Conflict, Invalid, NotFound
from appliance.models import ApiToken, Membership, Role, User, now
from appliance.secrets import fingerprint

BEGINNING = "ir_"
CHARACTERS = 32  # of 62: 190 bits
SHOWN = 8
NOTED_EVERY = timedelta(minutes=5)
LONGEST_NAME = 100


def add(
    session: Session,
    tenant_id: int,
    name: str,
    role: Role,
    *,
    actor: str,
    created_by: int | None = None,
    lasting: timedelta | None = None,
) -> tuple[str, ApiToken]:
    """Makes a token; its text is returned here and never again. Raises Invalid and Conflict, about its name."""
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(f"A token has a name of 1 to {LONGEST_NAME} characters, by which you know it again.")
    if session.scalar(select(ApiToken.id).where(ApiToken.tenant_id == tenant_id, ApiToken.name == name)):
        raise Conflict(f"There is a token “{name}” already; remove it first, or take another name.")
    text = BEGINNING + "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(CHARACTERS))
    token = ApiToken(
        tenant_id=tenant_id,
        name=name,
        sha256=fingerprint(text),
        prefix=text[:SHOWN],
        role=role,
        created_by=created_by,
        expires_at=now() + lasting if lasting else None,
    )
    session.add(token)
    session.flush()
    _tell(session, "token.added", token, actor)
    return text, token


def all_of(session: Session, tenant_id: int) -> Sequence[ApiToken]:
    return session.scalars(select(ApiToken).where(ApiToken.tenant_id == tenant_id).order_by(ApiToken.id)).all()


def named(session: Session, tenant_id: int, name: str) -> ApiToken:
    """Raises NotFound."""
    token = session.scalar(select(ApiToken).where(ApiToken.tenant_id == tenant_id, ApiToken.name == name))
    if token is None:
        raise NotFound(f"There is no token “{name}”; `image-renamer token list` names them.")
    return token


def numbered(session: Session, tenant_id: int, token_id: int) -> ApiToken:
    """Raises NotFound."""
    token = session.scalar(select(ApiToken).where(ApiToken.tenant_id == tenant_id, ApiToken.id == token_id))
    if token is None:
        raise NotFound(f"There is no token {token_id}.")
    return token


def remove(session: Session, token: ApiToken, *, actor: str) -> None:
    """It works no more, from this moment."""
    _tell(session, "token.removed", token, actor)
    session.delete(token)


def remove_all_of(session: Session, tenant_id: int, user_id: int, *, actor: str) -> None:
    """What a member made goes with the member."""
    mine = select(ApiToken).where(ApiToken.tenant_id == tenant_id, ApiToken.created_by == user_id)
    for token in session.scalars(mine).all():
        remove(session, token, actor=actor)
    session.flush()


def member(database: Database, text: str) -> Member | None:
    """Whom a token stands for; it may never do more than whoever made it may do today."""
    moment = now()
    wanted = (
        select(ApiToken, Membership.role)
        .outerjoin(User, (User.id == ApiToken.created_by) & ~User.disabled)
        .outerjoin(Membership, (Membership.user_id == User.id) & (Membership.tenant_id == ApiToken.tenant_id))
        .where(ApiToken.sha256 == fingerprint(text))
        .where(ApiToken.expires_at.is_(None) | (ApiToken.expires_at > moment))
        .where(ApiToken.created_by.is_(None) | Membership.id.is_not(None))
    )
    with database.reading(None) as session:
        found = session.execute(wanted).first()
    if found is None:
        return None
    token, makers = found
    if token.last_used_at is None or token.last_used_at < moment - NOTED_EVERY:
        _note(database, token)
    role = token.role if makers is None or makers.covers(token.role) else makers
    return Member(token.created_by, token.tenant_id, role, token.name, Via.TOKEN, token.id)


def _note(database: Database, token: ApiToken) -> None:
    with database.session(token.tenant_id) as session:
        session.execute(update(ApiToken).where(ApiToken.id == token.id).values(last_used_at=now()))


def _tell(session: Session, what: str, token: ApiToken, actor: str) -> None:
    about = {"token": token.id, "name": token.name, "role": token.role.value}
    when = {"before": about} if what == "token.removed" else {"after": about}
    events.record(session, token.tenant_id, [{"type": what} | when], actor=actor)
