"""Images: that wait for a person, of a batch, that need attention, and that were renamed."""

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from appliance.web.views.frame import Choice, Pages, Tab, Tone, View
from appliance.web.views.sources import Fact, SourceHealth
from appliance.web.views.uploads import Upload


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
    heading: str = ""  # the picture's title
    caption: str = ""
    keywords: tuple[str, ...] = ()
    texts: str = "proposed"  # how far these are: words.TextState
    from_file: str = ""  # which of them stand in the file, in words
    metadata: str = "none"  # where they are written once they are approved: sources.Choices
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


class FileLine(msgspec.Struct, kw_only=True):
    """`image_id` 0 where there is no thumbnail."""

    image_id: int
    old: str
    new: str
    folder: str
    state: str
    tone: Tone
    says: str = ""
    texts: str = ""  # where its texts are written, or why they are not
    texts_at: datetime | None = None
    said: "Said | None" = None  # its texts, where they can be approved


class Said(msgspec.Struct, kw_only=True):
    """The texts of an image as they are proposed or edited; `from_file` are those that stand in the file, in words."""

    alt: str
    heading: str
    caption: str
    keywords: tuple[str, ...] = ()
    from_file: str = ""
    metadata: str = "none"  # into what they are written


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
    can_approve_texts: bool = False
    show: str = ""  # which of its photos are shown, and ...
    number: int = 1  # ... which page of them
    upload: Upload | None = None
    redirects: tuple[str, ...] = ()  # the forms of a map of its old addresses, where the web shows its source


class UploadDetail(BatchDetail, kw_only=True):
    """The same of what was uploaded."""

    place: ClassVar[str] = "uploads"


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
    vision: tuple[Fact, ...] = ()  # who is not asked about photos, or which budget is used up: what it is, and why
    causes: tuple[Cause, ...] = ()


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
    says: str = ""  # what else was changed, and how that was proved
    texts: str = ""  # where its texts are written, or why they are not
    texts_at: datetime | None = None


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
