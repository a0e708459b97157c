"""The tables. Every row belongs to a tenant."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

OWN_TENANT = 1  # the self-hosted tenant, made by the first migration


def now() -> datetime:
    return datetime.now(UTC)


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC, also where the database knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ImageState(StrEnum):
    FOUND = "found"  # known by name only
    UNSTABLE = "unstable"  # still being written
    FETCHED = "fetched"  # hashed, decoded, its facts are stored
    DESCRIBED = "described"  # a provider has said what it shows
    PLANNED = "planned"  # its new name is reserved in the journal (or, in a preview, proposed)
    REVIEW = "review"  # waits for a person
    RENAMING = "renaming"  # the journal says executing
    RENAMED = "renamed"  # done
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


class RenameState(StrEnum):
    PLANNED = "planned"  # the name is reserved
    EXECUTING = "executing"  # the world may have changed already
    DONE = "done"  # the file has the new name
    CONFLICT = "conflict"  # the name was taken, or the file had changed
    MISSING = "missing"  # the file was gone
    CANCELLED = "cancelled"  # nothing was changed
    UNDONE = "undone"  # it was done, and the old name is back


OPEN = (RenameState.PLANNED, RenameState.EXECUTING)


# Conditions of partial indexes. A query must say them in these very words: a parameter in them hides from the database
# that it may use the index.
LIVING = text("NOT preview AND state <> 'missing'")  # of images: what stands at its path
SHOWN = text("NOT preview")  # of images: what is no dry run's
IS_OPEN = text("state IN ('planned', 'executing')")  # of renames: what reserves its names


class BatchKind(StrEnum):
    PREVIEW = "preview"  # a dry run: reserves nothing, and its rows go when it ends
    COMMAND = "command"  # `rename --apply`
    BACKLOG = "backlog"  # what was there when a source was added
    ARRIVALS = "arrivals"  # what came into a watched source, until none has come for a minute
    UNDO = "undo"  # puts old names back


REVIEWED = frozenset({BatchKind.BACKLOG, BatchKind.ARRIVALS})  # in these an image may wait for a person


class BatchState(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"  # interrupted; what was done stays done


def _said(states: type[StrEnum]) -> Enum:
    """Kept as the text of the value, and read as the value."""
    return Enum(
        states,
        native_enum=False,
        create_constraint=False,
        length=20,
        values_callable=lambda them: [one.value for one in them],
    )


class Base(DeclarativeBase):
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON}  # noqa: RUF012 (SQLAlchemy's declared name)
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# A number that was given once means that row for ever, also when the row is gone.
_NEVER_AGAIN = {"sqlite_autoincrement": True}


class Tenant(Base):
    __tablename__ = "tenants"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=now)


class Owner(Base):
    """A running command that works on its own rows; when `until` is over, it is dead and others clean up."""

    __tablename__ = "owners"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(String(300))
    until: Mapped[datetime]


class Source(Base):
    """A place where images live. `root` names it for people and tells two sources of a kind apart.

    `options` are what its kind connects with, `choices` what its owner decided about names and review
    (sources.Choices). `problem` is why it cannot be reached, "" while it can. `scan_due_at` is when it is looked
    through next; `watcher` is the process that watches it until `watched_until`.
    """

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "root"), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(Text)
    root: Mapped[str] = mapped_column(Text)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    made_by_command: Mapped[bool] = mapped_column(default=False)
    paused: Mapped[bool] = mapped_column(default=False, server_default=false())
    problem: Mapped[str] = mapped_column(Text, default="", server_default="")
    scanned_at: Mapped[datetime | None]
    scan_due_at: Mapped[datetime | None]
    watcher: Mapped[str | None] = mapped_column(String(36))
    watched_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Batch(Base):
    """One act: a command, a backlog scan, a burst of arrivals, an undo."""

    __tablename__ = "batches"
    __table_args__ = (_NEVER_AGAIN,)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    kind: Mapped[BatchKind] = mapped_column(_said(BatchKind))
    state: Mapped[BatchState] = mapped_column(_said(BatchState), default=BatchState.RUNNING)
    policy: Mapped[dict[str, Any]] = mapped_column(default=dict)
    owner: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


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
            sqlite_where=SHOWN,
            postgresql_where=SHOWN,
        ),
        _NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    preview: Mapped[bool] = mapped_column(default=False)
    path: Mapped[str] = mapped_column(Text)
    folder: Mapped[str] = mapped_column(Text)
    original_path: Mapped[str] = mapped_column(Text)
    state: Mapped[ImageState] = mapped_column(_said(ImageState), default=ImageState.FOUND)
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


class Rename(Base):
    """The journal: one row for each change of one name, committed before the change."""

    __tablename__ = "renames"
    __table_args__ = (
        Index(
            "uq_renames_open_from",
            "source_id",
            "from_path",
            unique=True,
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index(
            "uq_renames_open_to",
            "source_id",
            "folder",
            "to_key",
            unique=True,
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index("ix_renames_source_id_to_path", "source_id", "to_path"),
        Index("ix_renames_image_id", "image_id"),
        Index("ix_renames_batch_id", "batch_id"),
        Index("ix_renames_tenant_id_done_at", "tenant_id", "done_at"),
        _NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("renames.id"))
    companion: Mapped[bool] = mapped_column(default=False)
    from_path: Mapped[str] = mapped_column(Text)
    to_path: Mapped[str] = mapped_column(Text)
    folder: Mapped[str] = mapped_column(Text)
    to_key: Mapped[str] = mapped_column(Text)
    protocol: Mapped[str] = mapped_column(String(20), default="")
    step: Mapped[str] = mapped_column(String(40), default="")
    size: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    rewritten: Mapped[str] = mapped_column(String(64), default="")  # the SHA-256 of a sidecar with the new names in it
    fence: Mapped[int] = mapped_column(default=0)
    state: Mapped[RenameState] = mapped_column(_said(RenameState), default=RenameState.PLANNED)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]


class OwnProfile(Base):
    """A profile of names that an owner made; `settings` are what docs/naming.md lists."""

    __tablename__ = "profiles"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(String(40))
    settings: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime] = mapped_column(default=now)


class Event(Base):
    """The append-only log that owners read: progress, history, audit."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_tenant_id_id", "tenant_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(40))
    source_id: Mapped[int | None]
    batch_id: Mapped[int | None]
    image_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
