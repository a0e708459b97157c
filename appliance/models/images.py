"""Where images live, and what is known of each."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from appliance.models.base import NEVER_AGAIN, Base, now, said


class ImageState(StrEnum):
    FOUND = "found"  # known by name only
    UNSTABLE = "unstable"  # still being written
    FETCHED = "fetched"  # hashed, decoded, its facts are stored
    DESCRIBED = "described"  # a provider has said what it shows
    PLANNED = "planned"  # its new name is reserved in the journal (or, in a preview, proposed)
    REVIEW = "review"  # waits for a person
    RENAMING = "renaming"  # the journal says executing
    RENAMED = "renamed"  # done
    WRITING = "writing"  # its name is settled, and its texts are being written into its metadata
    KEPT = "kept"  # its name is good, locked, or a person's choice
    REJECTED = "rejected"  # a person does not want the proposal
    QUARANTINED = "quarantined"  # not safe to open; stays where it is and is never renamed
    MISSING = "missing"  # no longer where it was
    FAILED = "failed"  # its problem is in `reason`


FINAL = frozenset(
    {
        ImageState.REVIEW,
        ImageState.RENAMED,
        ImageState.KEPT,
        ImageState.REJECTED,
        ImageState.QUARANTINED,
        ImageState.MISSING,
        ImageState.FAILED,
    }
)


# Conditions of partial indexes. A query must say them in these very words: a parameter in them hides from the database
# that it may use the index.
LIVING = text("NOT preview AND state <> 'missing'")  # of images: what stands at its path
SHOWN = text("NOT preview")  # of images: what is no dry run's


class BatchKind(StrEnum):
    PREVIEW = "preview"  # a dry run: reserves nothing, and its rows go when it ends
    COMMAND = "command"  # `rename --apply`
    BACKLOG = "backlog"  # what was there when a source was added
    ARRIVALS = "arrivals"  # what came into a watched source, until none has come for a minute
    UPLOAD = "upload"  # what somebody brought to us, and takes away with better names
    UNDO = "undo"  # puts old names back


REVIEWED = frozenset({BatchKind.BACKLOG, BatchKind.ARRIVALS, BatchKind.UPLOAD})  # an image may wait for a person


class BatchState(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"  # interrupted; what was done stays done


class Source(Base):
    """A place where images live. `root` names it for people and tells two sources of a kind apart.

    `kept` is the name of the folder in which its files lie with us, which is its own in all the installation.
    `options` and the sealed `secrets` are what its kind connects with (sources.options_of), `choices` what its owner
    decided about names and review (sources.Choices). `problem` is why it cannot be reached, "" while it can.
    `scan_due_at` is when it is looked through next; `watcher` is the process that watches it until `watched_until`.
    `hinted_at` is when it last told by itself that something came.
    """

    __tablename__ = "sources"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "root"),
        Index("uq_sources_kept", "kept", unique=True),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(Text)
    root: Mapped[str] = mapped_column(Text)
    kept: Mapped[str | None] = mapped_column(String(64))
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secrets: Mapped[str] = mapped_column(Text, default="", server_default="")
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    made_by_command: Mapped[bool] = mapped_column(default=False)
    paused: Mapped[bool] = mapped_column(default=False, server_default=false())
    problem: Mapped[str] = mapped_column(Text, default="", server_default="")
    scanned_at: Mapped[datetime | None]
    scan_due_at: Mapped[datetime | None]
    watcher: Mapped[str | None] = mapped_column(String(36))
    watched_until: Mapped[datetime | None]
    hinted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Hint(Base):
    """A folder of a source in which something has changed, as its server says; nobody has looked at it since."""

    __tablename__ = "hints"
    __table_args__ = (UniqueConstraint("source_id", "folder"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    folder: Mapped[str] = mapped_column(Text)


class DeliveryHeard(Base):
    """What a source has told by itself, so that nobody can tell it once more in its place."""

    __tablename__ = "deliveries_heard"
    __table_args__ = (UniqueConstraint("source_id", "number"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    number: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(default=now)


class Batch(Base):
    """One act: a command, a backlog scan, a burst of arrivals, an upload, an undo.

    An upload takes files until `receives_until`, NULL once it is complete, and its files go at `expires_at`.
    """

    __tablename__ = "batches"
    __table_args__ = (NEVER_AGAIN,)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    kind: Mapped[BatchKind] = mapped_column(said(BatchKind))
    state: Mapped[BatchState] = mapped_column(said(BatchState), default=BatchState.RUNNING)
    policy: Mapped[dict[str, Any]] = mapped_column(default=dict)
    owner: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    receives_until: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class Image(Base):
    """One file of a source. The row is the queue: `due_at` NULL waits for a person or is finished, past is ready,
    future is leased or backing off. `fence` rises at each claim, and every later write asks for it."""

    __tablename__ = "images"
    __table_args__ = (
        Index(
            "uq_images_source_id_path",
            "source_id",
            "path",
            unique=True,
            sqlite_where=LIVING,
            postgresql_where=LIVING,
        ),
        Index(
            "ix_images_due_at",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index("ix_images_batch_id_state", "batch_id", "state", "folder"),
        Index(
            "ix_images_tenant_id_state",
            "tenant_id",
            "state",
            "id",
            "preview",  # for SQLite, which would look for it in each row otherwise
            sqlite_where=SHOWN,
            postgresql_where=SHOWN,
        ),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    preview: Mapped[bool] = mapped_column(default=False)
    path: Mapped[str] = mapped_column(Text)
    folder: Mapped[str] = mapped_column(Text)
    original_path: Mapped[str] = mapped_column(Text)
    state: Mapped[ImageState] = mapped_column(said(ImageState), default=ImageState.FOUND)
    due_at: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None] = mapped_column(String(36))
    size: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str | None] = mapped_column(String(64))
    locked: Mapped[bool] = mapped_column(default=False, server_default=false())  # a person wants its name to stay
    proposal: Mapped[dict[str, Any] | None]
    alt: Mapped[str] = mapped_column(Text, default="")
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # words.Texts, beside `alt`
    reason: Mapped[str] = mapped_column(Text, default="")
    found_at: Mapped[datetime] = mapped_column(default=now)


class Picture(Base):
    """What the bytes themselves say, wherever they lie: read once per content."""

    __tablename__ = "pictures"
    __table_args__ = (UniqueConstraint("tenant_id", "sha256"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    extension: Mapped[str] = mapped_column(String(10))
    mime: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    phash: Mapped[str | None] = mapped_column(String(16))
    exif: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SeenDescription(Base):
    """What a provider said of these bytes: the same picture is never asked about twice."""

    __tablename__ = "descriptions"
    __table_args__ = (
        UniqueConstraint("tenant_id", "sha256", "provider", "model", "prompt", "language", name="uq_descriptions"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(String(40))
    model: Mapped[str] = mapped_column(String(100))
    prompt: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(20))
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
