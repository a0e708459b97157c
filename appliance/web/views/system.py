"""The system, and an account."""

from datetime import datetime
from typing import ClassVar

import msgspec

from appliance.web.views.frame import Choice, Member, Tone, View
from appliance.web.views.images import Count
from appliance.web.views.sources import Fact, SourceHealth, Step


class Usage(msgspec.Struct, kw_only=True):
    """A meter: `used` of `whole`, told in words."""

    label: str
    says: str
    used: float
    whole: float


class WorkerLine(msgspec.Struct, kw_only=True):
    name: str
    says: str
    tone: Tone
    seen_at: datetime


class Status(View, kw_only=True):
    page: ClassVar[str] = "status"
    title: ClassVar[str] = "Status"
    place: ClassVar[str] = "status"

    tone: Tone = "good"
    says: str = "Everything works."
    checks: tuple[Step, ...] = ()
    facts: tuple[Fact, ...] = ()
    usages: tuple[Usage, ...] = ()
    queue: tuple[Count, ...] = ()
    workers: tuple[WorkerLine, ...] = ()
    engine: tuple[Fact, ...] = ()
    sources: tuple[SourceHealth, ...] = ()


class SessionLine(msgspec.Struct, kw_only=True):
    id: str
    browser: str
    address: str
    seen_at: datetime
    current: bool = False


class TokenLine(msgspec.Struct, kw_only=True):
    id: int
    name: str
    made_at: datetime
    used_at: datetime | None = None


class MemberLine(msgspec.Struct, kw_only=True):
    id: int
    name: str
    email: str
    role: str
    you: bool = False
    invited: bool = False


class Account(View, kw_only=True):
    """`new_token` is shown this once. `roles` are those that this member may give."""

    page: ClassVar[str] = "account"
    title: ClassVar[str] = "Account"
    place: ClassVar[str] = "account"

    member: Member
    at_least: int = 10
    sessions: tuple[SessionLine, ...] = ()
    tokens: tuple[TokenLine, ...] = ()
    members: tuple[MemberLine, ...] = ()
    roles: tuple[Choice, ...] = ()
    new_token: str = ""
    problems: dict[str, str] = msgspec.field(default_factory=dict)  # by field
    has_password: bool = True  # not with a single sign-on alone
