"""What each page shows: plain values that a handler fills and a template draws.

A view names its template; `rendering.page` draws it in a frame. Times are aware; a `None` where one may stand means
that it has not happened. Texts are for people and are escaped by the template.
"""

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

Tone = Literal["good", "warm", "bad", "calm", "plain"]  # done, wants a look, failed, under way, nothing special


class View(msgspec.Struct, kw_only=True):
    """`page` is the template; `title` the heading and the tab; `place` the entry of the navigation that is lit."""

    page: ClassVar[str] = ""
    title: ClassVar[str] = ""
    place: ClassVar[str] = ""


# The frame around every page.


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


# Outside.


class SignIn(View, kw_only=True):
    page: ClassVar[str] = "sign_in"
    title: ClassVar[str] = "Sign in"

    email: str = ""
    next: str = "/"
    problem: str = ""
    single_sign_on: str = ""  # what the other way in is called, such as "Google"


class Setup(View, kw_only=True):
    """The first person chooses a password; `token` is what the program printed at its start."""

    page: ClassVar[str] = "setup"
    title: ClassVar[str] = "Welcome"

    email: str = ""
    token: str = ""
    at_least: int = 10  # characters
    problems: dict[str, str] = {}  # by field


class Problem(View, kw_only=True):
    page: ClassVar[str] = "problem"
    title: ClassVar[str] = "That did not work"

    status: int
    heading: str
    says: str  # what happened, to which thing, what to do now


# Overview.


class Running(msgspec.Struct, kw_only=True):
    """A batch at work. `left` is in seconds, None while it cannot be told."""

    id: int
    label: str
    done: int
    total: int
    left: int | None = None


class Hour(msgspec.Struct, kw_only=True):
    """One bar of the plot."""

    at: datetime
    renamed: int = 0
    review: int = 0
    failed: int = 0


class Recent(msgspec.Struct, kw_only=True):
    image_id: int
    old: str
    new: str
    at: datetime


class SourceHealth(msgspec.Struct, kw_only=True):
    id: int
    name: str
    kind: str
    kind_label: str
    where: str
    tone: Tone
    state: str  # "Watching", "Paused", "Cannot be reached"
    says: str = ""  # the problem with its remedy
    images: int = 0
    waiting: int = 0
    scanned_at: datetime | None = None
    decides: str = ""  # who decides about names here


class Overview(View, kw_only=True):
    page: ClassVar[str] = "overview"
    title: ClassVar[str] = "Overview"
    place: ClassVar[str] = "overview"

    waiting: int = 0
    attention: int = 0
    renamed_today: int = 0
    renamed_ever: int = 0
    queued: int = 0
    in_hand: int = 0
    hours: tuple[Hour, ...] = ()
    running: tuple[Running, ...] = ()
    recent: tuple[Recent, ...] = ()
    sources: tuple[SourceHealth, ...] = ()
    inbox: str = ""  # where to drop photos, if a folder is watched


# Sources.


class Kind(msgspec.Struct, kw_only=True):
    name: str
    label: str
    says: str
    chosen: bool = False


class Field(msgspec.Struct, kw_only=True):
    """One option of a form. A secret is never shown again: `kept` says that there is one."""

    name: str
    label: str
    type: Literal["text", "secret", "number", "yes-no", "choice", "lines"] = "text"
    help: str = ""
    value: str = ""
    choices: tuple[Choice, ...] = ()
    required: bool = False
    at_least: float | None = None
    at_most: float | None = None
    step: str = "any"
    kept: bool = False
    problem: str = ""
    lesser: bool = False  # few will want to change it


class Step(msgspec.Struct, kw_only=True):
    """One step of a test."""

    label: str
    tone: Tone  # plain: not tried yet
    says: str = ""
    remedy: str = ""


class Sources(View, kw_only=True):
    page: ClassVar[str] = "sources"
    title: ClassVar[str] = "Sources"
    place: ClassVar[str] = "sources"

    sources: tuple[SourceHealth, ...] = ()


class NewSource(View, kw_only=True):
    """Without a chosen kind the form is not there yet. `steps` are those of a test that was just made."""

    page: ClassVar[str] = "source_new"
    title: ClassVar[str] = "Add a source"
    place: ClassVar[str] = "sources"

    kinds: tuple[Kind, ...]
    options: tuple[Field, ...] = ()
    choices: tuple[Field, ...] = ()
    steps: tuple[Step, ...] = ()
    problem: str = ""


class Fact(msgspec.Struct, kw_only=True):
    label: str
    value: str
    tone: Tone = "plain"
    at: datetime | None = None  # told instead of the value


class BatchLine(msgspec.Struct, kw_only=True):
    id: int
    label: str
    says: str
    tone: Tone
    state: str
    at: datetime


