"""The overview, and the places where images live."""

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from appliance.web.views.frame import Choice, Tone, View


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
    companion: str = ""  # where the plugin for the other side can be downloaded


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


class EstimateCard(msgspec.Struct, kw_only=True):
    """What looking at the photos of a source would cost; without `facts` nobody has asked yet."""

    at: str  # where it is asked for
    facts: tuple[Fact, ...] = ()
    says: str = ""
    problem: str = ""


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
    estimate: EstimateCard | None = None  # where this member may ask
    batches: tuple[BatchLine, ...] = ()
    problem: str = ""
    companion: str = ""
    hook: str = ""  # the secret address at which its server tells of changes, for those who may know it
