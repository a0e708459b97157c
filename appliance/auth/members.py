"""The people of a tenant: who they are, and what they may do."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from appliance import events
from appliance.auth import links, sessions, tokens
from appliance.errors import Conflict, Forbidden, Invalid, NotFound
from appliance.models import Link, LinkPurpose, Membership, Role, User
from appliance.secrets import Place, Vault

LONGEST_EMAIL = 254
LONGEST_NAME = 200
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class Person:
    """A member, as others see them. One who is invited has not chosen a password yet."""

    id: int
    email: str
    name: str
    role: Role
    invited: bool
    added_at: datetime
    signed_in_at: datetime | None


def add(session: Session, tenant_id: int, vault: Vault, email: str, role: Role, *, name: str = "", actor: str) -> User:
    """Makes somebody a member; without an account, one that has no password yet. Raises Invalid and Conflict."""
    links.lock(session, tenant_id)
    email, name = checked_email(email), checked_name(name)
    user = known(session, vault, email) or _new(session, tenant_id, vault, email, name)
    if _membership(session, tenant_id, user.id):
        raise Conflict(f"{email} is a member already.")
    session.add(Membership(tenant_id=tenant_id, user_id=user.id, role=role))
    session.flush()
    _tell(session, tenant_id, "member.added", user.id, actor, after={"role": role.value})
    return user


def all_of(session: Session, tenant_id: int, vault: Vault) -> list[Person]:
    """In the order in which they came."""
    wanted = select(User, Membership).join(Membership).where(Membership.tenant_id == tenant_id).order_by(Membership.id)
    return [_person(vault, user, membership) for user, membership in session.execute(wanted)]


def one_of(session: Session, tenant_id: int, vault: Vault, user_id: int) -> Person:
    """Raises NotFound."""
    membership = _membership(session, tenant_id, user_id)
    if membership is None:
        raise NotFound(f"There is no member {user_id}.")
    return _person(vault, session.get_one(User, user_id), membership)


def by_email(session: Session, tenant_id: int, vault: Vault, email: str) -> Person:
    """Raises NotFound."""
    user = known(session, vault, email)
    membership = _membership(session, tenant_id, user.id) if user else None
    if user is None or membership is None:
        raise NotFound(f"{email} is no member; `image-renamer user list` names them.")
    return _person(vault, user, membership)


def known(session: Session, vault: Vault, email: str) -> User | None:
    """Whose account it is, in any tenant."""
    return session.scalar(select(User).where(User.email_hash.in_(vault.digests("email", folded(email)))))


def change(session: Session, tenant_id: int, user_id: int, role: Role, *, actor: str) -> None:
    """Gives a member another role. Their sessions end, so that they sign in to their new rights.

    Raises NotFound, and Conflict where nobody would be left to own the tenant.
    """
    links.lock(session, tenant_id)
    membership = _found(session, tenant_id, user_id)
    before = membership.role
    if role is before:
        return
    _keep_an_owner(session, membership)
    membership.role = role
    sessions.end_all(session, user_id, tenant_id)
    _tell(
        session, tenant_id, "member.changed", user_id, actor, before={"role": before.value}, after={"role": role.value}
    )


def remove(session: Session, tenant_id: int, user_id: int, *, actor: str) -> None:
    """Ends a membership, with its sessions and tokens; the account goes with the last one.

    Raises NotFound, and Conflict where nobody would be left to own the tenant.
    """
    links.lock(session, tenant_id)
    membership = _found(session, tenant_id, user_id)
    _keep_an_owner(session, membership)
    sessions.end_all(session, user_id, tenant_id)
    tokens.remove_all_of(session, tenant_id, user_id, actor=actor)
    session.execute(delete(Link).where(Link.tenant_id == tenant_id, Link.user_id == user_id))
    session.delete(membership)
    session.flush()
    if not session.scalar(select(func.count()).where(Membership.user_id == user_id)):
        session.delete(session.get_one(User, user_id))
    _tell(session, tenant_id, "member.removed", user_id, actor, before={"role": membership.role.value})


def set_password(session: Session, tenant_id: int, user_id: int, stored: str, *, actor: str) -> None:
    """For an operator, who needs no link; `stored` is what passwords.hashed returned. Their sessions end."""
    _found(session, tenant_id, user_id)
    session.get_one(User, user_id).password = stored
    sessions.end_all(session, user_id)
    _tell(session, tenant_id, "member.changed", user_id, actor, after={"password": "changed"})


def lacks_password(session: Session, user: User) -> bool:
    """This tenant's owner may hand out the first link: no other tenant has invited the same person."""
    return user.password is None and len(memberships(session, user.id)) == 1


