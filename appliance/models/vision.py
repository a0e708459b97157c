"""Who looks at a tenant's pictures, what that may cost, and what it has cost."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from appliance.models.base import NEVER_AGAIN, Base, now


class OwnProvider(Base):
    """A provider of a tenant; those that are `enabled`, by `position`, are its chain.

    `options` are what its kind connects with, without `secrets`, which are sealed. `from_environment` says that nobody
    has decided about it yet but the settings. `problem` is why it is not asked until somebody changes or tests it, ""
    where it is; `failures` are those in a row, after which it rests `rests_until`. `paced_until` is the time, in
    milliseconds since 1970, up to which its requests per minute are used up.
    """

    __tablename__ = "providers"
    __table_args__ = (UniqueConstraint("tenant_id", "name"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(100))
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secrets: Mapped[str] = mapped_column(Text, default="", server_default="")
    position: Mapped[int]
    enabled: Mapped[bool] = mapped_column(default=True, server_default=true())
    from_environment: Mapped[bool] = mapped_column(default=False, server_default=false())
    per_minute: Mapped[int | None]
    at_once: Mapped[int]
    tells_folder: Mapped[bool] = mapped_column(default=True, server_default=true())
    tells_place: Mapped[bool] = mapped_column(default=False, server_default=false())
    problem: Mapped[str] = mapped_column(Text, default="", server_default="")
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    rests_until: Mapped[datetime | None]
    rests_because: Mapped[str] = mapped_column(Text, default="", server_default="")
    paced_until: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Ask(Base):
    """One picture before one provider, while it is asked about, and afterwards where it was in vain.

    Whoever has set `until` asks; nobody else does meanwhile. `image_id` and `fence` say for whom, so that it goes on
    at once where another worker takes that image over. `turn_at` is the time, in milliseconds since 1970, for which it
    has booked one of the provider's requests per minute, 0 where it has none. `reserved` is what the answer may cost at
    most, in millionths of a US dollar, of the budget of the `day`.
    """

    __tablename__ = "asks"
    __table_args__ = (
        UniqueConstraint("tenant_id", "sha256", "provider_id", "model", "prompt", "language", name="uq_asks"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    provider_id: Mapped[int]
    model: Mapped[str] = mapped_column(String(100))
    prompt: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(20))
    image_id: Mapped[int]
    fence: Mapped[int]
    until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    refused: Mapped[str] = mapped_column(Text, default="")
    turn_at: Mapped[int] = mapped_column(BigInteger, default=0)
    reserved: Mapped[int] = mapped_column(BigInteger, default=0)
    day: Mapped[str] = mapped_column(String(10), default="")


class VisionChoices(Base):
    """What a tenant decides about all its providers: whether pictures may leave this machine, and what they may cost,
    in millionths of a US dollar; NULL for no limit."""

    __tablename__ = "vision_choices"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    offline: Mapped[bool] = mapped_column(default=False)
    per_day: Mapped[int | None] = mapped_column(BigInteger)
    per_month: Mapped[int | None] = mapped_column(BigInteger)


class Allowance(Base):
    """What a day ("2026-11-29") or a month ("2026-11") in UTC has cost, and what is reserved for answers that are
    waited for, in millionths of a US dollar. `told` says that its owner knows that the budget is used up."""

    __tablename__ = "allowances"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    spent: Mapped[int] = mapped_column(BigInteger, default=0)
    reserved: Mapped[int] = mapped_column(BigInteger, default=0)
    told: Mapped[bool] = mapped_column(default=False)


class Spending(Base):
    """What one provider's answers of a day (UTC) took. `cost` is in millionths of a US dollar."""

    __tablename__ = "spendings"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    provider: Mapped[str] = mapped_column(String(40), primary_key=True)
    model: Mapped[str] = mapped_column(String(100), primary_key=True)
    prompt: Mapped[str] = mapped_column(String(40), primary_key=True)
    calls: Mapped[int]
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[int] = mapped_column(BigInteger)
    milliseconds: Mapped[int] = mapped_column(BigInteger)
