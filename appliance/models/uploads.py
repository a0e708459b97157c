"""What was brought to us."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from appliance.models.base import NEVER_AGAIN, Base, now


class Upload(Base):
    """A file that was uploaded, or is announced and still to come (`arrived_at` NULL), until it expires.

    `path` is the folder of its batch and its name there, which is all that a rename changes; `given` is what its owner
    called it. Its bytes are in the storage under `blob`, which is never given to other bytes. `multipart` is the number
    under which the storage puts its parts together.
    """

    __tablename__ = "uploads"
    __table_args__ = (UniqueConstraint("tenant_id", "path"), Index("ix_uploads_batch_id", "batch_id"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    path: Mapped[str] = mapped_column(Text)
    given: Mapped[str] = mapped_column(Text)
    blob: Mapped[str] = mapped_column(String(32))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))  # NULL where the bytes did not come through this server
    multipart: Mapped[str] = mapped_column(Text, default="", server_default="")
    arrived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class AskedBefore(Base):
    """A request that made a batch, by the key that its sender gave it, so that a repetition makes no second one."""

    __tablename__ = "asked_before"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    key: Mapped[str] = mapped_column(String(255))
    asked: Mapped[str] = mapped_column(String(64))  # the SHA-256 of what was asked for
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    at: Mapped[datetime] = mapped_column(default=now)
