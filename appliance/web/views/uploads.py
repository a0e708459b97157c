"""Photos that are brought and taken away."""

from datetime import datetime
from typing import ClassVar

import msgspec

from appliance.web.views.frame import Pages, Tone, View
from appliance.web.views.sources import Field


class UploadLine(msgspec.Struct, kw_only=True):
    id: int
    state: str
    tone: Tone
    files: int
    at: datetime
    expires_at: datetime | None = None
    receiving: bool = False
    gone: bool = False  # its files were deleted


class Uploads(View, kw_only=True):
    """`accept` are the endings of what is taken, as a browser's file dialog wants them; `bucket` says that files go
    past the server. `days` is how long they are kept once all is named."""

    page: ClassVar[str] = "uploads"
    title: ClassVar[str] = "Uploads"
    place: ClassVar[str] = "uploads"

    may_upload: bool = True
    accept: str = ""
    bucket: bool = False
    days: int = 30
    megabytes: int = 500
    most: int = 2000
    choices: tuple[Field, ...] = ()
    lines: tuple[UploadLine, ...] = ()
    pages: Pages | None = None
    problem: str = ""


class Upload(msgspec.Struct, kw_only=True):
    """Of a batch that was uploaded: what there is to be taken away, and until when."""

    files: int
    waiting: int = 0  # for review
    receiving: bool = False
    days: int = 30
    expires_at: datetime | None = None
    gone: bool = False