def make_link(session: Session, tenant_id: int, user_id: int) -> tuple[str, LinkPurpose]:
    """The token of a link at which a member chooses a password, and whether it is the first one. Raises NotFound, and
    Forbidden for an account that is another tenant's too: its password opens what this tenant has no right to."""
    _found(session, tenant_id, user_id)
    if len(memberships(session, user_id)) > 1:
        raise Forbidden("That account belongs to other teams too; only whoever has it may change its password.")
    invited = session.get_one(User, user_id).password is None
    purpose = LinkPurpose.INVITE if invited else LinkPurpose.RESET
    return links.make(session, tenant_id, purpose, user_id), purpose


def memberships(session: Session, user_id: int) -> list[Membership]:
    """The first is where a person signs in."""
    return list(session.scalars(select(Membership).where(Membership.user_id == user_id).order_by(Membership.id)))


def renew(session: Session, vault: Vault) -> int:
    """Puts accounts that an older key sealed under the newest; returns how many. Then the older key may go."""
    count = 0
    for user in session.scalars(select(User)).all():
        email = vault.open(user.email, _place(user))
        if user.email_hash != vault.digest("email", folded(email)):
            _seal(user, vault, email)
            count += 1
    return count


def checked_email(email: str) -> str:
    """Raises Invalid."""
    email = unicodedata.normalize("NFC", email.strip())
    if not _EMAIL.fullmatch(email) or len(email) > LONGEST_EMAIL:
        raise Invalid(f"“{email[:LONGEST_EMAIL]}” is no e-mail address; give one such as alice@example.org.")
    return email


def checked_name(name: str) -> str:
    """Raises Invalid."""
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise Invalid(f"A name has at most {LONGEST_NAME} characters.")
    return name


def folded(email: str) -> str:
    """How an address is compared."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


def _new(session: Session, tenant_id: int, vault: Vault, email: str, name: str) -> User:
    user = User(tenant_id=tenant_id, email_hash=vault.digest("email", folded(email)), name=name)
    session.add(user)
    session.flush()
    _seal(user, vault, email)
    return user


def _seal(user: User, vault: Vault, email: str) -> None:
    user.email = vault.seal(email, _place(user))
    user.email_hash = vault.digest("email", folded(email))


def _place(user: User) -> Place:
    return Place(user.tenant_id, "users.email", user.id)


def _person(vault: Vault, user: User, membership: Membership) -> Person:
    return Person(
        id=user.id,
        email=vault.open(user.email, _place(user)),
        name=user.name,
        role=membership.role,
        invited=user.password is None,
        added_at=membership.created_at,
        signed_in_at=user.signed_in_at,
    )


def _membership(session: Session, tenant_id: int, user_id: int) -> Membership | None:
    return session.scalar(select(Membership).where(Membership.tenant_id == tenant_id, Membership.user_id == user_id))


def _found(session: Session, tenant_id: int, user_id: int) -> Membership:
    membership = _membership(session, tenant_id, user_id)
    if membership is None:
        raise NotFound(f"There is no member {user_id}.")
    return membership


def _keep_an_owner(session: Session, membership: Membership) -> None:
    owners = select(func.count()).where(Membership.tenant_id == membership.tenant_id, Membership.role == Role.OWNER)
    if membership.role is Role.OWNER and session.scalar(owners) == 1:
        raise Conflict("That is the only owner; make somebody else an owner first.")


def _tell(session: Session, tenant_id: int, what: str, user_id: int, actor: str, **states: dict[str, str]) -> None:
    about = {state: {"user": user_id} | said for state, said in states.items()}
    events.record(session, tenant_id, [{"type": what} | about], actor=actor)
