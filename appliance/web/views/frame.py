"""What stands around every page, and what pages have in common."""

from typing import ClassVar, Literal

import msgspec

Tone = Literal["good", "warm", "bad", "calm", "plain"]  # done, wants a look, failed, under way, nothing special


class View(msgspec.Struct, kw_only=True):
    """`page` is the template; `title` the heading and the tab; `place` the entry of the navigation that is lit."""

    page: ClassVar[str] = ""
    title: ClassVar[str] = ""
    place: ClassVar[str] = ""


class Notice(msgspec.Struct, kw_only=True):
    """What was just done, or went wrong. `undo` is where a form may post to take it back."""

    says: str
    tone: Tone = "good"
    undo: str = ""


class Member(msgspec.Struct, kw_only=True):
    name: str
    email: str
    role: str  # owner, admin, reviewer, viewer


class Frame(msgspec.Struct, kw_only=True):
    """`csrf` goes into every form. Without a member the page stands outside, without navigation."""

    csrf: str = ""
    member: Member | None = None
    waiting: int = 0  # for review
    problems: int = 0  # that need attention
    version: str = ""
    notices: tuple[Notice, ...] = ()
    event_types: tuple[str, ...] = ()  # that refresh the parts of a page
    events: str = "/events"


class Pages(msgspec.Struct, kw_only=True):
    """`first` and `last` count from 1; the links are "" at the ends."""

    first: int
    last: int
    total: int
    before: str = ""
    after: str = ""


class Choice(msgspec.Struct, kw_only=True):
    value: str
    label: str
    chosen: bool = False


class Tab(msgspec.Struct, kw_only=True):
    label: str
    href: str
    count: int | None = None
    current: bool = False
