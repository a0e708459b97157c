"""What all tables share, and the tenant to whom a row belongs."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, ForeignKey, Identity, MetaData, String, TypeDecorator, true
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


def said(states: type[StrEnum]) -> Enum:
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
NEVER_AGAIN = {"sqlite_autoincrement": True}


class Tenant(Base):
    """`learns` is whether corrections teach anything and what they taught is used."""

    __tablename__ = "tenants"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    learns: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(default=now)


class Owner(Base):
    """A running command that works on its own rows; when `until` is over, it is dead and others clean up."""

    __tablename__ = "owners"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(String(300))
    until: Mapped[datetime]
