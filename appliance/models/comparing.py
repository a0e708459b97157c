"""Two that name the same pictures, side by side."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from appliance.models.base import NEVER_AGAIN, Base, now, said


class ComparedChoice(StrEnum):
    OPEN = "open"  # nobody has chosen yet
    LEFT = "left"
    RIGHT = "right"
    NEITHER = "neither"  # somebody would say something else


class Comparison(Base):
    """`left` and `right` are providers by their names, or `chain`."""

    __tablename__ = "comparisons"
    __table_args__ = (NEVER_AGAIN,)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    source: Mapped[str] = mapped_column(Text)
    left: Mapped[str] = mapped_column(String(100))
    right: Mapped[str] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(default=now)


class ComparedImage(Base):
    """What both said of one picture, "" and why not in `…_problem`. The row is the queue: `due_at` NULL is finished,
    past is ready, future is leased or waits for a provider."""

    __tablename__ = "compared_images"
    __table_args__ = (
        UniqueConstraint("comparison_id", "sha256"),
        Index(
            "ix_compared_images_due_at",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    comparison_id: Mapped[int] = mapped_column(ForeignKey("comparisons.id"))
    image_id: Mapped[int] = mapped_column(ForeignKey("images.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    left: Mapped[dict[str, Any] | None]
    right: Mapped[dict[str, Any] | None]
    left_problem: Mapped[str] = mapped_column(Text, default="")
    right_problem: Mapped[str] = mapped_column(Text, default="")
    choice: Mapped[ComparedChoice] = mapped_column(said(ComparedChoice), default=ComparedChoice.OPEN)
    better: Mapped[str] = mapped_column(Text, default="")
    chosen_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
