"""How names are made here: what was learned, profiles, and who names well."""

from datetime import datetime
from typing import ClassVar

import msgspec

from appliance.web.views.frame import Choice, Tab, Tone, View
from appliance.web.views.sources import Fact, Field


class LearnedExample(msgspec.Struct, kw_only=True):
    """A picture that taught a word, with what was proposed for it and what a person accepted."""

    id: int
    image_id: int
    proposed: str
    accepted: str
    at: datetime
    shown: bool = True


class LearnedWord(msgspec.Struct, kw_only=True):
    """`key` tells it apart in the page; `examples` are the newest of `count`."""

    key: int
    word: str
    count: int
    examples: tuple[LearnedExample, ...]


class Learned(View, kw_only=True):
    page: ClassVar[str] = "learned"
    title: ClassVar[str] = "What it learned"
    place: ClassVar[str] = "naming"

    tabs: tuple[Tab, ...] = ()
    on: bool = True
    words: tuple[LearnedWord, ...] = ()
    may_switch: bool = False


class ProfileLine(msgspec.Struct, kw_only=True):
    name: str
    says: str


class Profiles(View, kw_only=True):
    """`own` are the tenant's, `usual` those of every installation."""

    page: ClassVar[str] = "profiles"
    title: ClassVar[str] = "Profiles"
    place: ClassVar[str] = "naming"

    tabs: tuple[Tab, ...] = ()
    own: tuple[ProfileLine, ...] = ()
    usual: tuple[ProfileLine, ...] = ()
    may_change: bool = False


class ProfileForm(View, kw_only=True):
    """`name` is "" of one that is to be made."""

    page: ClassVar[str] = "profile"
    title: ClassVar[str] = "Profile"
    place: ClassVar[str] = "naming"

    name: str = ""
    fields: tuple[Field, ...] = ()
    problem: str = ""


class EngineQuality(msgspec.Struct, kw_only=True):
    key: int
    name: str
    model: str
    accepted: str  # "" where nobody decided yet
    tone: Tone
    facts: tuple[Fact, ...]


class QualityPage(View, kw_only=True):
    page: ClassVar[str] = "quality"
    title: ClassVar[str] = "Quality"
    place: ClassVar[str] = "naming"

    tabs: tuple[Tab, ...] = ()
    periods: tuple[Choice, ...] = ()
    engines: tuple[EngineQuality, ...] = ()


class ComparisonLine(msgspec.Struct, kw_only=True):
    id: int
    left: str
    right: str
    says: str
    at: datetime


class Comparisons(View, kw_only=True):
    """`lefts` and `rights` are the providers that may be compared."""

    page: ClassVar[str] = "comparisons"
    title: ClassVar[str] = "Compare"
    place: ClassVar[str] = "naming"

    tabs: tuple[Tab, ...] = ()
    lines: tuple[ComparisonLine, ...] = ()
    sources: tuple[Choice, ...] = ()
    lefts: tuple[Choice, ...] = ()
    rights: tuple[Choice, ...] = ()
    may_start: bool = False


class SaidOnce(msgspec.Struct, kw_only=True):
    words: str = ""
    alt: str = ""
    confidence: float = 0.0
    problem: str = ""


class ComparedShot(msgspec.Struct, kw_only=True):
    """`choice` is open, left, right or neither; of neither, `better` is what a person would say."""

    id: int
    image_id: int
    done: bool
    left: SaidOnce
    right: SaidOnce
    choice: str = "open"
    better: str = ""


class Compared(View, kw_only=True):
    page: ClassVar[str] = "compared"
    title: ClassVar[str] = "Side by side"
    place: ClassVar[str] = "naming"

    id: int
    left: str
    right: str
    says: str
    shots: tuple[ComparedShot, ...]
    may_choose: bool = False
    may_remove: bool = False
