"""What is done to names, and the log of what happened."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from appliance.models.base import NEVER_AGAIN, Base, now, said


class RenameState(StrEnum):
    PLANNED = "planned"  # the name is reserved
    EXECUTING = "executing"  # the world may have changed already
    DONE = "done"  # the file has the new name
    CONFLICT = "conflict"  # the name was taken, or the file had changed
    MISSING = "missing"  # the file was gone
    CANCELLED = "cancelled"  # nothing was changed
    UNDONE = "undone"  # it was done, and the old name is back


OPEN = (RenameState.PLANNED, RenameState.EXECUTING)


# A condition of partial indexes, to be said in these very words: see LIVING.
IS_OPEN = text("state IN ('planned', 'executing')")  # of renames: what reserves its names


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
        Index("ix_renames_tenant_id_sha256", "tenant_id", "sha256"),
        NEVER_AGAIN,
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
    state: Mapped[RenameState] = mapped_column(said(RenameState), default=RenameState.PLANNED)
    reason: Mapped[str] = mapped_column(Text, default="")
    report: Mapped[dict[str, Any] | None]  # what it did beside the name, as the source told (connectors.base.Reports)
    created_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]


class WritingState(StrEnum):
    EXECUTING = "executing"  # the file may have the new bytes already
    DONE = "done"  # it has them
    UNDOING = "undoing"  # it may have the old bytes again
    UNDONE = "undone"  # it has them, or a sidecar that we made is gone
    LEFT = "left"  # somebody changed the file since, so it stays as it is
    FAILED = "failed"  # nothing was changed


class Writing(Base):
    """The journal of texts in metadata: one row for each change of one file's bytes, committed before the change.

    `path` is the picture (`within`) or the sidecar beside it, where it stood then; `size` and `version` are what was
    there before the last act. `before` is "" for a sidecar that is made, and `edits` (metadata.Edit) lead from the
    bytes before to those after. `rename_id` is the newest rename of the image that stood at that time.
    """

    __tablename__ = "writings"
    __table_args__ = (Index("ix_writings_image_id", "image_id"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    rename_id: Mapped[int | None] = mapped_column(ForeignKey("renames.id"))
    within: Mapped[bool]
    path: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[str] = mapped_column(String(200))
    before: Mapped[str] = mapped_column(String(64))
    after: Mapped[str] = mapped_column(String(64))
    edits: Mapped[dict[str, Any]]
    texts: Mapped[dict[str, Any]]
    state: Mapped[WritingState] = mapped_column(said(WritingState), default=WritingState.EXECUTING)
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
