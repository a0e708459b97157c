"""How somebody becomes known: by a password, or by a link that works once.

A password takes a tenth of a second, so it is tried between two transactions and never inside one.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from appliance import events
from appliance.auth import links, members, passwords, sessions, throttles
from appliance.auth.member import Member, Via
from appliance.auth.throttles import Limit
from appliance.db import Database
from appliance.errors import Conflict, Forbidden, Unauthorized
from appliance.models import OWN_TENANT, Link, LinkPurpose, Membership, Role, User, now
from appliance.secrets import Vault

EACH_EMAIL = Limit(10, timedelta(minutes=15))
EACH_ADDRESS = Limit(50, timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Client:
    """From where somebody signs in."""

    address: str = ""
    agent: str = ""


class SignedIn(NamedTuple):
    """The id of a new session, for the cookie, and whose it is."""

    proof: str
    member: Member


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link is for; `email` is "" where whoever follows it gives one."""

    purpose: LinkPurpose
    email: str
    name: str


def sign_in(database: Database, vault: Vault, email: str, password: str, client: Client) -> SignedIn:
    """Starts a session. Raises Unauthorized, in the same words and time for an address that nobody has, and TooMany."""
    key = _email_key(vault, email)
    throttles.take(database, [_address_try(client), (key, EACH_EMAIL)])
    with database.reading(None) as session:
        user = members.known(session, vault, email)
        mine = members.memberships(session, user.id) if user and not user.disabled else []
    right = passwords.matches(password, user.password if user and mine else None)
    if not (user and mine and user.password and right):
        _tell_refused(database, mine, client)
        raise Unauthorized("The e-mail address or the password is wrong.")
    better = passwords.hashed_anew(password) if passwords.is_outdated(user.password) else user.password
    with database.session(mine[0].tenant_id) as session:
        throttles.forget(session, key)
        return _enter(session, _unchanged(session, user), mine[0], client, password=better)


def invitation(database: Database, vault: Vault, token: str) -> Invitation:
    """What a page says before its reader follows a link. Raises NotFound."""
    with database.reading(None) as session:
        link = links.look(session, token)
        if link.user_id is None:
            return Invitation(link.purpose, "", "")
        person = members.one_of(session, link.tenant_id, vault, link.user_id)
    return Invitation(link.purpose, person.email, person.name)


def finish_setup(
    database: Database, vault: Vault, token: str, password: str, client: Client, *, email: str = "", name: str = ""
) -> SignedIn:
    """Follows a link of any purpose: the account gets this password, its sessions end, and a new one begins.

    The first account needs an e-mail address too. Raises NotFound, Invalid and TooMany; then the link still works.
    """
    throttles.take(database, [_address_try(client)])
    asked = invitation(database, vault, token)
    email = asked.email or members.checked_email(email)
    stored = passwords.hashed(password, email)
    with database.system_session() as session:
        link = links.look(session, token)
        links.use(session, link)
        user = _followed(session, vault, link, email)
        user.name = members.checked_name(name) or user.name
        sessions.end_all(session, user.id)
        membership = next(one for one in members.memberships(session, user.id) if one.tenant_id == link.tenant_id)
        throttles.forget(session, _email_key(vault, email))
        return _enter(session, user, membership, client, password=stored)


def change_password(
    database: Database, vault: Vault, member: Member, current: str, new: str, client: Client
) -> SignedIn:
    """Every session of this member ends, and a new one begins. Raises Forbidden, Invalid and TooMany."""
    if member.user_id is None or member.via is not Via.SESSION:
        raise Forbidden("A token has no password; sign in to change yours.")
    with database.reading(member.tenant_id) as session:
        user = session.get_one(User, member.user_id)
        person = members.one_of(session, member.tenant_id, vault, user.id)
    throttles.take(database, [_address_try(client), (_email_key(vault, person.email), EACH_EMAIL)])
    if not passwords.matches(current, user.password):
        raise Forbidden("The current password is wrong.")
    stored = passwords.hashed(new, person.email)
    with database.system_session() as session:
        user = _unchanged(session, user)
        sessions.end_all(session, user.id)
        membership = next(one for one in members.memberships(session, user.id) if one.tenant_id == member.tenant_id)
        about = {"type": "member.changed", "after": {"user": user.id, "password": "changed"}}
        events.record(session, member.tenant_id, [about], actor=member.actor)
        return _enter(session, user, membership, client, password=stored)


def _followed(session: Session, vault: Vault, link: Link, email: str) -> User:
    """For whom the link was; the first account is made here."""
    if link.user_id is not None:
        return session.get_one(User, link.user_id)
    links.lock(session, link.tenant_id)
    if links.has_owner(session, link.tenant_id):
        raise Conflict("There is an owner already; sign in, or ask the owner to add you.")
    return members.add(session, link.tenant_id, vault, email, Role.OWNER, actor="set-up link")


def _unchanged(session: Session, seen: User) -> User:
    """The account as it is now. Raises Unauthorized where it changed while the password was tried."""
    wanted = select(User).where(User.id == seen.id, User.password == seen.password, ~User.disabled)
    user = session.scalar(wanted.with_for_update())
    if user is None:
        raise Unauthorized("The account was changed this very moment; sign in again.")
    return user


def _enter(session: Session, user: User, membership: Membership, client: Client, *, password: str) -> SignedIn:
    user.password, user.signed_in_at = password, now()
    sessions.tidy(session)
    throttles.tidy(session)
    tenant_id = membership.tenant_id
    proof = sessions.begin(session, tenant_id, user.id, address=client.address, agent=client.agent)
    member = Member(user.id, tenant_id, membership.role, user.name, Via.SESSION)
    about = {"type": "member.signed_in", "after": {"user": user.id, "address": client.address}}
    events.record(session, tenant_id, [about], actor=member.actor)
    return SignedIn(proof, member)


def _tell_refused(database: Database, mine: list[Membership], client: Client) -> None:
    """Goes into the tenant's log; also where nobody has the address, or the time would tell."""
    tenant_id, user_id = (mine[0].tenant_id, mine[0].user_id) if mine else (OWN_TENANT, None)
    about = {"type": "member.refused", "after": {"user": user_id, "address": client.address}}
    with database.session(tenant_id) as session:
        events.record(session, tenant_id, [about], actor="nobody")


def _address_try(client: Client) -> tuple[str, Limit]:
    return throttles.address_key("sign-in", client.address), EACH_ADDRESS


def _email_key(vault: Vault, email: str) -> str:
    return f"email:{vault.digest('throttle', members.folded(email))}"
