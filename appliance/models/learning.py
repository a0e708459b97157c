"""What people made of proposals: for learning, and for measuring who proposes well."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Double, ForeignKey, Identity, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from appliance.models.base import Base, now, said


class Verdict(StrEnum):
    APPROVED = "approved"  # the name as it was proposed
    EDITED = "edited"  # another name in its place
    REJECTED = "rejected"  # the old name stays
    UNDONE = "undone"  # the new name was taken back


class Example(Base):
    """What a person decided last about an image's name. `proposed` and `accepted` are words with spaces between them.

    `word` is what the picture teaches, "" for nothing; `features` are what the embedded engine that calls itself
    `seen_by` saw in it. What is `forgotten` teaches nothing and is told to nobody, but counts for the measures.
    """

    __tablename__ = "examples"
    __table_args__ = (
        UniqueConstraint("tenant_id", "image_id"),
        Index("ix_examples_tenant_id_word", "tenant_id", "word"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    image_id: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[Verdict] = mapped_column(said(Verdict))
    proposed: Mapped[str] = mapped_column(Text)
    accepted: Mapped[str] = mapped_column(Text)
    word: Mapped[str] = mapped_column(String(100), default="")
    forgotten: Mapped[bool] = mapped_column(default=False, server_default=false())
    language: Mapped[str] = mapped_column(String(20))
    profile: Mapped[str] = mapped_column(String(40))
    provider: Mapped[str] = mapped_column(String(40))
    model: Mapped[str] = mapped_column(String(100))
    prompt: Mapped[str] = mapped_column(String(40))
    confidence: Mapped[float] = mapped_column(Double)
    features: Mapped[bytes | None]
    seen_by: Mapped[str] = mapped_column(String(40), default="", server_default="")
    at: Mapped[datetime] = mapped_column(default=now)
