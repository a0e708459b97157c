"""Who may do what, and by which proof: accounts, sessions, tokens.

What proves something (a session's id, a token, a link) is kept as its SHA-256 alone.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Identity, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from appliance.models.base import NEVER_AGAIN, Base, now, said


class Role(StrEnum):
    VIEWER = "viewer"  # reads
    REVIEWER = "reviewer"  # and approves, edits, rejects, undoes
    ADMIN = "admin"  # and has sources, profiles and tokens
    OWNER = "owner"  # and has members

    def covers(self, other: "Role") -> bool:
        """Whether whoever has this role may do what needs the other."""
        return _RANKS[self] >= _RANKS[other]


_RANKS = {role: rank for rank, role in enumerate(Role)}


class LinkPurpose(StrEnum):
    SET_UP = "set-up"  # makes the first account
    INVITE = "invite"  # a new member chooses a password
    RESET = "reset"  # a member who forgot the password chooses another


class User(Base):
    """A person with a password. `tenant_id` is where the account was made; memberships say where it may act.

    `email` is sealed and `email_hash` is what it is found by (secrets.Vault). `password` is NULL until it is chosen.
    """

    __tablename__ = "users"
    __table_args__ = (NEVER_AGAIN,)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    email: Mapped[str] = mapped_column(Text, default="")
    email_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    password: Mapped[str | None] = mapped_column(String(200))
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    signed_in_at: Mapped[datetime | None]


class Membership(Base):
    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("tenant_id", "user_id"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[Role] = mapped_column(said(Role))
    created_at: Mapped[datetime] = mapped_column(default=now)


class SignIn(Base):
    """A browser in which a member is signed in, in one tenant."""

    __tablename__ = "sessions"
    __table_args__ = (NEVER_AGAIN,)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str] = mapped_column(String(45), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]


class ApiToken(Base):
    """What a program signs in with. `prefix` is its beginning, by which a person tells it from others.

    `created_by` is the member who made it, without whom it is worth nothing; NULL where the command line made it.
    """

    __tablename__ = "tokens"
    __table_args__ = (UniqueConstraint("tenant_id", "name"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(12))
    role: Mapped[Role] = mapped_column(said(Role))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class Link(Base):
    """A link that works once. `user_id` is for whom; NULL where it makes the first account."""

    __tablename__ = "links"
    __table_args__ = (NEVER_AGAIN,)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(said(LinkPurpose))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Throttle(Base):
    """How often something was tried in a window of time that ends at `ends_at`. Before anybody is known, a try belongs
    to the self-hosted tenant."""

    __tablename__ = "throttles"
    __table_args__ = (Index("ix_throttles_ends_at", "ends_at"),)

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    count: Mapped[int]
    ends_at: Mapped[datetime]