class SourceDetail(View, kw_only=True):
    page: ClassVar[str] = "source"
    title: ClassVar[str] = "Source"
    place: ClassVar[str] = "sources"

    source: SourceHealth
    paused: bool = False
    facts: tuple[Fact, ...] = ()
    options: tuple[Field, ...] = ()
    choices: tuple[Field, ...] = ()
    steps: tuple[Step, ...] = ()
    batches: tuple[BatchLine, ...] = ()
    problem: str = ""


# Review.


class Provenance(msgspec.Struct, kw_only=True):
    """A word of the name, and where it came from (words.Origin)."""

    text: str
    origin: str
    score: float | None = None


class Candidate(msgspec.Struct, kw_only=True):
    stem: str
    confidence: float


class NameCheck(msgspec.Struct, kw_only=True):
    """What is said at once of a name that somebody types."""

    image_id: int
    says: str = ""
    tone: Tone = "plain"


class Shot(msgspec.Struct, kw_only=True):
    """One image that waits. `new` is "" where nothing was recognised; `width` and `height` are 0 where unknown."""

    id: int
    old: str
    new: str
    folder: str
    source: str
    extension: str  # of the new name, with its dot; a person changes only the stem
    confidence: float | None = None
    reason: str = ""
    words: tuple[Provenance, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    alt: str = ""
    companions: tuple[str, ...] = ()  # files that are renamed with it
    warnings: tuple[str, ...] = ()
    taken_at: datetime | None = None
    width: int = 0
    height: int = 0
    locked: bool = False
    check: NameCheck | None = None
    typed: str = ""  # what somebody typed that could not be taken
    shown: bool = True  # whether there is a thumbnail

    @property
    def stem(self) -> str:
        return self.typed or self.new.removesuffix(self.extension)


class Review(View, kw_only=True):
    page: ClassVar[str] = "review"
    title: ClassVar[str] = "Review"
    place: ClassVar[str] = "review"

    shots: tuple[Shot, ...] = ()
    pages: Pages | None = None
    layout: Literal["grid", "table"] = "grid"
    layouts: tuple[Tab, ...] = ()
    search: str = ""
    sources: tuple[Choice, ...] = ()
    orders: tuple[Choice, ...] = ()
    filtered: bool = False  # nothing may be there because of the filters
    has_sources: bool = True


# A batch.


class FileLine(msgspec.Struct, kw_only=True):
    """`image_id` 0 where there is no thumbnail."""

    image_id: int
    old: str
    new: str
    folder: str
    state: str
    tone: Tone
    says: str = ""


class Count(msgspec.Struct, kw_only=True):
    label: str
    count: int
    tone: Tone


class BatchDetail(View, kw_only=True):
    page: ClassVar[str] = "batch"
    title: ClassVar[str] = "Batch"
    place: ClassVar[str] = "history"

    id: int
    label: str
    source: str
    source_id: int
    state: str
    tone: Tone
    running: bool
    started_at: datetime
    finished_at: datetime | None = None
    done: int
    total: int
    left: int | None = None  # seconds
    a_minute: float | None = None  # images
    counts: tuple[Count, ...] = ()
    files: tuple[FileLine, ...] = ()
    tabs: tuple[Tab, ...] = ()
    pages: Pages | None = None
    can_cancel: bool = False
    failed: int = 0  # can be tried again
    can_undo: int = 0  # names that would go back


# What needs attention.


class Failure(msgspec.Struct, kw_only=True):
    image_id: int
    name: str
    folder: str
    source: str
    at: datetime
    says: str
    shown: bool = True


class Cause(msgspec.Struct, kw_only=True):
    """Failures of one sort, with what can be done. `key` is posted by retry and ignore."""

    key: str
    heading: str
    remedy: str
    tone: Tone
    count: int
    failures: tuple[Failure, ...]
    can_retry: bool = True
    more: str = ""  # where all of them are, if these are not


class Attention(View, kw_only=True):
    page: ClassVar[str] = "attention"
    title: ClassVar[str] = "Needs attention"
    place: ClassVar[str] = "attention"

    sources: tuple[SourceHealth, ...] = ()  # those that cannot be reached
    causes: tuple[Cause, ...] = ()


# History.


class Rename(msgspec.Struct, kw_only=True):
    id: int
    image_id: int
    old: str
    new: str
    folder: str
    source: str
    batch_id: int
    batch: str
    actor: str
    at: datetime
    state: str = "Renamed"
    tone: Tone = "good"
    can_undo: bool = True


class Day(msgspec.Struct, kw_only=True):
    label: str
    renames: tuple[Rename, ...]


class History(View, kw_only=True):
    page: ClassVar[str] = "history"
    title: ClassVar[str] = "History"
    place: ClassVar[str] = "history"

    days: tuple[Day, ...] = ()
    pages: Pages | None = None
    search: str = ""
    sources: tuple[Choice, ...] = ()
    states: tuple[Choice, ...] = ()
    filtered: bool = False


# The system.


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


# The account.


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
    problems: dict[str, str] = {}  # by field
    has_password: bool = True  # not with a single sign-on alone
